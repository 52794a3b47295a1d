/** Where the next page of a list begins, as a text that nobody has to understand. Pure. */

import { PinionError } from "../domain/errors.ts";

/** What the last entry of a page is sorted by. */
export type Place = readonly (string | number)[];

export function writeCursor(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/** `parts`: how many a place has at least. @throws `usage/invalid` for a cursor that no page has given. */
export function readCursor(cursor: string, parts: number): Place {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (isPlace(place) && place.length >= parts) return place;
  } catch {
    // Said below.
  }
  throw new PinionError("usage/invalid", "/cursor: expected what `next` of the page before says");
}

function isPlace(value: unknown): value is Place {
  return Array.isArray(value) && value.every((part) => typeof part === "string" || typeof part === "number");
}
