/** Adds an entry to the text of quarantine.yaml; comments and other entries stay as they are. */

import { isMap, isSeq, parseDocument, stringify } from "yaml";
import type { ParsedNode, YAMLMap, YAMLSeq } from "yaml";
import type { Digest, ProcessId, Version } from "../../../domain/names.ts";
import {
  type EntryStart,
  entryStarts,
  longestWhole,
  maxQuarantineBytes,
  quarantineHead,
} from "../../../domain/rollback/quarantine-layout.ts";
import { atOnce } from "../../../domain/slices.ts";

export interface QuarantineEntry {
  readonly process: ProcessId;
  readonly version: Version;
  readonly digest: Digest;
  /** One line. */
  readonly reason: string;
  /** In UTC, as ISO 8601 has it. */
  readonly since: string;
  readonly rollbackId: string;
}

const preamble = "# Versions that must not be deployed here again; taking an entry out lifts it.\n";

/**
 * The text with the entry in it, the same text when it is there already, or null when the file is no quarantine file, or would be longer than
 * it may be. `before` null: no file.
 */
export function withQuarantined(before: string | null, entry: QuarantineEntry): string | null {
  const text = before ?? preamble;
  const starts = text.length <= longestWhole ? null : atOnce(entryStarts(text));
  const after = starts === null ? withEntry(text, entry) : withLastEntry(text, starts, entry);
  return after !== null && Buffer.byteLength(after) > maxQuarantineBytes ? null : after;
}

/** Of a long text only the entries that may be the same are looked at, and the last one, behind which the new one comes. */
function withLastEntry(text: string, starts: readonly EntryStart[], entry: QuarantineEntry): string | null {
  const offsets = starts.map(({ offset }) => offset);
  for (let at = text.indexOf(entry.digest); at >= 0; at = text.indexOf(entry.digest, at + 1)) {
    const next = offsets.findIndex((offset) => offset > at);
    const [from, to] = next < 0 ? [offsets.at(-1) ?? 0, text.length] : [offsets[next - 1] ?? 0, offsets[next]];
    if (listIn(quarantineHead + text.slice(from, to))?.entries.some((known) => isSame(known, entry)) === true) return text;
  }
  const last = offsets.at(-1) ?? 0;
  const after = withEntry(quarantineHead + text.slice(last), entry);
  return after === null ? null : text.slice(0, last) + after.slice(quarantineHead.length);
}

/** Characters that the parser is given at once, so that it holds nobody up. */
const longestParsed = 256 * 1024;

function withEntry(text: string, entry: QuarantineEntry): string | null {
  if (text.length > longestParsed) return null;
  const list = listIn(text);
  if (list === null) return null;
  if (list.entries.some((known) => isSame(known, entry))) return text;
  const added = list.add(entry);
  return listIn(added)?.entries.some((known) => isSame(known, entry)) === true ? added : null;
}

interface List {
  readonly entries: readonly unknown[];
  readonly add: (entry: QuarantineEntry) => string;
}

function listIn(text: string): List | null {
  const document = parseDocument(text, { logLevel: "silent" });
  const [error] = document.errors;
  if (error !== undefined) return null;
  const root: unknown = document.contents;
  if (isNothing(root)) return { entries: [], add: (entry) => appended(text, newList(entry)) };
  if (!isMap<ParsedNode, ParsedNode | null>(root)) return null;
  return listOf(text, root, valuesOf(document));
}

function listOf(text: string, root: YAMLMap<ParsedNode, ParsedNode | null>, entries: readonly unknown[]): List | null {
  const pair = root.items.find(({ key }) => String(key) === "quarantine");
  if (pair === undefined) return root.items.length > 0 ? null : { entries, add: (entry) => appended(text, newList(entry)) };
  const { value } = pair;
  if (isSeq(value)) return { entries, add: (entry) => withItem(text, { list: value, isInFlow: root.flow === true }, entry) };
  if (root.flow === true || !isNothing(value)) return null;
  return { entries, add: (entry) => inPlaceOf(text, [endOf(pair.key) + 1, endOf(pair.key) + 1], false, entry) };
}

function valuesOf(document: { toJS(): unknown }): readonly unknown[] {
  const value = toValue(document);
  const list: unknown = typeof value === "object" && value !== null && "quarantine" in value ? value.quarantine : null;
  return Array.isArray(list) ? list : [];
}

/** An alias that multiplies itself is refused by the parser here. */
function toValue(document: { toJS(): unknown }): unknown {
  try {
    return document.toJS();
  } catch {
    return null;
  }
}

interface Listed {
  readonly list: YAMLSeq.Parsed;
  /** Whether what holds it is in flow style. */
  readonly isInFlow: boolean;
}

function withItem(text: string, { list, isInFlow }: Listed, entry: QuarantineEntry): string {
  const last = list.items.at(-1);
  if (last === undefined) return inPlaceOf(text, list.range, isInFlow, entry);
  if (list.flow === true) {
    const end = endOf(last);
    return `${text.slice(0, end)}, ${flowText(entry)}${text.slice(end)}`;
  }
  const content = text.slice(0, endOf(last)).trimEnd().length;
  const lineEnd = text.indexOf("\n", content);
  const head = lineEnd < 0 ? text : text.slice(0, lineEnd).replace(/\r$/, "");
  const tail = lineEnd < 0 ? "\n" : text.slice(head.length);
  return inEol(text, `${head}\n${itemsText(entry, indentOf(text, list))}${tail}`, head.length);
}

/** The entry instead of an empty list, or of nothing behind the colon. */
function inPlaceOf(text: string, range: readonly number[], isFlow: boolean, entry: QuarantineEntry): string {
  const [start = 0, end = 0] = range;
  const tail = text.slice(end);
  if (isFlow) return `${text.slice(0, start)}[${flowText(entry)}]${tail}`;
  const head = text.slice(0, start).trimEnd();
  const [rest = ""] = /^[^\S\n]*(#[^\n]*)?\r?\n?/.exec(tail) ?? [];
  const comment = rest.trim() === "" ? "" : ` ${rest.trim()}`;
  return inEol(text, `${head}${comment}\n${itemsText(entry, "  ")}\n${tail.slice(rest.length)}`, head.length);
}

/** Of the dashes. */
function indentOf(text: string, list: YAMLSeq): string {
  const dash = list.range?.[0] ?? 0;
  return " ".repeat(dash - (text.lastIndexOf("\n", dash - 1) + 1));
}

function newList(entry: QuarantineEntry): string {
  return `quarantine:\n${itemsText(entry, "  ")}\n`;
}

function appended(text: string, added: string): string {
  const joint = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return inEol(text, joint + added, text.length);
}

/** What was added gets the line ends of the file. */
function inEol(before: string, after: string, from: number): string {
  if (!before.includes("\r\n")) return after;
  return after.slice(0, from) + after.slice(from).replaceAll(/\r?\n/g, "\r\n");
}

function itemsText(entry: QuarantineEntry, indent: string): string {
  const lines = Object.entries(entry).map(([key, value]) => `${key}: ${scalar(String(value))}`);
  return lines.map((line, index) => `${indent}${index === 0 ? "- " : "  "}${line}`).join("\n");
}

function flowText(entry: QuarantineEntry): string {
  return `{ ${Object.entries(entry)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join(", ")} }`;
}

function scalar(value: string): string {
  return stringify(value, { lineWidth: 0 }).trimEnd();
}

function endOf({ range }: ParsedNode): number {
  return range[1];
}

function isNothing(node: unknown): boolean {
  return node === null || (typeof node === "object" && "value" in node && node.value === null);
}

function isSame(known: unknown, entry: QuarantineEntry): boolean {
  if (typeof known !== "object" || known === null) return false;
  const { process, version, digest } = known as Partial<QuarantineEntry>;
  return process === entry.process && version === entry.version && digest === entry.digest;
}
