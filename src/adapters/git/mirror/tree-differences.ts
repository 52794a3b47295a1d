/** Compares large directories with what they were before. The newest that was compared is kept as bytes, since it is the next one's earlier one. */

import { setImmediate } from "node:timers/promises";
import { inTurns } from "../../../domain/slices.ts";
import type { DirectoryDifference, Objects } from "../../../ports/objects.ts";
import { isInOrder, treeDifference } from "./tree-difference.ts";

interface Kept {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** `contents`: the bytes of a tree object. */
export function createTreeDifferences(contents: (id: string) => Promise<Uint8Array>): NonNullable<Objects["difference"]> {
  let kept: Kept | null = null;

  async function difference(before: string, after: string): Promise<DirectoryDifference | null> {
    const idLength = after.length / 2;
    const known = kept?.id === before ? kept.bytes : null;
    const [old, now] = await Promise.all([known ?? contents(before), contents(after)]);
    if (known === null && !(await inTurns(isInOrder(old, idLength), setImmediate))) return null;
    const found = await inTurns(treeDifference(old, now, idLength), setImmediate);
    kept = found && { id: after, bytes: now };
    return found;
  }
  return difference;
}
