/** Where in an answer the value stands. */

import { isPointer, keysOfPointer } from "../../domain/json-pointer.ts";

/** The value there; undefined when there is none. */
export type FindIn = (document: unknown) => unknown;

/** Null for a text that is no pointer: `/data/0/value` is one, and "" is the whole document. */
export function parsePointer(text: string): FindIn | null {
  if (!isPointer(text)) return null;
  const steps = keysOfPointer(text);
  return (document) => steps.reduce(into, document);
}

function into(value: unknown, step: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) return /^(?:0|[1-9]\d*)$/.test(step) ? (value as readonly unknown[])[Number(step)] : undefined;
  return Object.hasOwn(value, step) ? (value as Readonly<Record<string, unknown>>)[step] : undefined;
}
