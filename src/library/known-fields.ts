/** What would be left aside is refused: an option that nobody reads looks like one that works. */

import { PinionError } from "../domain/errors.ts";

/** @throws `usage/invalid` that names the first field which is not known. */
export function refuseUnknown(value: object, known: readonly string[], place: string): void {
  const other = Object.entries(value).find(([name, given]) => given !== undefined && !known.includes(name));
  if (other) throw new PinionError("usage/invalid", `${place}: there is no "${other[0]}"; there are: ${known.join(", ")}`);
}

/** @throws `usage/invalid` when it is not a list. */
export function listAt(value: unknown, place: string): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  throw new PinionError("usage/invalid", `${place} must be a list`);
}

/** @throws `usage/invalid` when it is not an object. */
export function objectAt(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw new PinionError("usage/invalid", `${place} must be an object`);
}
