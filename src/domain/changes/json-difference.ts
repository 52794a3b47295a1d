/**
 * Compares JSON values, names each difference by its JSON pointer, and puts differences back in. Objects are compared by
 * key and arrays of equal length by index; arrays that grew or shrank count as one change of the whole.
 */

import { escapeKey, keysOfPointer } from "../json-pointer.ts";
import type { Json, JsonObject } from "../desired/definition.ts";
import type { ConfigurationChange } from "./changes.ts";

/** Equal as JSON: the order of keys does not matter. */
export function isSameJson(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (isArray(left) || isArray(right)) return isArray(left) && isArray(right) && isSameArray(left, right);
  return isSameObject(left, right);
}

function isSameArray(left: readonly Json[], right: readonly Json[]): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) if (!isSameJson(left[index] as Json, right[index] as Json)) return false;
  return true;
}

/** Nothing that objects inherit is JSON but for the empty prototype, so only objects need the question whether a member is their own. */
function isSameObject(left: JsonObject, right: JsonObject): boolean {
  let keys = 0;
  for (const key in left) {
    const [value, other] = [left[key], right[key]];
    keys += 1;
    if (value !== other && !(typeof value === "object" && Object.hasOwn(right, key) && isSameJson(value, other as Json))) return false;
  }
  for (const _key in right) keys -= 1;
  return keys === 0;
}

/** What takes `from` to `to`, each place once, in the order of the old keys and then the new ones. */
export function differencesBetween(from: JsonObject, to: JsonObject): readonly ConfigurationChange[] {
  const found: ConfigurationChange[] = [];
  collectFromObjects(found, "", from, to);
  return found;
}

function collectFromObjects(found: ConfigurationChange[], pointer: string, from: JsonObject, to: JsonObject): void {
  for (const [key, oldValue] of Object.entries(from)) {
    const place = `${pointer}/${escapeKey(key)}`;
    if (Object.hasOwn(to, key)) collect(found, place, oldValue, to[key] as Json);
    else found.push({ pointer: place, kind: "removed", oldValue });
  }
  for (const [key, newValue] of Object.entries(to)) {
    if (!Object.hasOwn(from, key)) found.push({ pointer: `${pointer}/${escapeKey(key)}`, kind: "added", newValue });
  }
}

function collect(found: ConfigurationChange[], pointer: string, oldValue: Json, newValue: Json): void {
  if (isSameJson(oldValue, newValue)) return;
  if (isObject(oldValue) && isObject(newValue)) {
    collectFromObjects(found, pointer, oldValue, newValue);
  } else if (isArray(oldValue) && isArray(newValue) && oldValue.length === newValue.length) {
    oldValue.forEach((item, index) => collect(found, `${pointer}/${index}`, item, newValue[index] as Json));
  } else {
    found.push({ pointer, kind: "changed", oldValue, newValue });
  }
}

/** The value with the differences put in; the original is left as it is. @throws Error when a pointer leads nowhere. */
export function applyDifferences(config: JsonObject, changes: readonly ConfigurationChange[]): JsonObject {
  if (changes.length === 0) return config;
  const copies = new Set<object>();
  const root = copyOf(config, copies) as MutableObject;
  for (const change of changes) applyOne(root, change, copies);
  return root;
}

interface MutableObject {
  [key: string]: Json;
}
type Container = MutableObject | Json[];

function applyOne(root: MutableObject, change: ConfigurationChange, copies: Set<object>): void {
  const keys = keysOfPointer(change.pointer);
  const last = keys.pop();
  if (last === undefined) throw misfit(change);
  let container: Container = root;
  for (const key of keys) {
    const member = memberOf(container, key);
    if (typeof member !== "object" || member === null) throw misfit(change);
    const own = copyOf(member, copies);
    write(container, key, own);
    container = own;
  }
  put(container, last, change);
}

function put(container: Container, key: string, change: ConfigurationChange): void {
  const isThere = memberOf(container, key) !== undefined;
  if (isThere === (change.kind === "added")) throw misfit(change);
  if (Array.isArray(container) && change.kind !== "changed") throw misfit(change);
  if (change.kind === "removed") Reflect.deleteProperty(container, key);
  else if (change.newValue === undefined) throw misfit(change);
  else write(container, key, change.newValue);
}

function memberOf(container: Container, key: string): Json | undefined {
  if (Array.isArray(container)) return /^\d+$/u.test(key) ? container[Number(key)] : undefined;
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

/** Also where the key is `__proto__`, which an assignment would take for something else. */
function write(container: Container, key: string, value: Json): void {
  Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true });
}

/** A copy one level deep; what is a copy already is itself. */
function copyOf(value: JsonObject | readonly Json[], copies: Set<object>): Container {
  if (copies.has(value)) return value as Container;
  const copy: Container = isArray(value) ? [...value] : Object.fromEntries<Json>(Object.entries(value));
  copies.add(copy);
  return copy;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !isArray(value);
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function misfit(change: ConfigurationChange): Error {
  return new Error(`the changes do not fit this definition: nothing can be ${change.kind} at "${change.pointer}" of its configuration`);
}
