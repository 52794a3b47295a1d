/** Node-RED's own words: the objects of a flow file, read with suspicion and ordered into canonical text. */

import type { Json, JsonObject, WorkflowNode } from "../../../domain/desired/definition.ts";

/** One object of Node-RED's flat flow list: a tab, a subflow template, a config node or a node on the canvas. */
export interface FlowNode extends JsonObject {
  readonly id: string;
  readonly type: string;
}

/** The prefix of the type of a subflow's instance; the rest is the id of its template. */
export const subflowPrefix = "subflow:";

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws Error naming the first entry that is not a flow node. */
export function parseFlowNodes(value: unknown): readonly FlowNode[] {
  if (!Array.isArray(value)) throw new Error("a Node-RED export is a list of nodes");
  return value.map((entry: unknown, index) => {
    if (isFlowNode(entry)) return entry;
    throw new Error(`entry ${index} of the Node-RED export has no id or no type`);
  });
}

/** JSON with sorted keys, so that equal contents are equal texts. */
export function canonicalText(value: Json | undefined): string {
  if (value === undefined) return "null";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalText).join(",")}]`;
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  return `{${keys
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(value[key])}`)
    .join(",")}}`;
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Nothing, an empty text or an empty list. */
export function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === "" || (isList(value) && value.length === 0);
}

/** Strings of a list; anything else in it is left out. */
export function stringsOf(value: Json | undefined): readonly string[] {
  return isList(value) ? value.filter((each) => typeof each === "string") : [];
}

/** The ids that links name: a list of them, or, as a link call may have it, one. */
export function idsOf(value: Json | undefined): readonly string[] {
  return typeof value === "string" && value !== "" ? [value] : stringsOf(value);
}

/** What a file says, short enough for a message. */
export function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** A node, for people. */
export function nameOf({ id, type, title }: WorkflowNode): string {
  return `node "${short(id)}" (${short(type)}${title === undefined ? "" : `, "${short(title)}"`})`;
}

function isFlowNode(value: unknown): value is FlowNode {
  return (
    isObject(value) && typeof value["id"] === "string" && value["id"] !== "" && typeof value["type"] === "string" && value["type"] !== ""
  );
}
