/** Reads the fields of a JSON object one by one, each as what it must be. */

import type { Digest, Instant } from "../domain/names.ts";

/** Every question throws a TypeError that names the field when it is something else. */
export interface Fields {
  raw(name: string): unknown;
  text(name: string): string;
  textOrNull(name: string): string | null;
  number(name: string): number;
  numberOrNull(name: string): number | null;
  flag(name: string): boolean;
  /** ISO 8601. */
  time(name: string): Instant;
  timeOrNull(name: string): Instant | null;
  digest(name: string): Digest;
  digestOrNull(name: string): Digest | null;
  /** One of the keys. A table with all members of a union does not compile when one is forgotten. */
  oneOf<T extends string>(name: string, known: Readonly<Record<T, unknown>>): T;
  list<T>(name: string, parse: (item: Fields) => T): readonly T[];
  object<T>(name: string, parse: (fields: Fields) => T): T;
  objectOrNull<T>(name: string, parse: (fields: Fields) => T): T | null;
}

/** @throws TypeError when the value is no object. */
export function fieldsOf(value: unknown, place: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError(`${place} is no object`);
  const object = value as Readonly<Record<string, unknown>>;
  const raw = (name: string): unknown => (Object.hasOwn(object, name) ? object[name] : null);
  const refuse = (name: string, expected: string): never => {
    throw new TypeError(`${place}: ${name} is no ${expected}`);
  };
  const fields: Fields = {
    raw,
    text: (name) => asText(raw(name)) ?? refuse(name, "text"),
    textOrNull: (name) => (raw(name) === null ? null : fields.text(name)),
    number: (name) => asNumber(raw(name)) ?? refuse(name, "number"),
    time: (name) => asTime(raw(name)) ?? refuse(name, "time"),
    timeOrNull: (name) => (raw(name) === null ? null : fields.time(name)),
    numberOrNull: (name) => (raw(name) === null ? null : fields.number(name)),
    flag: (name) => asFlag(raw(name)) ?? refuse(name, "true or false"),
    digest: (name) => asDigest(raw(name)) ?? refuse(name, "digest"),
    digestOrNull: (name) => (raw(name) === null ? null : fields.digest(name)),
    oneOf: (name, known) => asKey(raw(name), known) ?? refuse(name, Object.keys(known).join(" or ")),
    list(name, parse) {
      const items = raw(name);
      return Array.isArray(items) ? items.map((item, index) => parse(fieldsOf(item, `${name}[${index}]`))) : refuse(name, "list");
    },
    object: (name, parse) => parse(fieldsOf(raw(name), name)),
    objectOrNull: (name, parse) => (raw(name) === null ? null : fields.object(name, parse)),
  };
  return fields;
}

function asKey<T extends string>(value: unknown, known: Readonly<Record<T, unknown>>): T | null {
  return typeof value === "string" && Object.hasOwn(known, value) ? (value as T) : null;
}

function asText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function asNumber(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function asFlag(value: unknown): boolean | null {
  return typeof value === "boolean" ? value : null;
}

function asTime(value: unknown): Instant | null {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}

function asDigest(value: unknown): Digest | null {
  return typeof value === "string" && value.startsWith("sha256-") ? (value as Digest) : null;
}
