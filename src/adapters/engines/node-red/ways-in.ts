/** Where a definition is called from outside, read from the neutral graph, without any Node-RED. */

import type { Definition, Json, WorkflowNode } from "../../../domain/desired/definition.ts";
import type { DefinedEndpoint } from "../../../ports/dialect.ts";

/** The methods that an `http in` node listens to; for others Node-RED makes no route and says nothing. */
const methods: ReadonlySet<string> = new Set(["get", "post", "put", "patch", "delete"]);

/** The same that its installation says of itself, in the order of the nodes. */
export function waysIn({ nodes }: Definition): readonly DefinedEndpoint[] {
  return nodes.flatMap((node, index) => {
    if (node.config["d"] === true) return [];
    if (node.type === "http in") return [httpIn(node, `/nodes/${index}`)];
    return node.type === "websocket-listener" ? [listener(node, `/nodes/${index}`)] : [];
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

function httpIn({ config }: WorkflowNode, at: string): DefinedEndpoint {
  const { url } = config;
  const method = methodOf(config["method"]);
  const endpoint = { method: method.toUpperCase(), path: withSlash(url) };
  const pointer = `${at}/config/url`;
  if (typeof url !== "string" || url === "") return { ...endpoint, pointer, fault: "it has no url" };
  if (methods.has(method)) return { ...endpoint, pointer, fault: null };
  return { ...endpoint, pointer: `${at}/config/method`, fault: `Node-RED listens to ${[...methods].join(", ")}, not to ${method}` };
}

/** Node-RED compares the path of a WebSocket as text. */
function listener({ config: { path } }: WorkflowNode, at: string): DefinedEndpoint {
  const isText = typeof path === "string" && /^[^:*?+()[\]{}|\\^$]+$/.test(path);
  const fault = isText ? null : "the path of a WebSocket is plain text, without parameters";
  return { method: "GET", path: withSlash(path), pointer: `${at}/config/path`, fault };
}
