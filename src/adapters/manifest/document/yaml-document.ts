/** A YAML file as a value that remembers where everything in it stands. */

import { keysOfPointer } from "../../../domain/json-pointer.ts";
import { isMap, isSeq, LineCounter, type YAMLError, type YAMLMap } from "yaml";
import type { Finding } from "../../../domain/finding.ts";
import { finding, type FindingCode, type Place } from "./findings.ts";
import { atOnce, type Slices } from "../../../domain/slices.ts";
import { decodeText } from "./text.ts";
import { compose } from "./yaml-compose.ts";
import { breachesOf, keyText, type KeyFold, offsetOf } from "./yaml-rules.ts";
import { tokenize } from "./yaml-tokens.ts";

export interface YamlDocument {
  readonly file: string;
  /** Plain JSON: what the schemas look at. */
  readonly value: unknown;
  /** Where the value at a JSON pointer stands, or its key; the nearest thing above when it is not there. */
  place(pointer: string, part?: "key" | "value"): Place;
}

export type YamlReading =
  | { readonly kind: "document"; readonly document: YamlDocument }
  | { readonly kind: "refused"; readonly findings: readonly Finding[] };

const asWritten: KeyFold = (key) => key;

/** Reads one document, or says where and why it cannot be read. Never throws, whatever the bytes. */
export function* readYaml(bytes: Uint8Array, file: string, fold: KeyFold = asWritten): Slices<YamlReading> {
  const decoded = decodeText(bytes, file);
  return decoded.kind === "refused" ? decoded : yield* readYamlSlices(decoded.text, file, fold);
}

/** The same for a text, without a pause. */
export function readYamlText(text: string, file: string, fold: KeyFold = asWritten): YamlReading {
  return atOnce(readYamlSlices(text, file, fold));
}

/** The same for a text. */
export function* readYamlSlices(text: string, file: string, fold: KeyFold = asWritten): Slices<YamlReading> {
  const lines = new LineCounter();
  const at = (offset: number, pointer = ""): Place => placeAt(lines, offset, file, pointer);
  const refuse = (code: FindingCode, offset: number, message: string): YamlReading => ({
    kind: "refused",
    findings: [finding(at(offset), code, message)],
  });

  const tokens = yield* tokenize(text, lines.addNewLine);
  if (tokens.kind === "refused") return refuse(tokens.refusal.code, tokens.refusal.offset, tokens.refusal.message);
  yield;
  const { document: parsed, problems } = compose(tokens.tokens, text.length);
  yield;
  const problem = firstProblem(problems, text);
  if (problem !== null) return refuse(problem.code, problem.offset, problem.message);
  if (parsed === undefined || parsed.contents === null) return refuse("yaml/empty", 0, "the file is empty");

  const breaches = breachesOf(parsed.contents, text, fold);
  yield;
  if (breaches.length > 0) {
    const findings = breaches.map(({ offset, pointer, code, message, hint }) => finding(at(offset, pointer), code, message, hint));
    return { kind: "refused", findings };
  }
  const known: Known = new Map();
  const place = (pointer: string, part: "key" | "value" = "value"): Place =>
    at(offsetAt(parsed.contents, { pointer, part, fold, known }), pointer);
  const value: unknown = parsed.toJS({ maxAliasCount: 100 });
  yield;
  return { kind: "document", document: { file, value, place } };
}

function placeAt(lines: LineCounter, offset: number, file: string, pointer: string): Place {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(1, line), column: Math.max(1, col), pointer };
}

interface Problem {
  readonly code: FindingCode;
  readonly offset: number;
  readonly message: string;
}

/** The first error or warning of the parser; a tab in the indentation is what most others come from. */
function firstProblem(problems: readonly YAMLError[], text: string): Problem | null {
  const [error] = problems.toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (error === undefined) return null;
  const tab = firstTab(text, error.pos[0]);
  if (tab !== null) return { code: "yaml/tab", offset: tab, message: "a tab is used as indentation" };
  return {
    code: "yaml/syntax",
    offset: Math.min(error.pos[0], text.length),
    message: lowerFirst(error.message.slice(0, 500).replace(/ at line \d+[^]*$/, "")),
  };
}

/** Looks at the line of the error and the one before it; elsewhere a tab may well be part of a text. */
function firstTab(text: string, error: number): number | null {
  const from = text.lastIndexOf("\n", text.lastIndexOf("\n", error - 1) - 1) + 1;
  const lineEnd = text.indexOf("\n", error);
  const found = /^ *\t[ \t]*\S/m.exec(text.slice(from, lineEnd < 0 ? text.length : lineEnd));
  return found === null ? null : from + found.index + found[0].indexOf("\t");
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

interface Wanted {
  readonly pointer: string;
  readonly part: "key" | "value";
  readonly fold: KeyFold;
  readonly known: Known;
}

/** Members by key, of mappings in which something was looked for: a search from the start each time would be quadratic. */
type Known = Map<YAMLMap, ReadonlyMap<string, Pair>>;

interface Pair {
  readonly key: unknown;
  readonly value: unknown;
}

/** The offset of what a pointer names, or of the deepest node on the way to it. */
function offsetAt(root: unknown, { pointer, part, fold, known }: Wanted): number {
  let node = root;
  let offset = offsetOf(root);
  for (const step of keysOfPointer(pointer)) {
    const next = isMap(node) ? (membersOf(node, fold, known).get(step) ?? null) : item(node, step);
    if (next === null) return offset;
    node = next.value;
    offset = part === "key" || isUnwritten(next.value) ? offsetOf(next.key) : offsetOf(next.value);
  }
  return offset;
}

/** The first of each key. */
function membersOf(map: YAMLMap, fold: KeyFold, known: Known): ReadonlyMap<string, Pair> {
  const before = known.get(map);
  if (before !== undefined) return before;
  const members = new Map<string, Pair>();
  for (const pair of map.items) {
    const key = keyText(pair.key, fold);
    if (key !== null && !members.has(key)) members.set(key, pair);
  }
  known.set(map, members);
  return members;
}

function item(node: unknown, step: string): Pair | null {
  const found: unknown = isSeq(node) ? node.items[Number(step)] : undefined;
  return found === undefined ? null : { key: found, value: found };
}

/** `key:` with nothing behind it. */
function isUnwritten(node: unknown): boolean {
  const range = (node as { readonly range?: readonly number[] | null } | null)?.range;
  return !range || range[0] === range[1];
}
