/** The requests that an endpoint answers, whatever its parameters are called. */

import type { PublicEndpoint } from "./unit.ts";

/** What callers may send there: two endpoints with one of these in common answer the same requests. */
export function requestsOf({ method, path }: PublicEndpoint): readonly string[] {
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
