/** A quick look at whether a value is a whole and clean definition already, so that the common case is neither copied nor explained. */

import type { Definition, Json } from "../domain/desired/definition.ts";

type Loose = Readonly<Record<string, unknown>>;

/** Deeper nesting is taken for a value that contains itself. */
export const deepestNesting = 512;

/** Exactly the shape, nothing missing, nothing else in it. Says nothing about ids that are there twice. */
export function isDefinition(value: unknown): value is Definition {
  if (!isObject(value) || Object.keys(value).length !== 3) return false;
  const { nodes, connections, config } = value;
  return Array.isArray(nodes) && nodes.every(isNode) && Array.isArray(connections) && connections.every(isConnection) && isConfig(config);
}

function isNode(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { id, type, title, position, config } = value;
  if (typeof id !== "string" || typeof type !== "string" || !isConfig(config)) return false;
  const hasTitle = typeof title === "string";
  const hasPosition = isPosition(position);
  return countKeys(value) === 3 + (hasTitle ? 1 : 0) + (hasPosition ? 1 : 0);
}

function isPosition(value: unknown): boolean {
  return isObject(value) && countKeys(value) === 2 && Number.isFinite(value["x"]) && Number.isFinite(value["y"]);
}

function isConnection(value: unknown): boolean {
  return isObject(value) && countKeys(value) === 2 && isEnd(value["from"]) && isEnd(value["to"]);
}

function isEnd(value: unknown): boolean {
  if (!isObject(value) || countKeys(value) !== 2) return false;
  return typeof value["node"] === "string" && (typeof value["port"] === "string" || Number.isFinite(value["port"]));
}

function isConfig(value: unknown): boolean {
  return isObject(value) && isJson(value, 0);
}

/** JSON all the way down, without members that are undefined. */
export function isJson(value: unknown, depth: number): value is Json {
  if (typeof value !== "object" || value === null) return isScalar(value);
  if (depth > deepestNesting || !isContainer(value)) return false;
  if (Array.isArray(value)) return isJsonList(value, depth);
  for (const key in value) if (!isJson((value as Loose)[key], depth + 1)) return false;
  return true;
}

function isJsonList(value: readonly unknown[], depth: number): boolean {
  for (const item of value) if (!isJson(item, depth + 1)) return false;
  return true;
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean" || value === null || Number.isFinite(value);
}

/** No date, no map and the like. */
export function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype || Object.prototype.toString.call(value) === "[object Object]";
}

function isContainer(value: object): boolean {
  return Array.isArray(value) || isPlain(value);
}

function countKeys(value: object): number {
  let count = 0;
  for (const _key in value) count += 1;
  return count;
}

function isObject(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
