/** Which endpoints answer the same requests, whatever their parameters are called. */

import type { PublicEndpoint } from "../../domain/unit.ts";

/**
 * Finds among others the first that answers a request which one of these answers too: `GET /orders/:id` is
 * `GET /orders/:order`, and `GET /orders/:id?` is `GET /orders` as well.
 */
export function clashWith(endpoints: readonly PublicEndpoint[]): (others: readonly PublicEndpoint[]) => PublicEndpoint | undefined {
  const keepers = new Map<string, PublicEndpoint>();
  for (const endpoint of endpoints) for (const key of keysOf(endpoint)) keepers.set(key, endpoint);
  const keeperOf = (other: PublicEndpoint) => keysOf(other).find((key) => keepers.has(key));
  return (others) => {
    for (const other of keepers.size > 0 ? others : []) {
      const key = keeperOf(other);
      if (key !== undefined) return keepers.get(key);
    }
    return undefined;
  };
}

function keysOf({ method, path }: PublicEndpoint): readonly string[] {
  const upper = method.toUpperCase();
  return spelledOut(path).map((plain) => `${upper} ${plain}`);
}

const anythingToSpellOut = /[:*]|.\/$/;

/** Every path that it stands for, with nameless parameters and without a slash at its end. */
function spelledOut(path: string): readonly string[] {
  // A thousand newcomers look at a thousand others each, and nearly all paths are plain.
  if (!anythingToSpellOut.test(path)) return [path];
  const nameless = path.replaceAll(/:\w+(?:\([^)]*\))?/g, ":").replaceAll("*", ":");
  const optional = /^(.*)\/:\?\/*$/.exec(nameless);
  const paths = optional === null ? [nameless] : [`${optional[1]}/:`, optional[1] ?? ""];
  return paths.map(withoutTrailingSlash);
}

function withoutTrailingSlash(path: string): string {
  return path.replace(/(.)\/+$/, "$1") || "/";
}
