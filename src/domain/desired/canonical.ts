/** One text for one meaning: the form in which definitions and other JSON values are hashed and compared. */

import type { Connection, Definition, Json, JsonObject, WorkflowNode } from "./definition.ts";

/** JSON without white space, with the keys of every object in order of their code units. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.keys(value)
    .sort()
    .flatMap((key) => (value[key] === undefined ? [] : [`${JSON.stringify(key)}:${canonicalJson(value[key])}`]));
  return `{${members.join(",")}}`;
}

/**
 * The text that a definition's digest is computed of. Everything is inside, title and position too: any change of content is a change.
 * The order in which nodes and connections are listed is not, and neither is how the file was laid out.
 */
export function canonicalDefinition(definition: Definition): string {
  const steps = canonicalSteps(definition);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Nodes or connections written without a pause. */
const partsAtOnce = 200;

/** The same in steps, for callers that do something else in between. */
export function* canonicalSteps(definition: Definition): Generator<undefined, string, undefined> {
  const nodes: string[] = [];
  for (const node of definition.nodes.toSorted((a, b) => compareText(a.id, b.id))) {
    if (nodes.push(canonicalNode(node)) % partsAtOnce === 0) yield;
  }
  const connections: string[] = [];
  for (const connection of definition.connections) {
    if (connections.push(canonicalConnection(connection)) % partsAtOnce === 0) yield;
  }
  connections.sort(compareText);
  yield;
  return `{"config":${canonicalJson(definition.config)},"connections":[${connections.join(",")}],"nodes":[${nodes.join(",")}]}`;
}

/**
 * The text that the digest of a whole version is computed of: what its file says beside the definition, as it says it, and the
 * definition in canonical form, wherever that was written.
 */
export function canonicalVersion(about: JsonObject, definition: string): string {
  return `{"about":${canonicalJson(about)},"definition":${definition}}`;
}

function canonicalNode(node: WorkflowNode): string {
  const { id, type, title, position, config } = node;
  return canonicalJson({
    id,
    type,
    config,
    ...(title === undefined ? {} : { title }),
    ...(position === undefined ? {} : { position: { x: position.x, y: position.y } }),
  });
}

/** Two connections with equal texts are the same connection. */
export function canonicalConnection({ from, to }: Connection): string {
  return canonicalJson({ from: { node: from.node, port: from.port }, to: { node: to.node, port: to.port } });
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
