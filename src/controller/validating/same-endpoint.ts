/** Which endpoints answer the same requests, whatever their parameters are called. */

import { requestsOf } from "../../domain/requests.ts";
import type { PublicEndpoint } from "../../domain/unit.ts";

/**
 * Finds among others the first that answers a request which one of these answers too: `GET /orders/:id` is
 * `GET /orders/:order`, and `GET /orders/:id?` is `GET /orders` as well.
 */
export function clashWith(endpoints: readonly PublicEndpoint[]): (others: readonly PublicEndpoint[]) => PublicEndpoint | undefined {
  const keepers = new Map<string, PublicEndpoint>();
  for (const endpoint of endpoints) for (const key of requestsOf(endpoint)) keepers.set(key, endpoint);
  const keeperOf = (other: PublicEndpoint) => requestsOf(other).find((key) => keepers.has(key));
  return (others) => {
    for (const other of keepers.size > 0 ? others : []) {
      const key = keeperOf(other);
      if (key !== undefined) return keepers.get(key);
    }
    return undefined;
  };
}
