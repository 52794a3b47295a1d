/**
 * Judges what a change means to those who rely on a process. The rules follow the ones that API reviewers use (Google's
 * AIP-180 "Backwards compatibility": removing, renaming and changing the kind of something breaks; adding does not).
 *
 * - Another type of node breaks: it is another step under the old name.
 * - A new title or another place on the canvas is compatible. A node that gets its first position or loses its last one
 *   breaks: without one it is configuration and no step of the flow.
 * - A setting that is removed, or becomes another kind of value, breaks. One that is added, or has another value of the
 *   same kind, is compatible.
 * - Except for the address of an entry (a node that callers or publishers reach: `http in`, `mqtt in`, a webhook, a
 *   trigger): any change of its method, path, topic, queue or port breaks.
 * - A removed node breaks. A removed connection breaks unless its output is wired to something else instead.
 */

import type { Definition, Json, Position, WorkflowNode } from "../desired/definition.ts";
import { keysOfPointer } from "../json-pointer.ts";
import { type ConfigurationChange, connectionEndId, type Impact, type WorkflowChanges } from "./changes.ts";

const entry = /(^|\s)in$|webhook|trigger$/iu;
const address = new Set(["event", "httpMethod", "method", "path", "port", "queue", "topic", "url"]);

const httpEntry = /^http in$|webhook/iu;

/** Whether anybody can call it over HTTP; schedules and subscriptions start themselves. */
export function isCalledOverHttp({ nodes }: Definition): boolean {
  return nodes.some(({ type }) => httpEntry.test(type));
}

/** Of a node that both definitions have. */
export function impactOnNode(from: WorkflowNode, to: WorkflowNode, changes: readonly ConfigurationChange[]): Impact {
  const isBreaking =
    from.type !== to.type ||
    isPlaced(from.position) !== isPlaced(to.position) ||
    changes.some((change) => impactOfSetting(change) === "breaking" || (entry.test(from.type) && isAddress(change)));
  return isBreaking ? "breaking" : "compatible";
}

/** Of one setting, wherever it is. */
export function impactOfSetting(change: ConfigurationChange): Impact {
  if (change.kind === "added") return "compatible";
  return change.kind === "removed" || kindOf(change.oldValue) !== kindOf(change.newValue) ? "breaking" : "compatible";
}

/** Of all changes together; null when there are none. */
export function impactOf(changes: WorkflowChanges): Impact | null {
  if (isNothing(changes)) return null;
  const isBreaking =
    changes.nodesRemoved.length > 0 ||
    changes.nodesModified.some((modification) => modification.impact === "breaking") ||
    changes.configurationChanges.some((change) => impactOfSetting(change) === "breaking") ||
    cutsOf(changes).length > 0;
  return isBreaking ? "breaking" : "compatible";
}

/** Ids of the removed connections whose output is wired to nothing else instead. */
export function cutsOf(changes: WorkflowChanges): readonly string[] {
  const rewired = changes.connectionsAdded.map((connection) => `${connectionEndId(connection.from)} -> `);
  const isRewired = new Set(rewired);
  return changes.connectionsRemoved.filter((id) => !isRewired.has(outputOf(id)));
}

/** The first half of a connection's id, which may hold an arrow of its own inside of quotes. */
function outputOf(id: string): string {
  return /^(?:"(?:\\.|[^"\\])*"|[^"\s:]+):(?:"(?:\\.|[^"\\])*"|[^"\s]+) -> /u.exec(id)?.[0] ?? id;
}

function isNothing(changes: WorkflowChanges): boolean {
  const { nodesAdded, nodesRemoved, nodesModified, connectionsAdded, connectionsRemoved, configurationChanges } = changes;
  return [nodesAdded, nodesRemoved, nodesModified, connectionsAdded, connectionsRemoved, configurationChanges].every(
    (list) => list.length === 0,
  );
}

function isPlaced(position: Position | undefined): boolean {
  return position !== undefined;
}

function isAddress(change: ConfigurationChange): boolean {
  return address.has(keysOfPointer(change.pointer)[0] ?? "");
}

function kindOf(value: Json | undefined): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
