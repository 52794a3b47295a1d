/** Ends what `pinion run` leaves behind on purpose, by the identities that it wrote down: nothing is ended that is not provably ours. */

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { engineAdapters } from "../adapters/engines/registry.ts";
import type { EndedProcess } from "../ports/router-adapter.ts";
import type { StoreAdapter } from "../ports/store-adapter.ts";
import { endRouters } from "./router.ts";

/** How long what is in flight may take. */
const engineGraceMs = 15_000;

/** Everything that was ended, in this order: the router takes no more requests before engines go. @throws `store/locked` while a controller runs. */
export async function endLeftOvers(stateDirectory: string, store: Pick<StoreAdapter, "lock">): Promise<readonly EndedProcess[]> {
  if (!(await isThere(stateDirectory))) return [];
  const lock = await store.lock(stateDirectory);
  try {
    const routers = await endRouters(stateDirectory);
    const engines = await Promise.all((await instancesIn(join(stateDirectory, "engines"))).map(endInstance));
    return [...routers, ...engines.flat()];
  } finally {
    lock.release();
  }
}

interface Instance {
  readonly name: string;
  readonly directory: string;
}

async function endInstance({ name, directory }: Instance): Promise<readonly EndedProcess[]> {
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
