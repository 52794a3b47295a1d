/** Puts digests into the text of a process.yaml; every other character stays as it is. */

import { isMap, isScalar, isSeq, parseDocument, type Pair, type YAMLMap } from "yaml";
import type { Version, VersionDigest } from "../../../domain/names.ts";

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with these digests: in place of what is listed, or in a line of their own below the status. */
export function withDigests(text: string, digests: ReadonlyMap<Version, VersionDigest>): string {
  const versions = parseDocument(text, { keepSourceTokens: false }).get("versions");
  const entries = isSeq(versions) ? versions.items.filter((item) => isMap(item)) : [];
  const edits = entries.flatMap((entry) => {
    const digest = digests.get(String(entry.get("version")));
    return (digest === undefined ? null : editOf(text, entry, digest)) ?? [];
  });
  const backwards = edits.toSorted((a, b) => b.start - a.start);
  return backwards.reduce((edited, { start, end, text: put }) => edited.slice(0, start) + put + edited.slice(end), text);
}

function editOf(text: string, entry: YAMLMap, digest: VersionDigest): Edit | null {
  const before = rangeOf(pairOf(entry, "digest")?.value);
  if (before !== null) return { ...before, text: digest };
  const status = pairOf(entry, "status");
  const [key, value] = [rangeOf(status?.key), rangeOf(status?.value)];
  if (key === null || value === null) return null;
  if (entry.flow === true) return { start: value.end, end: value.end, text: `, digest: ${digest}` };
  const lineEnd = endOfLine(text, value.end);
  const indent = " ".repeat(key.start - (text.lastIndexOf("\n", key.start - 1) + 1));
  return { start: lineEnd, end: lineEnd, text: `${text.charAt(lineEnd) === "\r" ? "\r\n" : "\n"}${indent}digest: ${digest}` };
}

function endOfLine(text: string, from: number): number {
  const found = /\r?(?:\n|$)/.exec(text.slice(from));
  return from + (found?.index ?? 0);
}

function pairOf(entry: YAMLMap, key: string): Pair | undefined {
  return entry.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

function rangeOf(node: unknown): Pick<Edit, "start" | "end"> | null {
  if (!isScalar(node) || !node.range) return null;
  const [start, end] = node.range;
  return { start, end };
}
