/** Whether two values would be the same in JSON, and where they part. */

import { isDeepStrictEqual } from "node:util";

/** Null: they are the same. */
export function differenceOf(told: unknown, read: unknown): string | null {
  const [toldText, readText] = [JSON.stringify(told), JSON.stringify(read)] as (string | undefined)[];
  if (toldText === readText || isDeepStrictEqual(fromJson(toldText), fromJson(readText))) return null;
  const [one, other] = [told, read].map((value) => JSON.stringify(value, byName) ?? "nothing");
  return whereTheyPart(one ?? "", other ?? "");
}

/** As much of both as shows it. */
function whereTheyPart(one: string, other: string): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  const from = Math.max(0, at - 200);
  return `…${one.slice(from, at + 200)}…, and read …${other.slice(from, at + 200)}…`;
}

function fromJson(text: string | undefined): unknown {
  return text === undefined ? null : JSON.parse(text);
}

/** Whoever made it, its fields are in the same order. */
function byName(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
