/** Where a running controller's API is, and with what it is entered, for commands that start in the same folder. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PinionError } from "../domain/errors.ts";
import { writeDurably } from "../platform/durable-file.ts";
import type { ControllerTarget } from "../api/client.ts";
import { readToken, tokenFile } from "./api-tokens.ts";

export interface Address {
  /** Null: not over TCP. */
  readonly url: string | null;
  /** Absolute path; null: none. */
  readonly socket: string | null;
}

const file = (stateDirectory: string) => join(stateDirectory, "controller.json");

/** Whole or not at all. */
export async function writeAddress(stateDirectory: string, address: Address): Promise<void> {
  await writeDurably(file(stateDirectory), `${JSON.stringify({ pid: process.pid, ...address })}\n`, 0o600);
}

/**
 * `holderOf`: process id of the controller that took the folder last; null: none is on record.
 *
 * @throws `controller/starting` when a controller has the folder and has not written yet where it answers, `controller/unreachable` when none was
 * ever started with this state folder, or when it is another user's.
 */
export async function readAddress(stateDirectory: string, holderOf: () => number | null): Promise<ControllerTarget> {
  const text = await readFile(file(stateDirectory), "utf8").catch((error: unknown) => emptyUnlessForbidden(error, stateDirectory));
  const { pid, url, socket } = JSON.parse(text) as { readonly pid?: unknown; readonly url?: unknown; readonly socket?: unknown };
  const holder = holderOf();
  if (holder !== null && holder !== pid && isThere(holder))
    throw new PinionError("controller/starting", `the controller (process ${holder}) is starting, and its API does not answer yet`);
  if (typeof url !== "string" && typeof socket !== "string")
    throw new PinionError("controller/unreachable", `no controller has been started with the state folder ${stateDirectory}`);
  return {
    url: typeof url === "string" ? url : "http://localhost",
    socket: typeof socket === "string" ? socket : null,
    token: () => readToken(tokenFile(stateDirectory)),
  };
}

function emptyUnlessForbidden(error: unknown, stateDirectory: string): string {
  const isForbidden = error instanceof Error && "code" in error && error.code === "EACCES";
  if (!isForbidden) return "{}";
  throw new PinionError(
    "controller/unreachable",
    `the state folder ${stateDirectory} is another user's: run the command as the user who runs the controller (uid ${process.getuid?.() ?? "?"} may not read it)`,
    { cause: error },
  );
}

/** A process of another user is there too. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
