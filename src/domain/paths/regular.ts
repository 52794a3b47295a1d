/** The part of regular expressions that can be matched in one pass over a text: no look-around, no back-references. Pure. */

import { anyCharacter, charSet, type CharSet, complement, namedSets, rangeSet } from "./char-set.ts";
import { UnreadablePath } from "./unreadable-path.ts";

export type Expression =
  | { readonly kind: "set"; readonly set: CharSet }
  | { readonly kind: "sequence"; readonly parts: readonly Expression[] }
  | { readonly kind: "choice"; readonly of: readonly Expression[] }
  /** `most` is null for any number. */
  | { readonly kind: "repeat"; readonly part: Expression; readonly least: number; readonly most: number | null };

/** How deep groups may be nested. */
const deepest = 20;
/** How often a counted repetition may repeat. */
const mostRepeats = 64;

interface Reader {
  readonly source: string;
  at: number;
  depth: number;
}

/** An expression without choices outside of groups: those would not hold for the whole path. @throws UnreadablePath. */
export function readExpression(source: string): Expression {
  const reader: Reader = { source, at: 0, depth: 0 };
  const parts = readSequence(reader);
  if (peek(reader) === "|") throw new UnreadablePath('"|" outside of parentheses would match other paths, too; write /(a|b)');
  if (reader.at < source.length) throw new UnreadablePath('a ")" has no "("');
  return parts;
}

function readChoice(reader: Reader): Expression {
  const of = [readSequence(reader)];
  while (skip(reader, "|")) of.push(readSequence(reader));
  return of.length === 1 && of[0] ? of[0] : { kind: "choice", of };
}

function readSequence(reader: Reader): Expression {
  const parts: Expression[] = [];
  for (let next = peek(reader); next !== "" && next !== "|" && next !== ")"; next = peek(reader)) parts.push(readRepeated(reader));
  return { kind: "sequence", parts };
}

function readRepeated(reader: Reader): Expression {
  const part = readOne(reader);
  const times = readTimes(reader);
  if (times === null) return part;
  skip(reader, "?");
  if (readTimes(reader) !== null) throw new UnreadablePath("a repetition cannot be repeated");
  return { kind: "repeat", part, ...times };
}

function readTimes(reader: Reader): { readonly least: number; readonly most: number | null } | null {
  if (skip(reader, "*")) return { least: 0, most: null };
  if (skip(reader, "+")) return { least: 1, most: null };
  if (skip(reader, "?")) return { least: 0, most: 1 };
  const counted = /^\{(\d+)(,?)(\d*)\}/.exec(reader.source.slice(reader.at, reader.at + 20));
  return counted ? readCount(reader, counted) : null;
}

function readCount(reader: Reader, [written, from, comma, to]: RegExpExecArray): { readonly least: number; readonly most: number | null } {
  reader.at += written.length;
  const least = Number(from);
  const most = comma === "" ? least : to === "" ? null : Number(to);
  if (least > mostRepeats || (most ?? 0) > mostRepeats) throw new UnreadablePath(`${written} repeats more than ${mostRepeats} times`);
  if (most !== null && most < least) throw new UnreadablePath(`${written} has a maximum below its minimum`);
  return { least, most };
}

function readOne(reader: Reader): Expression {
  const character = take(reader);
  if (character === "(") return readGroup(reader);
  if (character === "[") return { kind: "set", set: readClass(reader) };
  if (character === ".") return { kind: "set", set: anyCharacter };
  if (character === "\\") return { kind: "set", set: readEscape(reader) };
  if ("*+?".includes(character)) throw new UnreadablePath(`"${character}" has nothing to repeat`);
  if ("^${}]".includes(character)) throw new UnreadablePath(`"${character}" has no meaning in a path`);
  return { kind: "set", set: charSet(character) };
}

function readGroup(reader: Reader): Expression {
  reader.depth += 1;
  if (reader.depth > deepest) throw new UnreadablePath(`parentheses are nested more than ${deepest} deep`);
  if (skip(reader, "?") && !skip(reader, ":")) throw new UnreadablePath(`"(?${peek(reader)}" cannot be matched in one pass`);
  const group = readChoice(reader);
  if (!skip(reader, ")")) throw new UnreadablePath('a "(" is not closed');
  reader.depth -= 1;
  return group;
}

function readClass(reader: Reader): CharSet {
  const isNegated = skip(reader, "^");
  let set = 0n;
  for (let next = peek(reader); next !== "]"; next = peek(reader)) {
    if (next === "") throw new UnreadablePath('a "[" is not closed');
    set |= readClassItem(reader);
  }
  reader.at += 1;
  return isNegated ? complement(set) : set;
}

function readClassItem(reader: Reader): CharSet {
  const from = reader.source[reader.at] ?? "";
  const first = readClassCharacter(reader);
  if (peek(reader) !== "-" || reader.source[reader.at + 1] === "]" || reader.at + 1 >= reader.source.length) return first;
  reader.at += 1;
  const to = peek(reader);
  readClassCharacter(reader);
  if (from === "\\" || to === "\\") throw new UnreadablePath("a range of characters cannot begin or end with an escape");
  if (from > to) throw new UnreadablePath(`the range ${from}-${to} is the wrong way round`);
  return rangeSet(from, to);
}

function readClassCharacter(reader: Reader): CharSet {
  const character = take(reader);
  return character === "\\" ? readEscape(reader) : charSet(character);
}

function readEscape(reader: Reader): CharSet {
  const character = take(reader);
  const named = namedSets.get(character);
  if (named !== undefined) return named;
  if (character === "" || /[0-9A-Za-z]/.test(character)) throw new UnreadablePath(`"\\${character}" cannot be matched in one pass`);
  return charSet(character);
}

function peek({ source, at }: Reader): string {
  return source[at] ?? "";
}

function take(reader: Reader): string {
  reader.at += 1;
  return reader.source[reader.at - 1] ?? "";
}

function skip(reader: Reader, wanted: string): boolean {
  if (peek(reader) !== wanted) return false;
  reader.at += 1;
  return true;
}
