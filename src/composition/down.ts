/** Ends what `pinion run` leaves behind on purpose, by the identities that it wrote down: nothing is ended that is not provably ours. */

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { engineAdapters } from "../adapters/engines/registry.ts";
import { readIdentity } from "../gateway/identity.ts";
import { isRunning, type OwnedProcess, terminate, terminateWhole } from "../gateway/owned-process.ts";
import { gatewayFolders } from "./gateway-folder.ts";
import { lockFolder } from "../adapters/store/sqlite/lock.ts";
import type { Ended } from "../surfaces/cli/terminal/world.ts";

/** How long what is in flight may take. */
const gatewayGraceMs = 35_000;
const engineGraceMs = 15_000;

/** Everything that was ended, in this order: the gateway takes no more requests before engines go. @throws `store/locked` while a controller runs. */
export async function endLeftOvers(stateDirectory: string): Promise<readonly Ended[]> {
  if (!(await isThere(stateDirectory))) return [];
  const lock = lockFolder(stateDirectory);
  try {
    const gateway = (await Promise.all(Object.values(gatewayFolders(stateDirectory)).map(endGatewayOf))).flat();
    const engines = await Promise.all((await instancesIn(join(stateDirectory, "engines"))).map(endInstance));
    return [...gateway, ...engines.flat()];
  } finally {
    lock.release();
  }
}

/** Its workers end with it; of one that is gone already they are ended too. */
async function endGatewayOf(directory: string): Promise<readonly Ended[]> {
  const identity = readIdentity(directory);
  if (!identity) return [];
  const ended = isRunning(identity) ? [{ what: "gateway", pid: identity.pid }] : [];
  await terminateWhole(identity, gatewayGraceMs);
  const orphans = identity.workers.filter((worker: OwnedProcess) => isRunning(worker));
  await Promise.all(orphans.map((worker) => terminate(worker, gatewayGraceMs)));
  return [...ended, ...orphans.map(({ pid }) => ({ what: "gateway worker", pid }))];
}

interface Instance {
  readonly name: string;
  readonly directory: string;
}

async function endInstance({ name, directory }: Instance): Promise<readonly Ended[]> {
  const ended = await Promise.all(engineAdapters.map((adapter) => adapter.endLeftOver(directory, engineGraceMs)));
  return ended.flatMap((pid) => (pid === null ? [] : [{ what: `engine ${name}`, pid }]));
}

async function instancesIn(engines: string): Promise<readonly Instance[]> {
  const environments = await foldersIn(engines);
  const all = environments.map(async (environment) => {
    const instances = await foldersIn(join(engines, environment));
    return instances.map((instance) => ({ name: `${environment}/${instance}`, directory: join(engines, environment, instance) }));
  });
  return (await Promise.all(all)).flat();
}

async function foldersIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function isThere(directory: string): Promise<boolean> {
  return stat(directory).then(
    () => true,
    () => false,
  );
}
