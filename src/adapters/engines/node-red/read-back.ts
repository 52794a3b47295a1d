/** Reads a tab back into the words of its author: what Pinion has put in at installation is taken out again, on both sides of a comparison. */

import type { Definition, Json, JsonObject } from "../../../domain/desired/definition.ts";
import type { ReadBack } from "../../../ports/engine.ts";
import { type CompiledUnit, privatePath } from "./compile.ts";
import { connectionsOf, neutralNode } from "./dialect.ts";
import { type FlowNode, isEmpty, isList, isObject } from "./flow-nodes.ts";
import { isAsInstalled, type Marker, markerVariable } from "./marker.ts";
import type { TabSummary } from "./tabs.ts";

/** What is there of the unit beside what was installed. What its mark knows to be unchanged is the same in both, whichever release compiled it. */
export function readBack(unit: CompiledUnit, { tab, marker, content }: TabSummary, present: readonly FlowNode[]): ReadBack {
  const actual = present.map(withoutSecretPlaces);
  return {
    unit: unit.unit,
    content,
    installed: neutral(tab, installedNodes(unit, marker, present).map(withoutSecretPlaces)),
    actual: neutral(tab, actual),
  };
}

function installedNodes({ nodes, tab }: CompiledUnit, marker: Marker, present: readonly FlowNode[]): readonly FlowNode[] {
  const found = new Map(present.map((node) => [node.id, node]));
  const compiled = new Map(nodes.map((node) => [node.id, node]));
  return Object.keys(marker.nodes).map((id) => {
    const node = found.get(id);
    if (node !== undefined && isAsInstalled(marker, node)) return node;
    return compiled.get(id) ?? node ?? { id, type: "unknown", z: tab };
  });
}

/** Node-RED never gives credentials back, and has a place for them where a tab was given some. */
function withoutSecretPlaces({ credentials: _, ...node }: FlowNode): FlowNode {
  const { env } = node;
  if (!isList(env)) return node;
  const shown = env.filter((entry) => !(isObject(entry) && entry["name"] === markerVariable));
  return {
    ...node,
    env: shown.map((entry) => (isObject(entry) && entry["type"] === "cred" ? { name: String(entry["name"]), type: "cred" } : entry)),
  };
}

function neutral(tab: string, compiled: readonly FlowNode[]): Definition {
  const nodes = compiled.map((node) => restored(tab, node) as FlowNode);
  const inside = nodes.filter(({ type }) => type !== "tab" && type !== "group");
  const templates = new Set(inside.filter(({ type }) => type === "subflow").map(({ id }) => id));
  return {
    nodes: inside.map((node) => neutralNode(node, templates)),
    connections: inside.flatMap(connectionsOf),
    config: tabSettings(nodes.find(({ type }) => type === "tab")),
  };
}

function tabSettings(tab: FlowNode | undefined): JsonObject {
  const { label, info, env, disabled }: Readonly<Record<string, Json | undefined>> = tab ?? {};
  const all = { label, info, env, disabled: disabled === true ? true : undefined };
  return Object.fromEntries(Object.entries(all).flatMap(([key, value]) => (isEmpty(value) ? [] : [[key, value ?? null] as const])));
}

/** Ids and addresses lose the prefix of the unit, wherever they stand. */
function restored(tab: string, value: Json): Json {
  if (typeof value === "string") return withoutPrefix(tab, value);
  if (isList(value)) return value.map((each) => restored(tab, each));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, restored(tab, each)]));
}

function withoutPrefix(tab: string, text: string): string {
  if (text.startsWith(`${tab}.`)) return text.slice(tab.length + 1);
  if (text.startsWith(`subflow:${tab}.`)) return `subflow:${text.slice(tab.length + "subflow:.".length)}`;
  const address = privatePath(tab);
  return text.startsWith(`${address}/`) ? text.slice(address.length) : text;
}
