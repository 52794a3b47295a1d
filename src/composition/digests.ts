/** `pinion digest`: the digests that a work tree lists, and what is missing of them written into its files. */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { engineAdapters } from "../adapters/engines/registry.ts";
import { withDigests } from "../adapters/manifest/process/digest-text.ts";
import { listedDigests } from "../adapters/manifest/listed-digests.ts";
import type { DigestLine } from "../domain/desired/digest-line.ts";
import { createWorkTree } from "../adapters/work-tree/work-tree.ts";

/** As they were before anything is written. @throws `usage/invalid` when the folder is no config repository. */
export async function digestsIn(directory: string, isWritten: boolean): Promise<readonly DigestLine[]> {
  const lines = await listedDigests({ objects: createWorkTree(directory), dialects: engineAdapters.map(({ dialect }) => dialect) });
  const open = isWritten ? lines.filter(mayBeWritten) : [];
  for (const file of new Set(open.map((line) => line.file)))
    await writeInto(
      join(directory, file),
      open.filter((line) => line.file === file),
    );
  return lines;
}

/** A digest that is not true is a question for people. */
function mayBeWritten({ state }: DigestLine): boolean {
  return state === "missing" || state === "old";
}

async function writeInto(path: string, lines: readonly DigestLine[]): Promise<void> {
  // As bytes, so that everything else stays what it is.
  const text = await readFile(path, "latin1");
  await writeFile(path, withDigests(text, new Map(lines.map(({ version, computed }) => [version, computed]))), "latin1");
}
