/** What Node-RED would take without a word and then hang on: said before anything is posted, in words for the author. */

import { isBuiltin } from "node:module";
import { Script } from "node:vm";
import type { Definition, WorkflowNode } from "../../../domain/desired/definition.ts";
import { PinionError } from "../../../domain/errors.ts";
import type { DeploymentUnit } from "../../../domain/desired/unit.ts";
import type { NodeFault } from "../../../ports/dialect.ts";
import { isList, isObject, subflowPrefix } from "./flow-nodes.ts";
import { markerVariable } from "./marker.ts";
import type { Refusal } from "./refusal.ts";
import { crossings, unboundedSubflow } from "./subflows.ts";
import { badValues } from "./typed-values.ts";
import { methodOf } from "./ways-in.ts";

/** Null wherever the caller may pause. */
type Rule = (definition: Definition) => Iterable<Refusal | null>;

/** @throws PinionError `engine/refused` with the first reason. */
export function refuseUnrunnable(unit: DeploymentUnit): void {
  const reserved = [...Object.keys(unit.variables), ...Object.keys(unit.secrets)].find((name) => name === markerVariable);
  if (reserved) throw new PinionError("engine/refused", `the variable ${reserved} is Pinion's own; give yours another name`);
  for (const rule of [...rulesOfAll, ...ownRules]) {
    for (const refusal of rule(unit.definition)) if (refusal !== null) throw new PinionError("engine/refused", refusal.reason);
  }
}

/** What `refuseUnrunnable` has against a definition, apart from what holds for definitions of all engines; null wherever the caller may pause. */
export function* unrunnable(definition: Definition): Iterable<NodeFault | null> {
  for (const rule of ownRules) {
    yield null;
    for (const refusal of rule(definition)) yield refusal === null ? null : faultOf(refusal);
  }
}

function faultOf({ reason, node, key }: Refusal): NodeFault {
  const hint = "Node-RED cannot run it as it is: fix it, and export it again if it is an export.";
  return { kind: "refused", severity: "error", node, key: key ?? null, message: reason, hint };
}

const knownConfig = new Set(["label", "info", "env"]);

function* foreignConfig({ config }: Definition): Iterable<Refusal> {
  for (const key of Object.keys(config)) {
    const reason = `Node-RED has no use for config.${key} of the definition; a tab has ${[...knownConfig].join(", ")}`;
    if (!knownConfig.has(key)) yield { reason, node: null, key };
  }
}

/** Why a type has no place in a definition, by type. */
const foreign: Readonly<Record<string, string>> = {
  tab: "is a tab; a definition is one tab already, its label and info belong into config",
  group: "is a group; groups are for the canvas only and are not deployed",
  "global-config": "is a global-config, which every flow of the engine would share; use the environment's variables",
};

function* foreignTypes({ nodes }: Definition): Iterable<Refusal> {
  for (const [node, { id, type }] of nodes.entries()) {
    if (Object.hasOwn(foreign, type)) yield { reason: `node "${id}" ${foreign[type]}`, node };
  }
}

function* repeatedIds({ nodes }: Definition): Iterable<Refusal> {
  const seen = new Set<string>();
  for (const [node, { id }] of nodes.entries()) {
    if (seen.has(id)) yield { reason: `two nodes have the id "${id}"`, node };
    seen.add(id);
  }
}

function* unknownEnds({ nodes, connections }: Definition): Iterable<Refusal> {
  const ids = new Set(nodes.map((node) => node.id));
  for (const { from, to } of connections) {
    const missing = [from.node, to.node].find((id) => !ids.has(id));
    if (missing === undefined) continue;
    yield { reason: `a connection from "${from.node}" to "${to.node}" names "${missing}", which is no node`, node: null };
  }
}

function* badPorts({ nodes, connections }: Definition): Iterable<Refusal> {
  const places = new Map(nodes.map(({ id }, index) => [id, index]));
  for (const { from, to } of connections) {
    const node = places.get(from.node) ?? null;
    if (typeof from.port !== "number" || !Number.isInteger(from.port) || from.port < 0)
      yield { reason: `the connection from "${from.node}" leaves port "${from.port}"; Node-RED counts outputs from 0`, node };
    if (to.port !== 0)
      yield { reason: `the connection to "${to.node}" enters port "${to.port}"; a Node-RED node has one input, port 0`, node };
  }
}

function* unknownSubflows({ nodes }: Definition): Iterable<Refusal> {
  const templates = new Set(nodes.filter((node) => node.type === "subflow").map((node) => node.id));
  for (const [index, node] of nodes.entries()) {
    const template = node.type.startsWith(subflowPrefix) ? node.type.slice(subflowPrefix.length) : null;
    if (template === null || templates.has(template)) continue;
    yield { reason: `node "${node.id}" is an instance of the subflow "${template}", which the definition does not contain`, node: index };
  }
}

function* noUrl({ nodes }: Definition): Iterable<Refusal> {
  for (const [index, node] of nodes.entries()) {
    const url = node.config["url"];
    if (isHttpIn(node) && (typeof url !== "string" || url === "")) yield { reason: `node "${node.id}" (http in) has no url`, node: index };
  }
}

function* repeatedAddresses({ nodes }: Definition): Iterable<Refusal> {
  const seen = new Map<string, string>();
  for (const [index, node] of nodes.entries()) {
    if (!isHttpIn(node)) continue;
    const key = `${methodOf(node.config["method"]).toUpperCase()} ${String(node.config["url"])}`;
    const first = seen.get(key);
    if (first !== undefined)
      yield {
        reason: `nodes "${first}" and "${node.id}" both take ${key}; Node-RED would only ever use the first`,
        node: index,
        key: "url",
      };
    seen.set(key, node.id);
  }
}

function* unbounded(definition: Definition): Iterable<Refusal> {
  const fault = unboundedSubflow(definition);
  if (fault !== null) yield fault;
}

function isHttpIn({ type, config }: WorkflowNode): boolean {
  return type === "http in" && config["d"] !== true;
}

function* badFunctions({ nodes }: Definition): Iterable<Refusal | null> {
  for (const [index, node] of nodes.entries()) {
    if (node.type !== "function" || node.config["d"] === true) continue;
    const who = node.title ?? node.id;
    for (const key of ["func", "initialize", "finalize"] as const) {
      const source = node.config[key];
      if (typeof source === "string") yield* badSource(index, `node "${who}" (function, ${key})`, key, source);
    }
    for (const module of externalModules(node)) {
      const reason = `node "${who}" (function) needs the module "${module}"; only modules of Node.js itself are allowed`;
      yield { reason, node: index, key: "libs" };
    }
  }
}

function* badSource(node: number, who: string, ...[key, source]: readonly [string, string]): Iterable<Refusal | null> {
  if (source === "" || source.length > longestSource) return;
  // A long one counts for many short ones, so that the caller pauses after as much work.
  for (let at = 0; at < source.length; at += 500) yield null;
  const fault = syntaxFault(source);
  if (fault !== null) yield { reason: `${who} has a syntax error: ${fault}`, node, key };
}

/** Reading more than this would hold up everything else: then Node-RED says whether it can be run. */
const longestSource = 64 * 1024;

function syntaxFault(source: string): string | null {
  try {
    void new Script(`(async function () {\n${source}\n})`);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function externalModules(node: WorkflowNode): readonly string[] {
  const libs = node.config["libs"];
  if (!isList(libs)) return [];
  return libs
    .flatMap((lib) => (isObject(lib) && typeof lib["module"] === "string" ? [lib["module"]] : []))
    .filter((name) => !isBuiltin(name));
}

/** Said of definitions for every engine, or of references, when a version is read. */
const rulesOfAll: readonly Rule[] = [repeatedIds, unknownEnds, unknownSubflows, noUrl];

const ownRules: readonly Rule[] = [foreignConfig, foreignTypes, badPorts, crossings, repeatedAddresses, unbounded, badFunctions, badValues];
