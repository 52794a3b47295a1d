/** Rules that YAML itself does not make: keys once and plain, aliases not inside each other, values that JSON can hold. */

import { escapeKey } from "../../../domain/json-pointer.ts";
import { type Alias, isAlias, isMap, isNode, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import type { FindingCode } from "./findings.ts";
import { shortened } from "./findings.ts";
import { maxFindings, maxKey } from "./limits.ts";

export interface Breach {
  readonly code: FindingCode;
  readonly offset: number;
  readonly pointer: string;
  readonly message: string;
  readonly hint?: string;
}

/** What a key is compared by; the config of the operator folds snake_case here. */
export type KeyFold = (key: string) => string;

/** The text of a key, or null when it is no plain scalar. */
export function keyText(key: unknown, fold: KeyFold): string | null {
  if (!isScalar(key)) return null;
  const { value } = key;
  if (typeof value === "string") return fold(value);
  return typeof value === "number" || typeof value === "boolean" ? fold(String(value)) : null;
}

/** Every breach below a node, in order. `text`: that it was read from. */
export function breachesOf(root: unknown, text: string, fold: KeyFold): readonly Breach[] {
  const breaches: Breach[] = [];
  visit(root, { fold, text, breaches, anchors: new Set(), pointer: "", anchored: false });
  return breaches;
}

interface Visit {
  readonly fold: KeyFold;
  readonly text: string;
  readonly breaches: Breach[];
  /** Anchors met so far: an alias can only name one of them. */
  readonly anchors: Set<string>;
  readonly pointer: string;
  /** Whether some node above has an anchor. */
  readonly anchored: boolean;
}

function visit(node: unknown, at: Visit): void {
  if (at.breaches.length >= maxFindings || !isNode(node)) return;
  if (isAlias(node)) return visitAlias(node, at);
  const below = enter(node, at);
  if (isMap(node)) visitMap(node, below);
  else if (isSeq(node)) visitItems(node, below);
  else checkScalar(node, at);
}

function checkScalar(scalar: Scalar, at: Visit): void {
  if (typeof scalar.value === "number" && !Number.isFinite(scalar.value))
    return breach(at, "yaml/number", offsetOf(scalar), "this is not a finite number");
  const lost = takenForComment(scalar, at.text, offsetOf(scalar));
  if (lost !== null)
    return breach(at, "yaml/not-as-written", offsetOf(scalar), `${lost} is a comment, and nothing is written here: put it in quotes`);
  const becomes = otherText(scalar);
  if (becomes === null) return;
  const hint = `Write "${shortened(String(scalar.source))}", in quotes, for the text; or ${becomes} for the value.`;
  breach(at, "yaml/not-as-written", offsetOf(scalar), `this would become ${becomes}: put it in quotes`, hint);
}

/** What is written where a value is expected, with the sign of a comment right before it, such as `#ff0000`; else null. */
function takenForComment({ value, source, comment }: Scalar, text: string, offset: number): string | null {
  if (value !== null || source !== "" || typeof comment !== "string") return null;
  const written = /^[ \t]*(#[^\s#]\S*)/.exec(text.slice(offset, offset + 200))?.[1];
  return written === undefined ? null : shortened(written);
}

/** What a number or a word of YAML's is turned into, when that is not what is written; else null. Nothing and `~` are null on purpose. */
function otherText({ value, source, type }: Scalar): string | null {
  if (type !== "PLAIN" || source === undefined || source === "" || source === "~") return null;
  if (typeof value !== "number" && typeof value !== "boolean" && value !== null) return null;
  const becomes = Object.is(value, -0) ? "0" : String(value);
  return becomes === source ? null : becomes;
}

function enter(node: Exclude<Node, Alias>, at: Visit): Visit {
  if (node.tag !== undefined) breach(at, "yaml/tag", offsetOf(node), `the tag ${shortened(node.tag)} is not allowed`);
  if (node.anchor === undefined) return at;
  at.anchors.add(node.anchor);
  return { ...at, anchored: true };
}

function visitItems(list: YAMLSeq, at: Visit): void {
  for (const [index, item] of list.items.entries()) visit(item, { ...at, pointer: `${at.pointer}/${index}` });
}

function visitAlias(alias: Alias, at: Visit): void {
  if (at.anchored) return breach(at, "limit/aliases", offsetOf(alias), "an alias inside an anchored value multiplies itself");
  if (!at.anchors.has(alias.source)) breach(at, "yaml/syntax", offsetOf(alias), `nothing above is called &${shortened(alias.source)}`);
}

function visitMap(map: YAMLMap, at: Visit): void {
  const seen = new Set<string>();
  for (const pair of map.items) {
    const key = acceptKey(pair, seen, at);
    if (key !== null) visit(pair.value, { ...at, pointer: `${at.pointer}/${escapeKey(key)}` });
  }
}

/** The key's text, or null after saying what is wrong with it. */
function acceptKey(pair: Pair, seen: Set<string>, at: Visit): string | null {
  const key = keyText(pair.key, at.fold);
  const offset = offsetOf(pair.key);
  if (key !== null && key.length > maxKey) {
    breach(at, "yaml/key", offset, `a key of ${key.length} characters; at most ${maxKey} are read`);
    return null;
  }
  if (key === null || key === "__proto__") {
    breach(at, "yaml/key", offset, "this cannot be a key");
    return null;
  }
  if (isMergeKey(pair.key))
    breach(at, "yaml/key", offset, "merge keys (<<) are not read", 'Write the values out; or write "<<", in quotes, for the text.');
  if (isScalar(pair.key)) checkScalar(pair.key, { ...at, pointer: `${at.pointer}/${escapeKey(key)}` });
  if (seen.has(key))
    breach(
      { ...at, pointer: `${at.pointer}/${escapeKey(key)}` },
      "yaml/duplicate-key",
      offset,
      `the key "${shortened(key)}" is there twice`,
    );
  seen.add(key);
  return key;
}

/** YAML 1.1 puts the members of another mapping there; in YAML 1.2 it is a key like any other, which nobody means. */
function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === "PLAIN" && key.value === "<<";
}

function breach(at: Visit, code: FindingCode, offset: number, ...[message, hint]: readonly [string, string?]): void {
  if (at.breaches.length >= maxFindings) return;
  at.breaches.push({ code, offset, pointer: at.pointer, message, ...(hint === undefined ? {} : { hint }) });
}

/** Where a node begins; 0 when it is not written at all. */
export function offsetOf(node: unknown): number {
  const range = (node as { readonly range?: readonly number[] | null } | null)?.range;
  return range?.[0] ?? 0;
}
