/**
 * Finds the pins of a process in the text of a pins file, and puts other versions in their place; every other character stays
 * as it is. Texts are bytes as Latin-1, so that what is no UTF-8 survives too.
 */

import { isAlias, isMap, isScalar, parseDocument, visit } from "yaml";
import type { Alias, Document, Pair, Scalar } from "yaml";
import type { ProcessId, Version } from "../../../domain/names.ts";

/** Where a version stands, without its quotes. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly version: Version;
  /** What would follow this version if it moved: aliases of it elsewhere, each to become the version that it means now. */
  readonly followers: readonly Place[];
}

interface Place {
  readonly start: number;
  readonly end: number;
}

const byteOrderMark = "\u00ef\u00bb\u00bf";

/** The versions that a pins file gives a process: one, or none, or several by mistake. */
export function pinnedVersions(text: string, process: ProcessId): readonly Version[] {
  return findPins(text, process).map(({ version }) => version);
}

/** The text with `to` wherever the process is pinned to `from`. */
export function withPin(text: string, process: ProcessId, { from, to }: { readonly from: Version; readonly to: Version }): string {
  const spans = findPins(text, process).filter(({ version }) => version === from);
  const edits = spans.flatMap((span) => [
    { start: span.start, end: span.end, text: to },
    ...span.followers.map(({ start, end }) => ({ start, end, text: from })),
  ]);
  const backwards = edits.toSorted((a, b) => b.start - a.start);
  return backwards.reduce((edited, { start, end, text: put }) => edited.slice(0, start) + put + edited.slice(end), text);
}

function findPins(text: string, process: ProcessId): readonly Span[] {
  if (!text.includes(process)) return [];
  const lines = findLines(text, process);
  return lines.length > 0 ? lines : findInYaml(text, process);
}

/** Bare lines `process: version`, which is all that a good pins file has. Ten thousand of them take YAML's parser a second. */
function findLines(text: string, process: ProcessId): readonly Span[] {
  const line = new RegExp(`^(${byteOrderMark})?${process}:( +)("?|'?)(\\w[^\\s"'#,:{}[\\]]*)\\3(?= +#| *$)`, "gm");
  return [...text.matchAll(line)].map((found) => {
    const [whole, , , quote = "", version = ""] = found;
    const end = found.index + whole.length - quote.length;
    return { start: end - version.length, end, version, followers: [] };
  });
}

/** Whatever else YAML knows: flow style, quoted keys, anchors. */
function findInYaml(text: string, process: ProcessId): readonly Span[] {
  const skipped = text.startsWith(byteOrderMark) ? byteOrderMark.length : 0;
  const document = parseDocument(text.slice(skipped), { uniqueKeys: false, logLevel: "silent" });
  if (!isMap(document.contents)) return [];
  const pairs = document.contents.items.filter(({ key }) => isScalar(key) && String(key.value) === process);
  return pairs.flatMap((pair) => spanOf(document, pair)).map((span) => shifted(span, skipped));
}

function spanOf(document: Document, { value }: Pair): readonly Span[] {
  if (isAlias(value)) {
    const meant = value.resolve(document);
    return isScalar(meant) ? [{ ...placeOf(value), version: String(meant.source ?? meant.value), followers: [] }] : [];
  }
  if (!isScalar(value) || value.source === undefined) return [];
  const isQuoted = value.type === "QUOTE_DOUBLE" || value.type === "QUOTE_SINGLE";
  const { start, end } = placeOf(value);
  const inner = isQuoted ? { start: start + 1, end: end - 1 } : { start, end };
  return [{ ...inner, version: value.source, followers: followersOf(document, value.anchor) }];
}

function followersOf(document: Document, anchor: string | undefined): readonly Place[] {
  const places: Place[] = [];
  if (anchor === undefined) return places;
  visit(document, { Alias: (_, alias) => void (alias.source === anchor && places.push(placeOf(alias))) });
  return places;
}

function placeOf({ range }: Alias | Scalar): Place {
  return { start: range?.[0] ?? 0, end: range?.[1] ?? 0 };
}

function shifted(span: Span, by: number): Span {
  const move = ({ start, end }: Place): Place => ({ start: start + by, end: end + by });
  return { ...span, ...move(span), followers: span.followers.map(move) };
}
