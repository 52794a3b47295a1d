/**
 * Where the entries of a long quarantine.yaml stand, found by its lines alone: Pinion itself adds to that file for years, and both who
 * reads it and who adds to it look at a few entries at a time.
 */

import type { Slices } from "../slices.ts";

/** Bytes of one quarantine.yaml: some 35,000 entries as Pinion writes them. */
export const maxQuarantineBytes = 10 * 1024 * 1024;

/** Characters of a text that is looked at as a whole in any case. */
export const longestWhole = 64 * 1024;

/** What stands before the first entry, as far as it means something. */
export const quarantineHead = "quarantine:\n";

export interface EntryStart {
  readonly offset: number;
  /** Counted from 1. */
  readonly line: number;
}

const linesAtOnce = 1000;
const nothing = /^\s*(?:#[^]*)?$/;
const head = /^quarantine:[ \t]*(?:#.*)?\r?$/;

/**
 * Where each entry begins, when there is a key `quarantine` and a list of dashes below it, and nothing else: a line that is indented as
 * little as its dash can be no part of an entry. Null: it is written in another way, or has no entry.
 */
export function* entryStarts(text: string): Slices<readonly EntryStart[] | null> {
  const starts: EntryStart[] = [];
  let place: Place = { isBelowHead: false, indent: null };
  let line = 0;
  for (let offset = 0, end = 0; offset < text.length; offset = end + 1) {
    line += 1;
    if (line % linesAtOnce === 0) yield;
    end = endOfLine(text, offset);
    const next = placeAfter(place, text, [offset, end]);
    if (next === null) return null;
    if (next === "entry") starts.push({ offset, line });
    place = next === "entry" ? { ...place, indent: spacesAt(text, offset, end) } : next;
  }
  return starts.length === 0 ? null : starts;
}

interface Place {
  readonly isBelowHead: boolean;
  /** Of the dashes; null: there was none yet. */
  readonly indent: number | null;
}

/** `entry`: this line begins one. Null: it can be no part of such a list. */
function placeAfter(place: Place, text: string, [start, end]: readonly [number, number]): Place | "entry" | null {
  const { isBelowHead, indent } = place;
  const spaces = spacesAt(text, start, end);
  if (indent !== null && spaces > indent) return place;
  if (isBelowHead && spaces === (indent ?? spaces) && isDash(text, start + spaces)) return "entry";
  const content = text.slice(start, Math.min(end, start + longestWhole));
  if (!isBelowHead && head.test(content)) return { ...place, isBelowHead: true };
  return nothing.test(content) ? place : null;
}

function endOfLine(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end;
}

function spacesAt(text: string, offset: number, end: number): number {
  let at = offset;
  while (at < end && text[at] === " ") at += 1;
  return at - offset;
}

/** A dash that opens an entry has a space behind it, or nothing. */
function isDash(text: string, at: number): boolean {
  return text[at] === "-" && [" ", "\n", "\r", undefined].includes(text[at + 1]);
}
