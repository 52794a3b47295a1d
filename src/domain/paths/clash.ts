/** Which endpoints answer the same requests with nothing to tell which of them goes first. Pure. */

import type { PublicEndpoint } from "../desired/unit.ts";
import { type Budget, commonText } from "./overlap.ts";
import { type PathForm, type PathPattern, readPath } from "./path-pattern.ts";
import { UnreadablePath } from "./unreadable-path.ts";

export interface Clash {
  readonly endpoint: PublicEndpoint;
  readonly other: PublicEndpoint;
  /** A path that both answer. */
  readonly example: string;
}

interface Keeper {
  readonly endpoint: PublicEndpoint;
  readonly form: PathForm;
}

/**
 * Finds among others the first that answers a request which one of these answers too, and that is no more and no less specific:
 * `GET /orders/:id` is `GET /orders/:order`, and `GET /orders/:id?` is `GET /orders` as well. `/item/:id(\d+)` goes before
 * `/item/:slug`, so both may be there.
 */
export function clashWith(endpoints: readonly PublicEndpoint[]): (others: readonly PublicEndpoint[]) => Clash | undefined {
  const keepers = new Map<string, Keeper[]>();
  for (const endpoint of endpoints) {
    for (const form of formsOf(endpoint.path)) {
      const key = placeOf(endpoint, form);
      keepers.set(key, [...(keepers.get(key) ?? []), { endpoint, form }]);
    }
  }
  const clashOf = (other: PublicEndpoint, form: PathForm): Clash | undefined => {
    for (const keeper of keepers.get(placeOf(other, form)) ?? []) {
      const example = commonPath(keeper.form, form);
      if (example === undefined) return { endpoint: keeper.endpoint, other, example: other.path };
      if (example !== null) return { endpoint: keeper.endpoint, other, example };
    }
    return undefined;
  };
  const isAlike = looksLike(endpoints.map(({ path }) => path));
  return (others) => {
    for (const other of keepers.size > 0 ? others : []) {
      if (!isAlike(other.path)) continue;
      for (const form of formsOf(other.path)) {
        const clash = clashOf(other, form);
        if (clash) return clash;
      }
    }
    return undefined;
  };
}

/** Only endpoints of one place can clash. */
export function placeOf({ method }: PublicEndpoint, { rank }: PathForm): string {
  return `${method.toUpperCase()} ${rank}`;
}

/** A path that both forms take, of two with the same rank; null: there is none; undefined: it cannot be told within the budget. */
export function commonPath(one: PathForm, other: PathForm, budget?: Budget): string | null | undefined {
  return one.isSimple && other.isSimple ? exampleOf(one) : commonText(one.automaton(), other.automaton(), budget);
}

function exampleOf({ segments }: PathForm): string {
  return `/${segments.map((segment) => (segment.kind === "fixed" ? segment.text : "1")).join("/")}`;
}

/** None for a path that is not served. */
export function formsOf(path: string): readonly PathForm[] {
  return readOrNull(path)?.forms ?? [];
}

/**
 * Whether a path may be as specific as one of these: a cheap look before it is read, since a thousand newcomers look at a thousand
 * others each.
 */
export function looksLike(paths: readonly string[]): (path: string) => boolean {
  const firsts = new Set(paths.map(firstSegment));
  return (path) => {
    const first = firstSegment(path);
    return first === "" || firsts.has(first) || firsts.has("");
  };
}

/** In lower case; "" when it is not plain, and may be left out or stand for many. */
function firstSegment(path: string): string {
  const first = /^\/([\w.%~!',;=&@-]+)(?=\/|$)(?!\/[*+?{])/.exec(path)?.[1];
  return first?.toLowerCase() ?? "";
}

function readOrNull(path: string): PathPattern | null {
  try {
    return readPath(path);
  } catch (error) {
    if (error instanceof UnreadablePath) return null;
    throw error;
  }
}
