/** Lines and columns in a long text, and where its ids stand: found once, and only when there is something to say. */

import type { Place } from "./findings.ts";
import { maxName } from "./limits.ts";

export interface TextPlaces {
  at(offset: number): Place;
  /** Where an object says that this is its id, for the first time or for the second; the beginning when none does. */
  ofId(id: string, second: boolean): Place;
}

export function createTextPlaces(text: string, file: string): TextPlaces {
  let starts: readonly number[] | null = null;
  let ids: ReadonlyMap<string, readonly number[]> | null = null;
  const at = (offset: number): Place => {
    starts ??= lineStarts(text);
    const [line, start] = lineOf(text, starts, offset);
    return { file, line, column: offset - start + 1, pointer: "" };
  };
  return {
    at,
    ofId(id, second) {
      ids ??= offsetsOfIds(text);
      return at(ids.get(id)?.[second ? 1 : 0] ?? 0);
    },
  };
}

/** Lines between two that are remembered: a text can be nothing but line ends. */
const stride = 256;

/** Where every so many lines begin. */
function lineStarts(text: string): readonly number[] {
  const starts = [0];
  let lines = 0;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", end + 1)) {
    lines += 1;
    if (lines % stride === 0) starts.push(end + 1);
  }
  return starts;
}

/** The number of the line that an offset is in, and where that line begins: by halving, and then by counting. */
function lineOf(text: string, starts: readonly number[], offset: number): readonly [line: number, start: number] {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  let line = low * stride + 1;
  let start = starts[low] ?? 0;
  for (let end = text.indexOf("\n", start); end >= 0 && end < offset; end = text.indexOf("\n", start)) {
    line += 1;
    start = end + 1;
  }
  return [line, start];
}

/** Longer ids are refused anyway; each sign of one can be an escape of six characters. */
const written = new RegExp(String.raw`"id"\s*:\s*("(?:[^"\\]|\\.){0,${maxName * 6}}")`, "g");

/** The first two places of each. */
function offsetsOfIds(text: string): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, readonly number[]>();
  for (const match of text.matchAll(written)) {
    const id = JSON.parse(match[1] ?? '""') as string;
    const before = found.get(id) ?? [];
    if (before.length < 2) found.set(id, [...before, match.index]);
  }
  return found;
}
