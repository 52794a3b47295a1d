/** Sorts long lists in slices, so that others get their turn in between. */

import { setImmediate } from "node:timers/promises";

type Comes<T> = (first: T, second: T) => boolean;

/** The list by `isInOrder`, equal ones as they were; the list itself where it is sorted already. */
export async function sortInSlices<T>(list: readonly T[], isInOrder: Comes<T>, atOnce: number): Promise<readonly T[]> {
  if (isSorted(list, isInOrder)) return list;
  let runs: (readonly T[])[] = [];
  for (let start = 0; start < list.length; start += atOnce) {
    runs.push(list.slice(start, start + atOnce).sort((a, b) => Number(isInOrder(b, a)) - Number(isInOrder(a, b))));
    if (list.length > atOnce) await setImmediate();
  }
  while (runs.length > 1) runs = await mergeInPairs(runs, isInOrder);
  return runs[0] ?? [];
}

function isSorted<T>(list: readonly T[], isInOrder: Comes<T>): boolean {
  for (let at = 1; at < list.length; at++) if (!isInOrder(list[at - 1] as T, list[at] as T)) return false;
  return true;
}

async function mergeInPairs<T>(runs: readonly (readonly T[])[], isInOrder: Comes<T>): Promise<(readonly T[])[]> {
  const merged: (readonly T[])[] = [];
  for (let at = 0; at < runs.length; at += 2) {
    merged.push(merge(runs[at] ?? [], runs[at + 1] ?? [], isInOrder));
    await setImmediate();
  }
  return merged;
}

function merge<T>(left: readonly T[], right: readonly T[], isInOrder: Comes<T>): readonly T[] {
  const merged: T[] = [];
  for (let [l, r] = [0, 0]; l < left.length || r < right.length;) {
    const takesLeft = r >= right.length || (l < left.length && isInOrder(left[l] as T, right[r] as T));
    merged.push((takesLeft ? left[l++] : right[r++]) as T);
  }
  return merged;
}
