/** The requests that an endpoint answers, whatever its parameters are called. */

import { formsOf } from "../paths/clash.ts";
import type { Route } from "./route.ts";
import type { PublicEndpoint } from "../desired/unit.ts";

/** What callers may send there: two endpoints with one of these in common answer the same requests. */
export function requestsOf({ method, path }: PublicEndpoint): readonly string[] {
  const upper = method.toUpperCase();
  return formsOf(path).map(({ key }) => `${upper} ${key}`);
}

/** Where a process is called: the addresses of what has some of its traffic. */
export function endpointsServed(route: Pick<Route, "shares"> | undefined): readonly PublicEndpoint[] {
  return route?.shares.flatMap((share) => (share.weight > 0 ? share.endpoints : [])) ?? [];
}

/** `GET /orders/:id`. */
export function describeEndpoint({ method, path }: PublicEndpoint): string {
  return `${method.toUpperCase()} ${path}`;
}
