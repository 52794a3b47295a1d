/** Which lines of a file are not the same in two versions of it, found without reading the lines that are. */

export interface DifferingLines {
  /** Number of the first of them, counted from 1. */
  readonly line: number;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

const newLine = 10;

/** The stretch of whole lines from the first difference to the last; null when it does not have as many lines in both. */
export function differingLines(before: Uint8Array, after: Uint8Array): DifferingLines | null {
  const prefix = commonPrefix(before, after);
  const start = prefix === 0 ? 0 : before.lastIndexOf(newLine, prefix - 1) + 1;
  const suffix = commonSuffix(before.subarray(start), after.subarray(start));
  const old = before.subarray(start, lineEnd(before, before.length - suffix));
  const now = after.subarray(start, lineEnd(after, after.length - suffix));
  if (countLines(old) !== countLines(now)) return null;
  return { line: countLines(before.subarray(0, start)) + 1, before: old, after: now };
}

/** By halving: comparing bytes in one go is far faster than one by one. */
function commonPrefix(a: Uint8Array, b: Uint8Array): number {
  let same = 0;
  let different = Math.min(a.length, b.length) + 1;
  while (different - same > 1) {
    const middle = (same + different) >> 1;
    if (Buffer.compare(a.subarray(same, middle), b.subarray(same, middle)) === 0) same = middle;
    else different = middle;
  }
  return same;
}

function commonSuffix(a: Uint8Array, b: Uint8Array): number {
  let same = 0;
  let different = Math.min(a.length, b.length) + 1;
  while (different - same > 1) {
    const middle = (same + different) >> 1;
    const [left, right] = [a.subarray(a.length - middle, a.length - same), b.subarray(b.length - middle, b.length - same)];
    if (Buffer.compare(left, right) === 0) same = middle;
    else different = middle;
  }
  return same;
}

function lineEnd(bytes: Uint8Array, from: number): number {
  const end = bytes.indexOf(newLine, from);
  return end < 0 ? bytes.length : end;
}

function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(newLine); at >= 0; at = bytes.indexOf(newLine, at + 1)) count += 1;
  return count;
}
