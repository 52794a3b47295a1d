/** The requests that an endpoint answers, whatever its parameters are called. */

import { formsOf } from "./paths/clash.ts";
import type { PublicEndpoint } from "./unit.ts";

/** What callers may send there: two endpoints with one of these in common answer the same requests. */
export function requestsOf({ method, path }: PublicEndpoint): readonly string[] {
  const upper = method.toUpperCase();
  return formsOf(path).map(({ key }) => `${upper} ${key}`);
}
