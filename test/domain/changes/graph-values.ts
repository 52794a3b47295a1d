/** Small definitions, and a change of nothing. */

import type { WorkflowChanges } from "../../../src/domain/changes/changes.ts";
import type { Connection, Definition, WorkflowNode } from "../../../src/domain/desired/definition.ts";

export const nothing: WorkflowChanges = {
  nodesAdded: [],
  nodesRemoved: [],
  nodesModified: [],
  connectionsAdded: [],
  connectionsRemoved: [],
  configurationChanges: [],
  userId: "system",
};

export function graph(parts: Partial<Definition>): Definition {
  return { nodes: [], connections: [], config: {}, ...parts };
}

export function step(id: string, parts: Partial<WorkflowNode> = {}): WorkflowNode {
  return { id, type: "function", config: {}, ...parts };
}

export function wire(from: string, to: string, port: number | string = 0): Connection {
  return { from: { node: from, port }, to: { node: to, port: 0 } };
}
