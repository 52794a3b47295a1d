/** Finds what differs between two definitions: nodes by their ids, connections by their ends, configurations place by place. */

import { impactOnNode } from "./impact.ts";
import type { Connection, ConnectionEnd, Definition, Position, WorkflowNode } from "../desired/definition.ts";
import { differencesBetween, isSameJson } from "./json-difference.ts";
import { type ChangeNote, connectionId, type NodeModification, type WorkflowChanges } from "./changes.ts";

/**
 * What takes the old definition to the new one. The order of nodes, connections and keys does not matter; ids of nodes are
 * unique in each definition. `applyChanges` is its inverse.
 */
export function detectChanges(from: Definition, to: Definition, note: Partial<ChangeNote> = {}): WorkflowChanges {
  const connections = compareConnections(from.connections, to.connections);
  return {
    ...compareNodes(from.nodes, to.nodes),
    connectionsAdded: connections.added,
    connectionsRemoved: connections.removed.map(connectionId),
    configurationChanges: differencesBetween(from.config, to.config),
    ...note,
    userId: note.userId ?? "system",
  };
}

type NodeChanges = Pick<WorkflowChanges, "nodesAdded" | "nodesRemoved" | "nodesModified">;

function compareNodes(from: readonly WorkflowNode[], to: readonly WorkflowNode[]): NodeChanges {
  const nodesAdded: WorkflowNode[] = [];
  const nodesModified: NodeModification[] = [];
  const kept = new Set<string>();
  const findOld = finderById(from);
  for (const [index, node] of to.entries()) {
    const old = findOld(node.id, index);
    if (old === undefined) nodesAdded.push(node);
    else kept.add(node.id);
    const modification = old === undefined ? null : compareNode(old, node);
    if (modification !== null) nodesModified.push(modification);
  }
  const nodesRemoved = kept.size === from.length ? [] : from.filter((node) => !kept.has(node.id)).map((node) => node.id);
  return { nodesAdded, nodesRemoved, nodesModified };
}

/** Looks at the same place first, where most nodes are found; the table by id is made only when one is not. */
function finderById(nodes: readonly WorkflowNode[]): (id: string, index: number) => WorkflowNode | undefined {
  let byId: ReadonlyMap<string, WorkflowNode> | null = null;
  return (id, index) => {
    if (nodes[index]?.id === id) return nodes[index];
    byId ??= new Map(nodes.map((node) => [node.id, node]));
    return byId.get(id);
  };
}

function compareNode(from: WorkflowNode, to: WorkflowNode): NodeModification | null {
  if (isSameNode(from, to)) return null;
  const changes = newValuesOf(from, to);
  const configurationChanges = changes.config === undefined ? [] : differencesBetween(from.config, to.config);
  return { nodeId: to.id, changes, configurationChanges, impact: impactOnNode(from, to, configurationChanges) };
}

function isSameNode(from: WorkflowNode, to: WorkflowNode): boolean {
  if (from === to) return true;
  return (
    from.type === to.type && from.title === to.title && isSamePosition(from.position, to.position) && isSameJson(from.config, to.config)
  );
}

function newValuesOf(from: WorkflowNode, to: WorkflowNode): NodeModification["changes"] {
  return {
    ...(from.type !== to.type && { type: to.type }),
    ...(from.title !== to.title && { title: to.title ?? null }),
    ...(!isSamePosition(from.position, to.position) && { position: to.position ?? null }),
    ...(!isSameJson(from.config, to.config) && { config: to.config }),
  };
}

function isSamePosition(left: Position | undefined, right: Position | undefined): boolean {
  return left === right || (left !== undefined && right !== undefined && left.x === right.x && left.y === right.y);
}

/** A connection that is there twice counts twice. */
function compareConnections(from: readonly Connection[], to: readonly Connection[]): { added: Connection[]; removed: Connection[] } {
  const { start, fromEnd, toEnd } = withoutEqualEnds(from, to);
  const old = new Map<string, Connection[]>();
  for (const connection of from.slice(start, fromEnd)) {
    const key = roughKey(connection);
    const alike = old.get(key);
    if (alike === undefined) old.set(key, [connection]);
    else alike.push(connection);
  }
  const added = to.slice(start, toEnd).filter((connection) => !takeSame(old.get(roughKey(connection)), connection));
  return { added, removed: [...old.values()].flat() };
}

/** Equal for equal connections and cheap; odd names can make it equal for others too. */
function roughKey({ from, to }: Connection): string {
  return `${from.node} ${from.port} ${to.node} ${to.port}`;
}

function takeSame(alike: Connection[] | undefined, wanted: Connection): boolean {
  const index = alike?.findIndex((connection) => isSameConnection(connection, wanted)) ?? -1;
  if (index >= 0) alike?.splice(index, 1);
  return index >= 0;
}

/** What is left when equal connections at the start and at the end are taken off, which saves most of the work. */
function withoutEqualEnds(from: readonly Connection[], to: readonly Connection[]): { start: number; fromEnd: number; toEnd: number } {
  let start = 0;
  let [fromEnd, toEnd] = [from.length, to.length];
  while (start < Math.min(fromEnd, toEnd) && isSameConnection(from[start], to[start])) start += 1;
  while (Math.min(fromEnd, toEnd) > start && isSameConnection(from[fromEnd - 1], to[toEnd - 1])) {
    fromEnd -= 1;
    toEnd -= 1;
  }
  return { start, fromEnd, toEnd };
}

function isSameConnection(left: Connection | undefined, right: Connection | undefined): boolean {
  return (
    left !== undefined && right !== undefined && (left === right || (isSameEnd(left.from, right.from) && isSameEnd(left.to, right.to)))
  );
}

function isSameEnd(left: ConnectionEnd, right: ConnectionEnd): boolean {
  return left.node === right.node && left.port === right.port;
}
