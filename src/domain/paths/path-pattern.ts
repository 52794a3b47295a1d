/** One path of a process as callers may write it: what it fits, and which of two that fit the same request goes first. Pure. */

import { type Automaton, automatonOf } from "./automaton.ts";
import { expressSource } from "./express-path.ts";
import { expressionOf, flat, partsOf, segmentOf, type Segment, type Openness, writtenOut } from "./segments.ts";
import { readExpression } from "./regular.ts";
import { whyForbidden } from "./forbidden.ts";
import { UnreadablePath } from "./unreadable-path.ts";

/** A way to write the path, without optional segments. */
export interface PathForm {
  readonly segments: readonly Segment[];
  /** Equal when neither goes first: then no request may fit both. */
  readonly rank: string;
  /** Equal for forms that fit the same, whatever their parameters are called. */
  readonly key: string;
  /** Whether its segments say it all: each is fixed, or takes any one segment. */
  readonly isSimple: boolean;
  automaton(): Automaton;
}

export interface PathPattern {
  readonly path: string;
  readonly forms: readonly PathForm[];
}

/** The longest path that is read, in characters. */
export const longestPath = 500;
const mostOptional = 3;

/** @throws UnreadablePath, saying what a path may not be. */
export function readPath(path: string): PathPattern {
  if (!path.startsWith("/")) throw new UnreadablePath("it does not begin with /");
  if (path.length > longestPath) throw new UnreadablePath(`it is longer than ${longestPath} characters`);
  const foreign = /[^\x21-\x7e]|#/u.exec(path)?.[0];
  if (foreign !== undefined) throw new UnreadablePath(`no request can contain "${foreign}"; write ${encoded(foreign)}`);
  refuseForbidden(path);
  const forms = isPlain(path) ? [plainForm(path)] : formsOf(path);
  // What is too large is found here, not by the first request.
  if (!isPlain(path)) for (const form of forms) form.automaton();
  return { path, forms };
}

/** Which of two forms is asked first: negative for the first one. */
export function compareForms(a: PathForm, b: PathForm): number {
  return a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0;
}

function encoded(character: string): string {
  if (character === "#") return "%23";
  return /^[\uD800-\uDFFF]$/.test(character) ? "it percent-encoded" : encodeURIComponent(character);
}

function refuseForbidden(path: string): void {
  const why = whyForbidden(path.replaceAll("\\", ""));
  if (why === "private") throw new UnreadablePath("paths that begin with ~ or __admin are private to the engine");
  if (why === "malformed")
    throw new UnreadablePath("no request passes the gateway with . or .. as a segment, or with a % that encodes nothing");
}

function isPlain(path: string): boolean {
  return path === "/" || /^(?:\/[\w.%~!',;=&@-]+)+\/?$/.test(path);
}

function plainForm(path: string): PathForm {
  const texts = path.toLowerCase().split("/").slice(1);
  if (texts.at(-1) === "") texts.pop();
  const segments = texts.map((text) => ({ kind: "fixed" as const, text }));
  return formOf(segments, "", () => automatonOf(readExpression(expressSource(path))));
}

function formsOf(path: string): readonly PathForm[] {
  const expression = readExpression(expressSource(path));
  const nameless = path.replaceAll(/:\w+/g, ":");
  const parts = partsOf(flat(expression).slice(0, -1));
  if (parts === null) return [formOf([{ kind: "rest" }], nameless, () => automatonOf(expression))];
  const optional = parts.filter(({ isOptional }) => isOptional).length;
  if (optional > mostOptional) throw new UnreadablePath(`more than ${mostOptional} of its segments are optional`);
  return writtenOut(parts).map((form) => formOf(form.map(segmentOf), nameless, () => automatonOf(expressionOf(form))));
}

function formOf(segments: readonly Segment[], nameless: string, make: () => Automaton): PathForm {
  let automaton: Automaton | null = null;
  const rank = rankOf(segments);
  const isSimple = segments.every((segment) => segment.kind === "free" || (segment.kind === "fixed" && segment.text !== ""));
  return { segments, rank, key: isSimple ? rank : `${rank} ${nameless}`, isSimple, automaton: () => (automaton ??= make()) };
}

const order: Readonly<Record<Openness, string>> = { fixed: "0", mixed: "1", constrained: "2", free: "3", rest: "4" };

/** First by how open the segments are, from the left; longer before shorter; then by what is fixed. */
function rankOf(segments: readonly Segment[]): string {
  const openness = segments.map(({ kind }) => order[kind]).join("");
  return `${openness}9 ${segments.map((segment) => (segment.kind === "fixed" ? segment.text : "")).join("/")}`;
}
