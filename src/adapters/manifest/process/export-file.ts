/** An engine's own export (`definitionFrom`) as a neutral graph. */

import type { Definition } from "../../../domain/desired/definition.ts";
import { type Finding, hasErrors } from "../../../domain/finding.ts";
import type { Dialect } from "../../../ports/dialect.ts";
import { definitionFindings, type Locate } from "./definition-rules.ts";
import { finding, startOf } from "../document/findings.ts";
import { parseJson } from "../document/json-scan.ts";
import type { Slices } from "../../../domain/slices.ts";
import { createTextPlaces, type TextPlaces } from "../document/text-places.ts";
import { decodeText } from "../document/text.ts";

export type ParsedExport =
  | {
      readonly kind: "definition";
      readonly definition: Definition;
      readonly locate: Locate;
      readonly warnings: readonly Finding[];
    }
  | { readonly kind: "refused"; readonly findings: readonly Finding[] };

/** Parses an export. Never throws, whatever the bytes. */
export function* parseExport(bytes: Uint8Array, file: string, dialect: Dialect): Slices<ParsedExport> {
  const decoded = decodeText(bytes, file);
  if (decoded.kind === "refused") return decoded;
  yield;
  const { text } = decoded;
  const places = createTextPlaces(text, file);
  const parsed = yield* parseJson(text);
  if (parsed.kind === "refused") return refused(finding(places.at(parsed.problem.offset), parsed.problem.code, parsed.problem.message));
  const converted = yield* convert(parsed.value, dialect);
  if (typeof converted === "string") return refused(finding(startOf(file), "definition/refused", converted));
  const locate = locateIn(places, converted);
  const findings = yield* definitionFindings(converted, locate, dialect);
  if (hasErrors(findings)) return { kind: "refused", findings };
  return { kind: "definition", definition: converted, locate, warnings: findings };
}

function refused(...findings: readonly Finding[]): ParsedExport {
  return { kind: "refused", findings };
}

/** The definition, or what the dialect has against the export. */
function* convert(exported: unknown, dialect: Dialect): Slices<Definition | string> {
  try {
    return yield* dialect.fromExport(exported);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A node of the export is found by its id: the graph keeps no other trace of the text. */
function locateIn(places: TextPlaces, definition: Definition): Locate {
  const first = new Map<string, number>();
  return (pointer) => {
    if (first.size === 0) for (const [index, { id }] of definition.nodes.entries()) if (!first.has(id)) first.set(id, index);
    const [, list, at] = pointer.split("/");
    const id = list === "nodes" ? definition.nodes[Number(at)]?.id : definition.connections[Number(at)]?.from.node;
    if (id === undefined) return places.at(0);
    return places.ofId(id, list === "nodes" && first.get(id) !== Number(at));
  };
}
