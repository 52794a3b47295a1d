/** Says what changed in lines for people: `+` is new, `-` is gone, `~` is different. */

import { cutsOf, impactOf, impactOfSetting } from "./impact.ts";
import type { Json, JsonObject, WorkflowNode } from "../desired/definition.ts";
import { keysOfPointer } from "../json-pointer.ts";
import { escapeInvisible, plainOrQuoted, quoted } from "../safe-text.ts";
import { type ConfigurationChange, connectionId, type Impact, type NodeModification, type WorkflowChanges } from "./changes.ts";

export interface ChangeSummary {
  /** Null when nothing changed. */
  readonly impact: Impact | null;
  readonly counts: {
    readonly nodesAdded: number;
    readonly nodesRemoved: number;
    readonly nodesModified: number;
    readonly connectionsAdded: number;
    readonly connectionsRemoved: number;
    readonly configurationChanges: number;
  };
  /** One line for each change, without colour; empty when nothing changed. */
  readonly lines: readonly string[];
  /** Texts that are too long for their line, such as functions: what they were and what they are. */
  readonly texts: readonly TextChange[];
}

/** A text within a definition that is another now. */
export interface TextChange {
  /** Which of the summary's lines tells of it. */
  readonly line: number;
  /** `config.func`. */
  readonly name: string;
  readonly oldText: string;
  readonly newText: string;
}

/** Values longer than this are not shown. */
const longestValue = 40;

/** The changes at a glance. What in them breaks those who rely on the old version is marked so. */
export function summarize(changes: WorkflowChanges): ChangeSummary {
  const cuts = new Set(cutsOf(changes));
  return {
    impact: impactOf(changes),
    counts: countsOf(changes),
    lines: [
      ...changes.nodesAdded.map((node) => `+ node ${describeNode(node)}`),
      ...changes.nodesRemoved.map((id) => `- node ${plainOrQuoted(id)} (breaking)`),
      ...changes.nodesModified.map(describeModification),
      ...changes.connectionsAdded.map((connection) => `+ connection ${connectionId(connection)}`),
      ...changes.connectionsRemoved.map((id) => `- connection ${id}${cuts.has(id) ? " (breaking)" : ""}`),
      ...changes.configurationChanges.map((change) => `${signOf(change)} ${describeSetting(change)} (${impactOfSetting(change)})`),
    ],
    texts: textsOf(changes),
  };
}

/** Lines are counted as `summarize` writes them. */
function textsOf(changes: WorkflowChanges): readonly TextChange[] {
  const { nodesAdded, nodesRemoved, nodesModified, connectionsAdded, connectionsRemoved, configurationChanges } = changes;
  const nodes = nodesAdded.length + nodesRemoved.length;
  const settings = nodes + nodesModified.length + connectionsAdded.length + connectionsRemoved.length;
  return [
    ...nodesModified.flatMap((node, index) => node.configurationChanges.flatMap((change) => textOf(change, nodes + index))),
    ...configurationChanges.flatMap((change, index) => textOf(change, settings + index)),
  ];
}

/** Of one node; its line is the first. */
export function textsOfNode({ configurationChanges }: NodeModification): readonly TextChange[] {
  return configurationChanges.flatMap((change) => textOf(change, 0));
}

function textOf(change: ConfigurationChange, line: number): readonly TextChange[] {
  const { oldValue, newValue } = change;
  if (typeof oldValue !== "string" || typeof newValue !== "string") return [];
  if (shown(oldValue) !== null && shown(newValue) !== null) return [];
  return [{ line, name: nameOf(change), oldText: oldValue, newText: newValue }];
}

function nameOf({ pointer }: ConfigurationChange): string {
  return ["config", ...keysOfPointer(pointer).map(plainOrQuoted)].join(".");
}

function countsOf(changes: WorkflowChanges): ChangeSummary["counts"] {
  return {
    nodesAdded: changes.nodesAdded.length,
    nodesRemoved: changes.nodesRemoved.length,
    nodesModified: changes.nodesModified.length,
    connectionsAdded: changes.connectionsAdded.length,
    connectionsRemoved: changes.connectionsRemoved.length,
    configurationChanges: changes.configurationChanges.length,
  };
}

/** `receive "POST /orders" (http in)`. */
function describeNode(node: WorkflowNode): string {
  const title = node.title === undefined || node.title === node.id ? "" : ` ${quoted(node.title)}`;
  return `${plainOrQuoted(node.id)}${title} (${quoted(node.type).slice(1, -1)})`;
}

function describeModification(modification: NodeModification): string {
  const { type, title, position } = modification.changes;
  const parts = [
    ...(type === undefined ? [] : [`type is now ${quoted(type).slice(1, -1)}`]),
    ...(title === undefined ? [] : [title === null ? "title removed" : `title is now ${quoted(title)}`]),
    ...(position === undefined ? [] : [position === null ? "position removed" : "moved"]),
    ...modification.configurationChanges.map(describeSetting),
  ];
  return `~ node ${plainOrQuoted(modification.nodeId)}: ${parts.join(", ")} (${modification.impact})`;
}

/** `config.timeout 5 → 10`, `config.func changed`, `config.rules removed`. */
export function describeSetting(change: ConfigurationChange): string {
  const name = nameOf(change);
  const [from, to] = [shown(change.oldValue), shown(change.newValue)];
  if (change.kind === "removed") return `${name} removed`;
  if (change.kind === "added") return to === null ? `${name} added` : `${name} added: ${to}`;
  return from === null || to === null ? `${name} changed` : `${name} ${from} → ${to}`;
}

/** A value in one short piece; null when it is too long or too rich for that. */
function shown(value: Json | undefined): string | null {
  if (value === undefined) return null;
  if (typeof value === "object" && value !== null) return shownContainer(value);
  if (typeof value === "string" && (value.length > longestValue || value.includes("\n"))) return null;
  return escapeInvisible(JSON.stringify(value));
}

function shownContainer(value: JsonObject | readonly Json[]): string | null {
  const size = Object.keys(value).length;
  if (Array.isArray(value)) return size === 1 ? "1 item" : `${size} items`;
  return size === 0 ? "{}" : null;
}

function signOf(change: ConfigurationChange): string {
  return { added: "+", removed: "-", changed: "~" }[change.kind];
}
