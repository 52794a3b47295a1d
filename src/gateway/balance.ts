/** Whose turn it is: versions by weight, evenly mixed, or by what a caller carries. Pure but for the turn counters. */

/** Something that gets a part of the requests. */
export interface Weighted<T> {
  readonly item: T;
  readonly weight: number;
}

/**
 * Smooth weighted round robin, as nginx has it: 20 of 100 is every fifth request, never a burst.
 * Entries without weight never get a turn; without any entry the answer is null.
 */
export function createTurns<T>(entries: readonly Weighted<T>[]): () => T | null {
  const open = entries.filter((entry) => entry.weight > 0).map((entry) => ({ ...entry, credit: 0 }));
  const total = open.reduce((sum, entry) => sum + entry.weight, 0);
  const [only] = open;
  if (only === undefined) return () => null;
  if (open.length === 1) return () => only.item;
  return () => {
    let next = only;
    for (const entry of open) {
      entry.credit += entry.weight;
      if (entry.credit > next.credit) next = entry;
    }
    next.credit -= total;
    return next.item;
  };
}

/**
 * The entry whose range holds the caller's point. Ranges lie side by side in the order given, so that with a stable order
 * raising one of two weights moves callers one way only.
 */
export function entryAt<T>(entries: readonly Weighted<T>[], value: string): T | null {
  const total = entries.reduce((sum, entry) => sum + entry.weight, 0);
  const point = pointOf(value) * total;
  let end = 0;
  for (const entry of entries) {
    end += entry.weight;
    if (point < end) return entry.item;
  }
  return null;
}

/** The same text always gives the same number in 0..1 (1 excluded), spread evenly: FNV-1a with a final mix (murmur3). */
export function pointOf(value: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < value.length; index++) hash = Math.imul(hash ^ value.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}
