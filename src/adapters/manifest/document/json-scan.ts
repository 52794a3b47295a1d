/** Goes over a text once before `JSON.parse` does: where it stops being JSON, what would change on the way, and whether it is too much. */

import { shortened } from "./findings.ts";
import { maxDepth, maxDifferentKeys, maxExportValues, maxKey, maxNodeValues } from "./limits.ts";
import { atOnce, type Slices } from "../../../domain/slices.ts";

export interface JsonProblem {
  readonly code: "json/syntax" | "json/number" | "json/key" | "limit/depth" | "limit/values";
  readonly offset: number;
  readonly message: string;
}

const whiteSpace = /[ \t\r\n]*/y;
const shortEscapes: ReadonlySet<string> = new Set('"\\/bfnrt');
const plainToken = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;

/** Tokens taken without a pause. */
const tokensAtOnce = 1000;
/** Items of a list parsed without a pause. */
const itemsAtOnce = 20;

export type ParsedJson = { readonly kind: "value"; readonly value: unknown } | { readonly kind: "refused"; readonly problem: JsonProblem };

/** The value of a text, or its first problem. Pauses in between: a list is parsed item by item. */
export function* parseJson(text: string): Slices<ParsedJson> {
  const scanner = new Scanner(text);
  const problem = yield* scan(scanner);
  if (problem !== null) return { kind: "refused", problem };
  if (!text.trimStart().startsWith("[")) return { kind: "value", value: JSON.parse(text) };
  const value: unknown[] = [];
  for (const [start, end] of scanner.items) {
    value.push(JSON.parse(text.slice(start, end)));
    if (value.length % itemsAtOnce === 0) yield;
  }
  return { kind: "value", value };
}

/** The first problem of a text, or null when it is JSON. */
export function jsonProblem(text: string): JsonProblem | null {
  return atOnce(scan(new Scanner(text)));
}

function* scan(scanner: Scanner): Slices<JsonProblem | null> {
  for (;;) {
    for (let count = 0; count < tokensAtOnce; count++) if (scanner.step()) return scanner.problem;
    yield;
  }
}

type Expected = "value" | "first-value" | "key" | "first-key" | "comma" | "end";

/** Without recursion: the depth of the text is not the depth of the stack. */
class Scanner {
  problem: JsonProblem | null = null;
  /** Beginning and end of each item of the outermost list. */
  readonly items: (readonly [number, number])[] = [];
  readonly #text: string;
  #at = 0;
  readonly #open: ("[" | "{")[] = [];
  #expected: Expected = "value";
  #values = 0;
  /** Values before the outermost node that is being read. */
  #before = 0;
  #itemStart = 0;
  readonly #keys = new Set<string>();
  /** Keys so far of each object that is open, the innermost last. */
  readonly #members: Set<string>[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Takes one token; true at the end, and when there is a problem. */
  step(): boolean {
    this.#skip(whiteSpace);
    if (this.#at >= this.#text.length) return this.#expected === "end" || this.#syntax("the text ends too early");
    const start = this.#at;
    if (!this.#token()) return this.problem !== null || this.#syntax(this.#unexpected());
    return this.problem !== null || this.#checkLimits(start);
  }

  #checkLimits(start: number): boolean {
    if (this.#open.length > maxDepth) return this.#refuse("limit/depth", this.#at - 1, `more than ${maxDepth} levels inside each other`);
    if (this.#values > maxExportValues) return this.#refuse("limit/values", start, `the file contains more than ${maxExportValues} values`);
    if (this.#keys.size > maxDifferentKeys)
      return this.#refuse("limit/values", start, `the file contains more than ${maxDifferentKeys} different keys`);
    if (this.#values - this.#before > maxNodeValues)
      return this.#refuse("limit/values", start, `one node contains more than ${maxNodeValues} values`);
    return false;
  }

  #refuse(code: JsonProblem["code"], offset: number, message: string): true {
    this.problem = { code, offset, message };
    return true;
  }

  #unexpected(): string {
    const sign = this.#text[this.#at];
    return sign === undefined ? "the text ends too early" : `unexpected ${JSON.stringify(sign)}`;
  }

  #syntax(message: string): true {
    return this.#refuse("json/syntax", Math.min(this.#at, this.#text.length), message);
  }

  /** False when the next token does not belong here. */
  #token(): boolean {
    switch (this.#expected) {
      case "value":
        return this.#value();
      case "first-value":
        return this.#close("]") || this.#value();
      case "key":
        return this.#key();
      case "first-key":
        return this.#close("}") || this.#key();
      case "comma":
        return this.#comma() || this.#close(this.#open.at(-1) === "[" ? "]" : "}");
      case "end":
        return false;
    }
  }

  #value(): boolean {
    const sign = this.#text[this.#at];
    this.#values += 1;
    if (this.#open.length === 1) this.#itemStart = this.#at;
    if (sign === "[" || sign === "{") {
      this.#open.push(sign);
      if (sign === "{") this.#members.push(new Set());
      this.#at += 1;
      this.#expected = sign === "[" ? "first-value" : "first-key";
      return true;
    }
    return (sign === '"' ? this.#string() : this.#plain()) && this.#afterValue();
  }

  #plain(): boolean {
    const start = this.#at;
    if (!this.#skip(plainToken)) return false;
    const becomes = otherNumber(this.#text.slice(start, this.#at));
    return becomes === null || !this.#refuse("json/number", start, `this number would become ${becomes}: put it in quotes`);
  }

  #key(): boolean {
    const start = this.#at;
    if (!this.#string()) return false;
    const written = this.#text.slice(start, Math.min(this.#at, start + maxKey + 3));
    const problem = keyProblem(written);
    if (problem !== null) return !this.#refuse("json/key", start, problem);
    const members = this.#members.at(-1);
    if (members?.has(written) === true) return !this.#refuse("json/key", start, `the key ${shortened(written)} is there twice`);
    members?.add(written);
    this.#keys.add(written);
    this.#skip(whiteSpace);
    return this.#take(":") && this.#expect("value");
  }

  /** By hand: a regular expression would need as much stack as the string is long. */
  #string(): boolean {
    if (!this.#take('"')) return false;
    for (let code = this.#text.charCodeAt(this.#at); code >= 0x20; code = this.#text.charCodeAt(this.#at)) {
      if (code === 0x22) return this.#take('"');
      if (code !== 0x5c) this.#at += 1;
      else if (!this.#escape()) return false;
    }
    return false;
  }

  #escape(): boolean {
    const sign = this.#text[this.#at + 1] ?? "";
    if (shortEscapes.has(sign)) this.#at += 2;
    else if (sign === "u" && [2, 3, 4, 5].every((index) => isHexDigit(this.#text.charCodeAt(this.#at + index)))) this.#at += 6;
    else return false;
    return true;
  }

  #comma(): boolean {
    return this.#take(",") && this.#expect(this.#open.at(-1) === "[" ? "value" : "key");
  }

  #close(sign: "]" | "}"): boolean {
    if (!this.#take(sign)) return false;
    this.#open.pop();
    if (sign === "}") this.#members.pop();
    return this.#afterValue();
  }

  /** A list of nodes is the whole of an export, or stands in it by name. */
  #afterValue(): true {
    if (this.#open.length === 1 && this.#open[0] === "[") this.items.push([this.#itemStart, this.#at]);
    if (this.#open.length <= (this.#open[0] === "[" ? 1 : 2)) this.#before = this.#values;
    this.#expected = this.#open.length === 0 ? "end" : "comma";
    return true;
  }

  #expect(expected: Expected): true {
    this.#expected = expected;
    return true;
  }

  #take(sign: string): boolean {
    if (this.#text[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }

  /** Moves behind a token; false when it is not there. */
  #skip(token: RegExp): boolean {
    token.lastIndex = this.#at;
    const found = token.exec(this.#text);
    if (found === null) return false;
    this.#at += found[0].length;
    return found[0].length > 0;
  }
}

/** What is wrong with a key, in quotes as it stands; null when nothing is. */
function keyProblem(written: string): string | null {
  if (written.length > maxKey + 2) return `a key of more than ${maxKey} characters`;
  const isProto = written === '"__proto__"' || (written.includes("\\") && JSON.parse(written) === "__proto__");
  return isProto ? "__proto__ cannot be a key" : null;
}

function isHexDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}

/** So many characters are always kept. */
const safeLength = 15;
/** A number with more digits than this can hold none of them. */
const maxNumber = 400;

/** What a number is turned into when it loses digits; else null. */
function otherNumber(written: string): string | null {
  if (!/^[-0-9]/.test(written) || (written.length <= safeLength && !/[eE]/.test(written))) return null;
  const value = Number(written);
  if (!Number.isFinite(value)) return "infinite";
  if (written.length > maxNumber) return shortened(String(value));
  return significant(written) === significant(String(value)) ? null : String(value);
}

/** A number as its digits and the power of ten behind them: 1.50 and 15e-1 are the same. */
function significant(text: string): string {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const digits = (whole + fraction).replace(/^0+/, "");
  const kept = digits.replace(/0+$/, "");
  if (kept === "") return "0";
  const power = Number(exponent) - fraction.length + (digits.length - kept.length);
  return `${text.startsWith("-") ? "-" : ""}${kept}e${power}`;
}
