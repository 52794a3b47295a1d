/** An instance that goes on after its controller has ended. */

import { readRecord } from "./instance-files.ts";
import { isAlive, terminate } from "./os-process.ts";

/** Null: none runs that is provably of this folder. */
export async function endLeftOver(directory: string, graceMs: number): Promise<number | null> {
  const process = (await readRecord(directory))?.process ?? null;
  if (!process || !(await isAlive(process))) return null;
  await terminate(process, graceMs);
  return process.pid;
}
