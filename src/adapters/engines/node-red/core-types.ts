/** Types of nodes that Node-RED does not bring with it: said before a merge, since an engine without their module refuses the version. */

import type { Definition } from "../../../domain/desired/definition.ts";
import type { NodeFault } from "../../../ports/dialect.ts";
import { nameOf, subflowPrefix } from "./flow-nodes.ts";

/** Of each such type the first node; null wherever the caller may pause. */
export function* foreignTypes({ nodes }: Definition): Iterable<NodeFault | null> {
  const said = new Set<string>();
  for (const [index, node] of nodes.entries()) {
    yield null;
    const { type } = node;
    if (coreTypes.has(type) || said.has(type) || type.startsWith(subflowPrefix)) continue;
    said.add(type);
    yield {
      kind: "unknown-type",
      severity: "warning",
      node: index,
      key: null,
      message: `${nameOf(node)} is of a type that Node-RED does not bring with it: an engine without its module refuses the version, and an embedded one has none`,
      hint: "Look for a slip of the pen; else use a Node-RED of your own that has the module (docs/your-own-node-red.md), or nodes of Node-RED's own.",
    };
  }
}

/** Of Node-RED 4, and what a definition may hold that is no node: others refuse what of it has no place there. */
const coreTypes: ReadonlySet<string> = new Set(
  [
    "inject,debug,complete,catch,status,link in,link call,link out,comment,global-config,unknown,junction",
    "function,switch,change,range,template,delay,trigger,exec,rbe",
    "tls-config,http proxy,mqtt in,mqtt out,mqtt-broker,http in,http response,http request",
    "websocket in,websocket out,websocket-listener,websocket-client,tcp in,tcp out,tcp request,udp in,udp out",
    "csv,html,json,xml,yaml,split,join,sort,batch,file,file in,watch",
    "subflow,tab,group",
  ].flatMap((types) => types.split(",")),
);
