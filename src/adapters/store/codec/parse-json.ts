/** The door of the journal: what src/schemas/journal.ts says of its rows, asked of the texts on disk. */

import type { Validator } from "../../../domain/checked.ts";

/** The value in a JSON text when it fits, else null. `complete` fills in first what older releases did not write. */
export function parseJson<T>(text: unknown, fits: Validator<T>, complete?: (value: unknown) => unknown): T | null {
  if (typeof text !== "string") return null;
  try {
    const parsed: unknown = JSON.parse(text);
    const value = complete ? complete(parsed) : parsed;
    return fits(value) ? value : null;
  } catch {
    return null;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
