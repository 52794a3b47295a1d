/** A YAML file as a value that remembers where everything in it stands. */

import { Composer, type Document, isMap, isSeq, LineCounter } from "yaml";
import type { Finding } from "../../domain/finding.ts";
import { finding, type FindingCode, type Place } from "./findings.ts";
import { decodeText } from "./text.ts";
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
export function readYaml(bytes: Uint8Array, file: string, fold: KeyFold = asWritten): YamlReading {
  const decoded = decodeText(bytes, file);
  return decoded.kind === "refused" ? decoded : readYamlText(decoded.text, file, fold);
}

/** The same for a text. */
export function readYamlText(text: string, file: string, fold: KeyFold = asWritten): YamlReading {
  const lines = new LineCounter();
  const at = (offset: number, pointer = ""): Place => placeAt(lines, offset, file, pointer);
  const refuse = (code: FindingCode, offset: number, message: string): YamlReading => ({
    kind: "refused",
    findings: [finding(at(offset), code, message)],
  });

  const tokens = tokenize(text, lines.addNewLine);
  if (tokens.kind === "refused") return refuse(tokens.refusal.code, tokens.refusal.offset, tokens.refusal.message);
  const [parsed] = new Composer({ uniqueKeys: false, version: "1.2", schema: "core", strict: true }).compose(
    tokens.tokens,
    true,
    text.length,
  );
  const problem = parsed === undefined ? null : firstProblem(parsed, text);
  if (problem !== null) return refuse(problem.code, problem.offset, problem.message);
  if (parsed === undefined || parsed.contents === null) return refuse("yaml/empty", 0, "the file is empty");

  const breaches = breachesOf(parsed.contents, fold);
  if (breaches.length > 0) {
    return { kind: "refused", findings: breaches.map((breach) => finding(at(breach.offset, breach.pointer), breach.code, breach.message)) };
  }
  const place = (pointer: string, part: "key" | "value" = "value"): Place =>
    at(offsetAt(parsed.contents, { pointer, part, fold }), pointer);
  return { kind: "document", document: { file, value: parsed.toJS({ maxAliasCount: 100 }), place } };
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
function firstProblem(parsed: Document.Parsed, text: string): Problem | null {
  const [error] = [...parsed.errors, ...parsed.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  if (error === undefined) return null;
  const tab = firstTab(text, error.pos[0]);
  if (tab !== null) return { code: "yaml/tab", offset: tab, message: "a tab is used as indentation" };
  return {
    code: "yaml/syntax",
    offset: Math.min(error.pos[0], text.length),
    message: lowerFirst(error.message.replace(/ at line \d+[^]*$/, "")),
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
}

/** The offset of what a pointer names, or of the deepest node on the way to it. */
function offsetAt(root: unknown, { pointer, part, fold }: Wanted): number {
  let node = root;
  let offset = offsetOf(root);
  for (const step of pointer === "" ? [] : pointer.slice(1).split("/").map(unescapePointer)) {
    const next = child(node, step, fold);
    if (next === null) return offset;
    node = next.value;
    offset = part === "key" || isUnwritten(next.value) ? offsetOf(next.key) : offsetOf(next.value);
  }
  return offset;
}

function child(node: unknown, step: string, fold: KeyFold): { readonly key: unknown; readonly value: unknown } | null {
  if (isMap(node)) return node.items.find((pair) => keyText(pair.key, fold) === step) ?? null;
  if (!isSeq(node)) return null;
  const item: unknown = node.items[Number(step)];
  return item === undefined ? null : { key: item, value: item };
}

/** `key:` with nothing behind it. */
function isUnwritten(node: unknown): boolean {
  const range = (node as { readonly range?: readonly number[] | null } | null)?.range;
  return !range || range[0] === range[1];
}

function unescapePointer(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}
