/** Keeps what is in memory in a file too, so that the next process goes on from there. */

import { readFileSync } from "node:fs";
import type { JsonObject } from "../../domain/desired/definition.ts";
import { PinionError } from "../../domain/errors.ts";
import type { RevertRequest } from "../../domain/journal/revert.ts";
import { writeDurablySync } from "../../platform/durable-file.ts";
import type { Head } from "../../ports/config-repository.ts";
import type { MemoryState } from "./repository.ts";

interface Kept {
  readonly head: Head;
  readonly documents: readonly (readonly [string, JsonObject])[];
  readonly written: readonly (readonly [string, string])[];
  readonly proposed: readonly (readonly [string, RevertRequest])[];
}

/** Whole or not at all, also when the power fails in between. */
export function writeMemoryFile(file: string, { head, documents, written, proposed }: MemoryState): void {
  const kept: Kept = { head, documents: [...documents], written: [...written], proposed: [...proposed] };
  writeDurablySync(file, JSON.stringify(kept), 0o600);
}

/** Null when there is none yet. @throws `store/damaged`. */
export function readMemoryFile(file: string): MemoryState | null {
  const text = readIfThere(file);
  if (text === null) return null;
  try {
    const { head, documents, written, proposed } = JSON.parse(text) as Kept;
    if (typeof head.commit !== "string") throw new TypeError("it has no newest commit");
    return { head, documents: new Map(documents), written: new Map(written), proposed: new Map(proposed) };
  } catch (error) {
    throw new PinionError("store/damaged", `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
