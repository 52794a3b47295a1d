/** An engine's own export (`definitionFrom`) as a neutral graph. */

import type { Definition, Json } from "../../domain/definition.ts";
import type { Finding } from "../../domain/finding.ts";
import type { Dialect } from "../../ports/dialect.ts";
import { definitionFindings, type Locate } from "./definition-rules.ts";
import { finding, type FindingCode, startOf, type Place } from "./findings.ts";
import { jsonProblem } from "./json-syntax.ts";
import { decodeText } from "./text.ts";

export type ParsedExport =
  | { readonly kind: "definition"; readonly definition: Definition; readonly locate: Locate }
  | { readonly kind: "refused"; readonly findings: readonly Finding[] };

/** Parses an export. Never throws, whatever the bytes. */
export function parseExport(bytes: Uint8Array, file: string, dialect: Dialect): ParsedExport {
  const decoded = decodeText(bytes, file);
  if (decoded.kind === "refused") return decoded;
  const { text } = decoded;
  const problem = jsonProblem(text);
  if (problem !== null) return refused(finding(placeIn(text, problem.offset, file), problem.code, problem.message));
  if (/"__proto__"\s*:/.test(text)) return refusedAt(text, file, "json/syntax", "__proto__ cannot be a key");
  const converted = convert(JSON.parse(text) as Json, dialect);
  if (typeof converted === "string") return refused(finding(startOf(file), "definition/refused", converted));
  const locate = locateIn(text, file, converted);
  const findings = definitionFindings(converted, locate);
  return findings.length > 0 ? { kind: "refused", findings } : { kind: "definition", definition: converted, locate };
}

function refused(...findings: readonly Finding[]): ParsedExport {
  return { kind: "refused", findings };
}

function refusedAt(text: string, file: string, code: FindingCode, message: string): ParsedExport {
  return refused(finding(placeIn(text, text.indexOf('"__proto__"'), file), code, message));
}

/** The definition, or what the dialect has against the export. */
function convert(exported: Json, dialect: Dialect): Definition | string {
  try {
    return dialect.fromExport(exported);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A node of the export is found by its id: the graph keeps no other trace of the text. */
function locateIn(text: string, file: string, definition: Definition): Locate {
  return (pointer) => {
    const [, list, index] = pointer.split("/");
    const id = list === "nodes" ? definition.nodes[Number(index)]?.id : definition.connections[Number(index)]?.from.node;
    const known = definition.nodes.findIndex((node) => node.id === id);
    const isSecond = list === "nodes" && known !== Number(index);
    return placeIn(text, id === undefined ? 0 : offsetOfId(text, id, isSecond), file);
  };
}

function offsetOfId(text: string, id: string, isSecond: boolean): number {
  const escaped = JSON.stringify(id).replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const found = [...text.matchAll(new RegExp(`"id"\\s*:\\s*${escaped}`, "g"))].map((match) => match.index);
  return (isSecond ? found[1] : found[0]) ?? 0;
}

function placeIn(text: string, offset: number, file: string): Place {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { file, line, column: offset - before.lastIndexOf("\n"), pointer: "" };
}
