/** The segments of a path's expression: what stands between its slashes, and how much of a request each leaves open. Pure. */

import { charSet, type CharSet, complement, holds } from "./char-set.ts";
import type { Expression } from "./regular.ts";

/** How much of the path a segment leaves open: what leaves less is asked first. */
export type Openness = "fixed" | "mixed" | "constrained" | "free" | "rest";

export type Segment =
  /** `text` in lower case. */
  { readonly kind: "fixed"; readonly text: string } | { readonly kind: Exclude<Openness, "fixed"> };

/** What stands between two slashes. */
export interface Part {
  readonly of: readonly Expression[];
  /** Whether it may be left out together with its slash. */
  readonly isOptional: boolean;
}

const slash = charSet("/");
const slashExpression: Expression = { kind: "set", set: slash };
const notSlash = complement(slash);

/** Without the groups that mean nothing but order. */
export function flat(expression: Expression): readonly Expression[] {
  return expression.kind === "sequence" ? expression.parts.flatMap(flat) : [expression];
}

/** Cuts an expression at its slashes; null: it does not begin with one. */
export function partsOf(whole: readonly Expression[]): readonly Part[] | null {
  const parts: { of: Expression[]; isOptional: boolean }[] = [];
  const groups = optionalParts(whole);
  for (const [index, each] of whole.entries()) {
    const optional = groups.get(index) ?? null;
    if (isSlash(each)) parts.push({ of: [], isOptional: false });
    else if (optional !== null) parts.push({ of: [...optional], isOptional: true });
    else if (index === 0) return null;
    else parts.at(-1)?.of.push(each);
  }
  return parts;
}

/** Every way to leave optional parts out, the longest first. */
export function writtenOut([first, ...others]: readonly Part[]): readonly (readonly Part[])[] {
  if (first === undefined) return [[]];
  const rest = writtenOut(others);
  const withFirst = rest.map((form) => [{ ...first, isOptional: false }, ...form]);
  return first.isOptional ? [...withFirst, ...rest] : withFirst;
}

/** The parts as one expression again, with the slash that may end every path. */
export function expressionOf(parts: readonly Part[]): Expression {
  const whole = parts.flatMap(({ of }) => [slashExpression, ...of]);
  return { kind: "sequence", parts: [...whole, { kind: "repeat", part: slashExpression, least: 0, most: 1 }] };
}

/** How much a part leaves open. */
export function segmentOf({ of }: Part): Segment {
  const characters = of.map(fixedCharacter);
  if (characters.every((character) => character !== null)) return { kind: "fixed", text: characters.join("") };
  if (of.some(mayHoldSlash)) return { kind: "rest" };
  if (of.length === 1 && of[0] && isFree(of[0])) return { kind: "free" };
  return { kind: characters.some((character) => character !== null) ? "mixed" : "constrained" };
}

function isSlash(expression: Expression): boolean {
  return expression.kind === "set" && expression.set === slash;
}

/** Optional groups that are a segment each, by place: nothing but another segment follows them. */
function optionalParts(whole: readonly Expression[]): ReadonlyMap<number, readonly Expression[]> {
  const groups = new Map<number, readonly Expression[]>();
  for (let index = whole.length - 1; index >= 0; index--) {
    const [each, next] = [whole[index], whole[index + 1]];
    const optional = each && optionalPart(each);
    if (optional && (next === undefined || isSlash(next) || groups.has(index + 1))) groups.set(index, optional);
  }
  return groups;
}

/** What an optional group holds after its slash, when that is one segment. */
function optionalPart(expression: Expression): readonly Expression[] | null {
  if (expression.kind !== "repeat" || expression.least !== 0 || expression.most !== 1) return null;
  const [first, ...others] = flat(expression.part);
  return first && isSlash(first) && others.length > 0 && !others.some(mayHoldSlash) ? others : null;
}

function isFree(expression: Expression): boolean {
  const { kind } = expression;
  if (kind !== "repeat" || expression.least !== 1 || expression.most !== null) return false;
  const [part, more] = flat(expression.part);
  return more === undefined && part?.kind === "set" && part.set === notSlash;
}

function mayHoldSlash(expression: Expression): boolean {
  switch (expression.kind) {
    case "set":
      return (expression.set & slash) !== 0n;
    case "repeat":
      return mayHoldSlash(expression.part);
    case "sequence":
      return expression.parts.some(mayHoldSlash);
    case "choice":
      return expression.of.some(mayHoldSlash);
  }
}

/** In lower case; null: it fits more than one character, or not exactly one of them. */
function fixedCharacter(expression: Expression): string | null {
  return expression.kind === "set" ? onlyCharacter(expression.set) : null;
}

function onlyCharacter(set: CharSet): string | null {
  for (let code = 33; code < 127; code++) {
    if (holds(set, code)) return charSet(String.fromCharCode(code)) === set ? String.fromCharCode(code).toLowerCase() : null;
  }
  return null;
}
