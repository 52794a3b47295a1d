/** Where a running controller's API is, for commands that start in the same folder. */

import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PinionError } from "../domain/errors.ts";

const file = (stateDirectory: string) => join(stateDirectory, "controller.json");

/** Whole or not at all. */
export async function writeAddress(stateDirectory: string, url: string): Promise<void> {
  const next = `${file(stateDirectory)}.new`;
  await writeFile(next, `${JSON.stringify({ pid: process.pid, url })}\n`, { mode: 0o600 });
  await rename(next, file(stateDirectory));
}

/** @throws `controller/unreachable` when none was ever started with this state folder. */
export async function readAddress(stateDirectory: string): Promise<string> {
  const text = await readFile(file(stateDirectory), "utf8").catch(() => "{}");
  const { url } = JSON.parse(text) as { readonly url?: unknown };
  if (typeof url !== "string")
    throw new PinionError("controller/unreachable", `no controller has been started with the state folder ${stateDirectory}`);
  return url;
}
