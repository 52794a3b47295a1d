/** Where a definition is called from outside, read from the neutral graph, without any Node-RED. */

import type { Definition, Json } from "../../../domain/definition.ts";
import type { PublicEndpoint } from "../../../domain/unit.ts";

/** The same that its installation says of itself, in the order of the nodes. */
export function waysIn({ nodes }: Definition): readonly PublicEndpoint[] {
  return nodes.flatMap(({ type, config }) => {
    if (config["d"] === true) return [];
    if (type === "http in") return [{ method: methodOf(config["method"]).toUpperCase(), path: withSlash(config["url"]) }];
    return type === "websocket-listener" ? [{ method: "GET", path: withSlash(config["path"]) }] : [];
  });
}

/** As Node-RED has it. */
export function methodOf(method: Json | undefined): string {
  return String(method ?? "get").toLowerCase();
}

/** A path begins with a slash, whether its author wrote one or not. */
export function withSlash(path: Json | undefined): string {
  const text = String(path ?? "");
  return text.startsWith("/") ? text : `/${text}`;
}
