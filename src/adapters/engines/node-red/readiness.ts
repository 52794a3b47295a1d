/** Asks a Node-RED without Pinion's plugin whether a unit is up. It must not be asked over HTTP like a caller would: that would set its flow off. */

import { setTimeout as pause } from "node:timers/promises";
import type { FlowNode } from "./flow-nodes.ts";
import type { NodeRedClient } from "./client.ts";
import { createPatience } from "./patience.ts";

/** A note for people on the canvas that comes to life after all other nodes of its tab: once it is there, so are they. */
export function lastNode(tab: string): FlowNode {
  return {
    id: `${tab}.pinion-note`,
    type: "comment",
    z: tab,
    name: "Installed by Pinion; edits are undone",
    info: "",
    x: 160,
    y: 60,
    wires: [],
  };
}

/** False when it is not up in time. @throws `engine/unreachable`. */
export async function isUpWithin(client: NodeRedClient, tab: string, timeoutMs: number): Promise<boolean> {
  const patience = createPatience(timeoutMs);
  while (!(await client.hasNode(lastNode(tab).id))) {
    if (patience.isOver()) return false;
    await pause(50);
  }
  return true;
}
