/** Ends the gateways that controllers of a state folder have left running, by the identities that they wrote down. */

import { readIdentity } from "../../../gateway/identity.ts";
import { isRunning, type OwnedProcess, terminate, terminateWhole } from "../../../platform/owned-process.ts";
import type { EndedProcess } from "../../../ports/router-adapter.ts";
import { gatewayFolders } from "./folder.ts";

/** How long what is in flight may take. */
const graceMs = 35_000;

/** Nothing is ended that is not provably ours. */
export async function endLeftOvers(stateDirectory: string): Promise<readonly EndedProcess[]> {
  return (await Promise.all(Object.values(gatewayFolders(stateDirectory)).map(endGatewayOf))).flat();
}

/** Its workers end with it; of one that is gone already they are ended too. */
async function endGatewayOf(directory: string): Promise<readonly EndedProcess[]> {
  const identity = readIdentity(directory);
  if (!identity) return [];
  const ended = isRunning(identity) ? [{ what: "gateway", pid: identity.pid }] : [];
  await terminateWhole(identity, graceMs);
  const orphans = identity.workers.filter((worker: OwnedProcess) => isRunning(worker));
  await Promise.all(orphans.map((worker) => terminate(worker, graceMs)));
  return [...ended, ...orphans.map(({ pid }) => ({ what: "gateway worker", pid }))];
}
