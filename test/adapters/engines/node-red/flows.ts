/** Small definitions for the tests of the Node-RED engine. */

import { createHash } from "node:crypto";
import type { Connection, Definition, JsonObject, WorkflowNode } from "../../../../src/domain/desired/definition.ts";
import type { FlowNode } from "../../../../src/adapters/engines/node-red/flow-nodes.ts";
import type { DeploymentUnit } from "../../../../src/domain/desired/unit.ts";

/** A node on the canvas, unless `position` is left out by `config`-only helpers. */
export function node(id: string, type: string, config: JsonObject = {}): WorkflowNode {
  return { id, type, position: { x: 100, y: 100 }, config };
}

/** `a > b > c`: from each one's first output to the next one. */
export function wires(...chains: readonly string[]): readonly Connection[] {
  return chains.flatMap((chain) => {
    const ids = chain.split(">").map((id) => id.trim());
    return ids.slice(1).map((to, index) => ({ from: { node: ids[index] ?? "", port: 0 }, to: { node: to, port: 0 } }));
  });
}

/** GET /hello answered by a function. */
export function helloFlow(
  func: string,
  more: {
    readonly nodes?: readonly WorkflowNode[];
    readonly connections?: readonly Connection[];
    readonly libs?: readonly JsonObject[];
  } = {},
): Definition {
  return {
    nodes: [
      node("in", "http in", { method: "get", url: "/hello" }),
      node("work", "function", { func, outputs: 1, ...(more.libs && { libs: more.libs }) }),
      node("out", "http response"),
      ...(more.nodes ?? []),
    ],
    connections: [...wires("in > work > out"), ...(more.connections ?? [])],
    config: {},
  };
}

/** Nothing can catch this; for a function node whose `libs` are `killerLibs`. */
export const kill = 'proc.kill(proc.pid, "SIGKILL");';
export const killerLibs = [{ var: "proc", module: "process" }];

/** An inject every fifth of a second that counts in the flow's context, which GET /count shows. */
export function countingFlow(): Definition {
  return {
    nodes: [
      node("tick", "inject", { repeat: "0.2", once: false, props: [{ p: "payload", v: "1", vt: "num" }] }),
      node("count", "function", { func: 'flow.set("n", (flow.get("n") || 0) + 1);' }),
      node("in", "http in", { method: "get", url: "/count" }),
      node("show", "function", { func: 'msg.payload = { n: flow.get("n") || 0 }; return msg;' }),
      node("out", "http response"),
    ],
    connections: wires("tick > count", "in > show > out"),
    config: {},
  };
}

/** The digest is made from all that is given, as the controller makes it from definition and variables. */
export function unitOf(
  process: string,
  version: string,
  definition: Definition,
  more: Partial<Pick<DeploymentUnit, "variables" | "secrets">> = {},
): DeploymentUnit {
  const given = { variables: {}, secrets: {}, ...more };
  const digest = createHash("sha256")
    .update(JSON.stringify([process, version, definition, given.variables]))
    .digest("hex");
  return { process, version, digest: `sha256-${digest}`, definition, ...given };
}

/** As Node-RED gives flows back: without credentials. */
export function asStored(nodes: readonly FlowNode[]): readonly FlowNode[] {
  return nodes.map((each) => JSON.parse(JSON.stringify({ ...each, credentials: undefined })) as FlowNode);
}
