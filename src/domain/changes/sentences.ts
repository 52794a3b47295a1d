/** Says what is different as a person would, in the names that the author gave: `function "Price the lines" changed: config.func`. */

import type { Connection, Definition, Json, JsonObject, WorkflowNode } from "../desired/definition.ts";
import { escapeInvisible, quoted } from "../safe-text.ts";
import { type ConfigurationChange, connectionEndId, connectionId, type NodeModification, type WorkflowChanges } from "./changes.ts";
import { describeSetting } from "./describe.ts";
import { isSameJson } from "./json-difference.ts";

export interface ChangeSentence {
  readonly kind: "added" | "removed" | "changed";
  readonly text: string;
  /** The node that it is about; null: a connection, or the flow as a whole. */
  readonly node: string | null;
}

/** One sentence for each change, what matters most first. */
export function describeChanges(from: Definition, to: Definition, changes: WorkflowChanges): readonly ChangeSentence[] {
  const names = namesIn(from, to);
  const removed = changes.nodesRemoved.map((id) => sentence("removed", `${names.of(id)} was removed`, id));
  const isMoved = (modification: NodeModification): boolean => Object.keys(modification.changes).join() === "position";
  return [
    ...removed,
    ...changes.nodesModified.filter((each) => !isMoved(each)).map((each) => sentence("changed", modified(each, names), each.nodeId)),
    ...changes.nodesAdded.map((node) => sentence("added", `${names.of(node.id)} was added${placed(node.id, changes, names)}`, node.id)),
    ...wires(from, changes, names),
    ...settings(from.config, to.config, changes),
    ...moved(changes.nodesModified.filter(isMoved), names),
  ];
}

function sentence(kind: ChangeSentence["kind"], text: string, node: string | null = null): ChangeSentence {
  return { kind, text, node };
}

interface Names {
  /** `function "Price the lines"`. */
  of(id: string): string;
  /** Of its outputs, where it has several: `output 2 of switch "Paid?"`. */
  output(connection: Connection): string;
}

/** What is called otherwise now keeps its old name: so people know it. */
function namesIn(from: Definition, to: Definition): Names {
  const nodes = new Map([...to.nodes, ...from.nodes].map((node) => [node.id, node]));
  const templates = new Map([...nodes.values()].filter(({ type }) => type === "subflow").map(({ id, title }) => [id, title ?? id]));
  const several = new Set([...from.connections, ...to.connections].flatMap(({ from: { node, port } }) => (port === 0 ? [] : [node])));
  const of = (id: string): string => {
    const node = nodes.get(id);
    if (node === undefined) return `node ${quoted(id)}`;
    const around = templates.get(textOf(node.config["z"]));
    return `${nameOf(node, templates)}${around === undefined ? "" : ` in the subflow ${quoted(around)}`}`;
  };
  return {
    of,
    output: ({ from: { node, port } }) =>
      several.has(node) ? `output ${typeof port === "number" ? port + 1 : quoted(port)} of ${of(node)}` : of(node),
  };
}

function nameOf(node: WorkflowNode, templates: ReadonlyMap<string, string>): string {
  const { id, type, title, config } = node;
  if (type.startsWith("subflow:")) return `subflow ${quoted(title ?? templates.get(type.slice("subflow:".length)) ?? id)}`;
  const address = [textOf(config["method"]).toUpperCase(), textOf(config["url"])].filter((part) => part !== "").join(" ");
  const name = [title, /(^|\s)in$/.test(type) ? address : "", textOf(config["topic"]), id].find(
    (each) => each !== undefined && each !== "",
  );
  return `${escapeInvisible(JSON.stringify(type)).slice(1, -1)} ${quoted(name ?? id)}`;
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** `was disabled, was renamed to "B", changed: config.func`. */
function modified({ nodeId, changes, configurationChanges }: NodeModification, names: Names): string {
  const { type, title, position } = changes;
  const switched = configurationChanges.find(({ pointer }) => pointer === "/d");
  const others = configurationChanges.filter((change) => change !== switched);
  const parts = [
    ...(switched === undefined ? [] : [switched.newValue === true ? "was disabled" : "was enabled"]),
    ...(type === undefined ? [] : [`is of type ${quoted(type)} now`]),
    ...(title === undefined ? [] : [title === null ? "lost its name" : `was renamed to ${quoted(title)}`]),
    ...(position === undefined ? [] : ["was moved on the canvas"]),
    ...(others.length === 0 ? [] : [`changed: ${others.map(settingOf).join(", ")}`]),
  ];
  return `${names.of(nodeId)} ${parts.join(", ")}`;
}

/** `config.func`, `config.url "/a" → "/b"`, `config.headers removed`. */
function settingOf(change: ConfigurationChange): string {
  return describeSetting(change).replace(/ changed$/, "");
}

/** Where a new node stands between others: ` after function "Price"`. */
function placed(id: string, { connectionsAdded }: WorkflowChanges, names: Names): string {
  const before = new Set(connectionsAdded.filter(({ to }) => to.node === id).map((connection) => names.output(connection)));
  const after = new Set(connectionsAdded.filter(({ from }) => from.node === id).map(({ to }) => names.of(to.node)));
  const parts = [
    ...(before.size === 0 ? [] : [` after ${[...before].join(" and ")}`]),
    ...(after.size === 0 ? [] : [` before ${[...after].join(" and ")}`]),
  ];
  return parts.join(",");
}

/** What is connected otherwise, but for what came or went with a node. */
function wires(from: Definition, changes: WorkflowChanges, names: Names): readonly ChangeSentence[] {
  const { nodesAdded, nodesRemoved, connectionsAdded, connectionsRemoved } = changes;
  const [isNew, isGone] = [new Set(nodesAdded.map(({ id }) => id)), new Set(nodesRemoved)];
  const known = new Map(from.connections.map((connection) => [connectionId(connection), connection]));
  const gone = connectionsRemoved
    .flatMap((id) => known.get(id) ?? [])
    .filter((each) => !isGone.has(each.from.node) && !isGone.has(each.to.node));
  const come = connectionsAdded.filter((each) => !isNew.has(each.from.node) && !isNew.has(each.to.node));
  const turned = new Map<Connection, Connection>();
  const left = [...gone];
  for (const connection of come) {
    const index = left.findIndex((old) => connectionEndId(old.from) === connectionEndId(connection.from));
    const [old] = index < 0 ? [] : left.splice(index, 1);
    if (old !== undefined) turned.set(connection, old);
  }
  return [
    ...come.map((connection) => wired(connection, turned.get(connection), names)),
    ...left.map((old) => sentence("removed", `the wire from ${names.output(old)} to ${names.of(old.to.node)} was removed`)),
  ];
}

function wired(connection: Connection, old: Connection | undefined, names: Names): ChangeSentence {
  const [start, end] = [names.output(connection), names.of(connection.to.node)];
  if (old === undefined) return sentence("added", `a wire from ${start} to ${end} was added`);
  return sentence("changed", `the wire from ${start} goes to ${end} now, no longer to ${names.of(old.to.node)}`);
}

/** Of the flow as a whole, its variables by name. */
function settings(from: JsonObject, to: JsonObject, { configurationChanges }: WorkflowChanges): readonly ChangeSentence[] {
  const others = configurationChanges.filter(({ pointer }) => pointer !== "/disabled" && !/^\/env(?:\/|$)/.test(pointer));
  return [
    ...configurationChanges
      .filter(({ pointer }) => pointer === "/disabled")
      .map(({ newValue }) => sentence("changed", `the whole flow was ${newValue === true ? "disabled" : "enabled"}`)),
    ...variables(from["env"], to["env"]),
    ...(others.length === 0 ? [] : [sentence("changed", `the flow itself changed: ${others.map(settingOf).join(", ")}`)]),
  ];
}

function variables(from: Json | undefined, to: Json | undefined): readonly ChangeSentence[] {
  const [old, now] = [variablesOf(from), variablesOf(to)];
  return [
    ...[...old.keys()].filter((name) => !now.has(name)).map((name) => sentence("removed", `variable ${quoted(name)} was removed`)),
    ...[...now].flatMap(([name, entry]): readonly ChangeSentence[] => {
      const before = old.get(name);
      if (before === undefined) return [sentence("added", `variable ${quoted(name)} was added`)];
      if (isSameJson(before, entry)) return [];
      const change = { pointer: "", kind: "changed", oldValue: before["value"] ?? "", newValue: entry["value"] ?? "" } as const;
      return [sentence("changed", `variable ${quoted(name)} changed${describeSetting(change).replace(/^config| changed$/g, "")}`)];
    }),
  ];
}

function variablesOf(env: Json | undefined): ReadonlyMap<string, JsonObject> {
  const entries = Array.isArray(env) ? (env as readonly Json[]) : [];
  return new Map(entries.flatMap((entry) => (isEntry(entry) ? [[textOf(entry["name"]), entry] as const] : [])));
}

function isEntry(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function moved(nodes: readonly NodeModification[], names: Names): readonly ChangeSentence[] {
  const [first] = nodes;
  if (first === undefined) return [];
  if (nodes.length === 1) return [sentence("changed", `${names.of(first.nodeId)} was moved on the canvas`, first.nodeId)];
  return [sentence("changed", `${nodes.length} nodes were moved on the canvas`)];
}
