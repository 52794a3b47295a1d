/**
 * The door of the library: turns whatever a caller hands in into a definition, or says in a TypeError where it is none.
 * Definitions that come from files have a door of their own, which knows lines and columns.
 */

import { deepestNesting, isDefinition, isJson, isPlain } from "./definition-shape.ts";
import type { Connection, ConnectionEnd, Definition, Json, JsonObject, Position, WorkflowNode } from "../domain/desired/definition.ts";

type Loose = Readonly<Record<string, unknown>>;

/**
 * Lenient with what is missing (no title, no position, no config, no connections; null and undefined alike), strict with
 * everything else: what would be ignored is refused. `place` names the value in the message.
 * @throws TypeError
 */
export function asDefinition(value: unknown, place: string): Definition {
  if (isDefinition(value)) return withoutTwins(value, place);
  const definition = asObject(value, place, ["nodes", "connections", "config"]);
  const nodes = asList(definition["nodes"], `${place}.nodes`).map((node, index) => asNode(node, `${place}.nodes[${index}]`));
  const connections = asConnections(definition["connections"] ?? [], `${place}.connections`);
  return withoutTwins({ nodes, connections, config: asConfig(definition["config"], `${place}.config`) }, place);
}

/** @throws TypeError */
export function asNode(value: unknown, place: string): WorkflowNode {
  const node = asObject(value, place, ["id", "type", "title", "position", "config"]);
  return {
    id: asText(node["id"], `${place}.id`),
    type: asText(node["type"], `${place}.type`),
    ...(isMissing(node["title"]) ? {} : { title: asText(node["title"], `${place}.title`) }),
    ...(isMissing(node["position"]) ? {} : { position: asPosition(node["position"], `${place}.position`) }),
    config: asConfig(node["config"], `${place}.config`),
  };
}

/** @throws TypeError */
export function asConnections(value: unknown, place: string): readonly Connection[] {
  return asList(value, place).map((item, index) => {
    const connection = asObject(item, `${place}[${index}]`, ["from", "to"]);
    return { from: asEnd(connection["from"], `${place}[${index}].from`), to: asEnd(connection["to"], `${place}[${index}].to`) };
  });
}

/** @throws TypeError */
export function asPosition(value: unknown, place: string): Position {
  const { x, y } = asObject(value, place, ["x", "y"]);
  if (!Number.isFinite(x) || !Number.isFinite(y)) throw wrong(place, "a position with the numbers x and y", value);
  return { x: x as number, y: y as number };
}

/** @throws TypeError */
export function asConfig(value: unknown, place: string): JsonObject {
  if (isMissing(value)) return {};
  if (typeof value !== "object" || Array.isArray(value)) throw wrong(place, "an object", value);
  return asJson(value, place) as JsonObject;
}

/** Members that are undefined are taken out, as JSON would. @throws TypeError */
export function asJson(value: unknown, place: string, depth = 0): Json {
  if (isJson(value, depth)) return value;
  if (typeof value !== "object" || value === null || !(Array.isArray(value) || isPlain(value))) throw wrong(place, "JSON", value);
  if (depth > deepestNesting) throw new TypeError(`${place.slice(0, 80)}… contains itself, or nests deeper than ${deepestNesting} levels`);
  if (Array.isArray(value)) return Array.from(value, (item, index) => asJson(item, `${place}[${index}]`, depth + 1));
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, asJson(member, `${place}.${key}`, depth + 1)]));
}

function asEnd(value: unknown, place: string): ConnectionEnd {
  const { node, port } = asObject(value, place, ["node", "port"]);
  if (typeof port !== "string" && !Number.isFinite(port)) throw wrong(`${place}.port`, "a number or a name", port);
  return { node: asText(node, `${place}.node`), port: port as number | string };
}

/** An object without any other keys than these. @throws TypeError */
export function asObject(value: unknown, place: string, keys: readonly string[]): Loose {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(place, "an object", value);
  const stray = Object.keys(value).find((key) => !keys.includes(key) && (value as Loose)[key] !== undefined);
  if (stray !== undefined) throw new TypeError(`${place} has ${JSON.stringify(stray)}, which is none of ${keys.join(", ")}`);
  return value as Loose;
}

/** @throws TypeError */
export function asList(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(place, "a list", value);
  return value;
}

/** @throws TypeError */
export function asText(value: unknown, place: string): string {
  if (typeof value !== "string") throw wrong(place, "a text", value);
  return value;
}

function withoutTwins(definition: Definition, place: string): Definition {
  const seen = new Set<string>();
  for (const { id } of definition.nodes) {
    if (seen.has(id)) throw new TypeError(`${place}.nodes has two nodes with the id ${JSON.stringify(id)}`);
    seen.add(id);
  }
  return definition;
}

function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function wrong(place: string, wanted: string, value: unknown): TypeError {
  return new TypeError(`${place} must be ${wanted}, not ${nameOf(value)}`);
}

function nameOf(value: unknown): string {
  if (value === null || typeof value === "number") return String(value);
  if (typeof value !== "object") return typeof value;
  return Array.isArray(value) ? "a list" : Object.prototype.toString.call(value).slice(8, -1);
}
