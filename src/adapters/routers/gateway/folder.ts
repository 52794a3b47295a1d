/** The folder of our own gateway: in the state folder, or beside it where the gateway runs as a user who cannot look into that. */

import { constants } from "node:fs";
import { copyFile, lchown, lstat, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ensureOwnFolder, type RunAs } from "../../../platform/run-as.ts";
import { readIdentity } from "../../../gateway/identity.ts";
import { keepToken } from "./kept-token.ts";
import { terminate, terminateWhole } from "../../../platform/owned-process.ts";

export interface GatewayPlace {
  /** The gateway's own: its table, and where it is found. */
  readonly stateDirectory: string;
  /** The controller's: the token of the control port, and the log. */
  readonly keptIn: string;
  /** Null: as the controller. */
  readonly runAs: RunAs | null;
}

/** What is in flight may take so long; the gateway's own limit is 30 s. */
const graceMs = 35_000;
/** The table first: who finds an identity finds the table with it. */
const moved = ["routes.json", "gateway.json"];

/** Where gateways of this state folder have been, by whom they run as. No environment has a name with a dot. */
export function gatewayFolders(stateDirectory: string): { readonly shared: string; readonly isolated: string } {
  return { shared: join(stateDirectory, "gateway"), isolated: join(`${stateDirectory}.engines`, ".pinion", "gateway") };
}

/** Ends a gateway that runs as somebody else than it should. What it served is taken along from a folder of ours. */
export async function openGatewayFolder(stateDirectory: string, runAs: RunAs | null): Promise<GatewayPlace> {
  const { shared, isolated } = gatewayFolders(stateDirectory);
  if (runAs === null) {
    await retire(isolated);
    return { stateDirectory: shared, keptIn: shared, runAs };
  }
  keepToken({ keptIn: shared });
  const isMoving = readIdentity(shared) !== null;
  const owner = (await lstat(isolated).catch(() => null))?.uid ?? runAs.uid;
  // Nothing is ever read or written through what another user has left there.
  if (isMoving || owner !== runAs.uid) await retire(isolated);
  await ensureOwnFolder(isolated, runAs);
  if (isMoving) await moveIn(shared, isolated, runAs);
  return { stateDirectory: isolated, keptIn: shared, runAs };
}

async function retire(folder: string): Promise<void> {
  await endGateway(folder);
  await rm(dirname(folder), { recursive: true, force: true });
}

async function endGateway(folder: string): Promise<void> {
  const identity = readIdentity(folder);
  if (identity) await Promise.all([terminateWhole(identity, graceMs), ...identity.workers.map((each) => terminate(each, graceMs))]);
}

async function moveIn(from: string, to: string, { uid, gid }: RunAs): Promise<void> {
  await endGateway(from);
  for (const name of moved) {
    await copyFile(join(from, name), join(to, name), constants.COPYFILE_EXCL).catch(() => undefined);
    await lchown(join(to, name), uid, gid).catch(() => undefined);
    await rm(join(from, name), { force: true });
  }
}
