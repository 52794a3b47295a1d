/** Asks a Node-RED without Pinion's plugin whether a unit's routes are there, without setting any flow off. */

import { setTimeout as pause } from "node:timers/promises";
import type { PublicEndpoint } from "../../../domain/unit.ts";
import type { NodeRedClient } from "./client.ts";

/** Null once every route is there; else the first that is not, in words. @throws `engine/unreachable`. */
export async function waitUntilRouted(
  client: NodeRedClient,
  base: string,
  endpoints: readonly PublicEndpoint[],
  timeoutMs: number,
): Promise<string | null> {
  const deadline = Date.now() + timeoutMs;
  let missing = await firstMissing(client, base, endpoints);
  while (missing !== null && Date.now() < deadline) {
    await pause(50);
    missing = await firstMissing(client, base, endpoints);
  }
  return missing === null ? null : `Node-RED took the unit, but ${missing.method} ${missing.path} did not come up within ${timeoutMs} ms`;
}

async function firstMissing(client: NodeRedClient, base: string, endpoints: readonly PublicEndpoint[]): Promise<PublicEndpoint | null> {
  for (const endpoint of endpoints) {
    const methods = await client.methodsAt(base + endpoint.path.replaceAll(/:[^/]+/g, "x").replaceAll(/[*?+()]/g, ""));
    if (!methods.has(endpoint.method)) return endpoint;
  }
  return null;
}
