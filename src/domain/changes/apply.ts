/** Puts detected changes into a definition: the inverse of detecting them. */

import type { Connection, Definition, Position, WorkflowNode } from "../desired/definition.ts";
import { applyDifferences } from "./json-difference.ts";
import { connectionId, type NodeModification, type WorkflowChanges } from "./changes.ts";

/**
 * The definition with the changes in it; what is new comes last. The original is left as it is.
 * @throws Error when the changes were made for another definition: they name what it does not have, or add what it has.
 */
export function applyChanges(definition: Definition, changes: WorkflowChanges): Definition {
  return {
    nodes: applyToNodes(definition.nodes, changes),
    connections: [...withoutConnections(definition.connections, changes.connectionsRemoved), ...changes.connectionsAdded],
    config: applyDifferences(definition.config, changes.configurationChanges),
  };
}

function applyToNodes(nodes: readonly WorkflowNode[], changes: WorkflowChanges): readonly WorkflowNode[] {
  const removed = new Set(changes.nodesRemoved);
  const modified = new Map(changes.nodesModified.map((modification) => [modification.nodeId, modification]));
  const known = new Set(nodes.map((node) => node.id));
  for (const id of [...removed, ...modified.keys()]) if (!known.has(id)) throw misfit(`it has no node ${JSON.stringify(id)}`);

  const kept = nodes.filter((node) => !removed.has(node.id)).map((node) => modify(node, modified.get(node.id)));
  const taken = new Set(kept.map((node) => node.id));
  const twice = changes.nodesAdded.find((node) => taken.has(node.id));
  if (twice !== undefined) throw misfit(`it already has a node ${JSON.stringify(twice.id)}`);
  return [...kept, ...changes.nodesAdded];
}

function modify(node: WorkflowNode, modification: NodeModification | undefined): WorkflowNode {
  if (modification === undefined) return node;
  const { type, title, position, config } = modification.changes;
  return {
    id: node.id,
    type: type ?? node.type,
    ...present("title", title === undefined ? node.title : title),
    ...present("position", position === undefined ? node.position : position),
    config: config ?? node.config,
  };
}

function present<Key extends "title" | "position">(
  key: Key,
  value: string | Position | null | undefined,
): Partial<Pick<WorkflowNode, Key>> {
  return value === null || value === undefined ? {} : ({ [key]: value } as Pick<WorkflowNode, Key>);
}

/** Takes each id off once for each time it is listed. */
function withoutConnections(connections: readonly Connection[], ids: readonly string[]): readonly Connection[] {
  if (ids.length === 0) return connections;
  const owed = new Map<string, number>();
  for (const id of ids) owed.set(id, (owed.get(id) ?? 0) + 1);
  const kept = connections.filter((connection) => !takeOne(owed, connectionId(connection)));
  const missing = [...owed].find(([, count]) => count > 0);
  if (missing !== undefined) throw misfit(`it has no connection ${missing[0]}`);
  return kept;
}

function takeOne(owed: Map<string, number>, id: string): boolean {
  const count = owed.get(id) ?? 0;
  if (count === 0) return false;
  owed.set(id, count - 1);
  return true;
}

function misfit(reason: string): Error {
  return new Error(`the changes do not fit this definition: ${reason}`);
}
