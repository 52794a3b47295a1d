/** What only one running copy of a flow can have: a client id that a broker knows once, and ports that one node listens on. */

import type { Definition, WorkflowNode } from "../../../domain/desired/definition.ts";
import type { ExclusiveResource } from "../../../ports/dialect.ts";
import { nameOf, short } from "./flow-nodes.ts";

/** Of each node in order; null wherever the caller may pause. */
export function* exclusivesOf({ nodes }: Definition): Iterable<ExclusiveResource | null> {
  for (const [index, node] of nodes.entries()) {
    yield null;
    const has = node.config["d"] === true ? null : heldBy(node);
    if (has) yield { what: has.what, pointer: `/nodes/${index}/config/${has.key}`, who: nameOf(node) };
  }
}

interface Held {
  readonly what: string;
  readonly key: string;
}

/** By type of node; null: nothing. */
function heldBy({ type, config }: WorkflowNode): Held | null {
  switch (type) {
    case "mqtt-broker":
      return held(config["clientid"], "clientid", (id) => `the MQTT client id "${id}"`);
    case "tcp in":
      return config["server"] === "server" ? held(config["port"], "port", (port) => `TCP port ${port}`) : null;
    case "tcp out":
      return config["beserver"] === "server" ? held(config["port"], "port", (port) => `TCP port ${port}`) : null;
    case "udp in":
      return held(config["port"], "port", (port) => `UDP port ${port}`);
    case "serial-port":
      return held(config["serialport"], "serialport", (port) => `the serial port ${port}`);
    default:
      return null;
  }
}

/** An empty client id is one of the node's own making. */
function held(value: unknown, key: string, describe: (text: string) => string): Held | null {
  const isSaid = typeof value === "number" || (typeof value === "string" && value.trim() !== "");
  return isSaid ? { what: describe(short(String(value))), key } : null;
}
