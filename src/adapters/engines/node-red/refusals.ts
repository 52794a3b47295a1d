/** What Node-RED would take without a word and then hang on: said before anything is posted, in words for the author. */

import { isBuiltin } from "node:module";
import { Script } from "node:vm";
import type { Definition, WorkflowNode } from "../../../domain/definition.ts";
import { PinionError } from "../../../domain/errors.ts";
import type { DeploymentUnit } from "../../../domain/unit.ts";
import { isList, isObject, subflowPrefix } from "./flow-nodes.ts";
import { markerVariable } from "./marker.ts";

type Rule = (definition: Definition) => Iterable<string>;

/** @throws PinionError `engine/refused` with the first reason. */
export function refuseUnrunnable(unit: DeploymentUnit): void {
  const reserved = [...Object.keys(unit.variables), ...Object.keys(unit.secrets)].find((name) => name === markerVariable);
  if (reserved) throw new PinionError("engine/refused", `the variable ${reserved} is Pinion's own; give yours another name`);
  for (const rule of rules) for (const reason of rule(unit.definition)) throw new PinionError("engine/refused", reason);
}

const rules: readonly Rule[] = [foreignConfig, foreignTypes, repeatedIds, badConnections, unknownSubflows, badAddresses, badFunctions];

const knownConfig = new Set(["label", "info", "env"]);

function* foreignConfig({ config }: Definition): Iterable<string> {
  for (const key of Object.keys(config)) {
    if (!knownConfig.has(key)) yield `Node-RED has no use for config.${key} of the definition; a tab has ${[...knownConfig].join(", ")}`;
  }
}

function* foreignTypes({ nodes }: Definition): Iterable<string> {
  for (const node of nodes) {
    if (node.type === "tab") yield `node "${node.id}" is a tab; a definition is one tab already, its label and info belong into config`;
    if (node.type === "group") yield `node "${node.id}" is a group; groups are for the canvas only and are not deployed`;
    if (node.type === "global-config")
      yield `node "${node.id}" is a global-config, which every flow of the engine would share; use the environment's variables`;
  }
}

function* repeatedIds({ nodes }: Definition): Iterable<string> {
  const seen = new Set<string>();
  for (const { id } of nodes) {
    if (seen.has(id)) yield `two nodes have the id "${id}"`;
    seen.add(id);
  }
}

function* badConnections({ nodes, connections }: Definition): Iterable<string> {
  const ids = new Set(nodes.map((node) => node.id));
  for (const { from, to } of connections) {
    const missing = [from.node, to.node].find((id) => !ids.has(id));
    if (missing !== undefined) yield `a connection from "${from.node}" to "${to.node}" names "${missing}", which is no node`;
    if (typeof from.port !== "number" || !Number.isInteger(from.port) || from.port < 0)
      yield `the connection from "${from.node}" leaves port "${from.port}"; Node-RED counts outputs from 0`;
    if (to.port !== 0) yield `the connection to "${to.node}" enters port "${to.port}"; a Node-RED node has one input, port 0`;
  }
}

function* unknownSubflows({ nodes }: Definition): Iterable<string> {
  const templates = new Set(nodes.filter((node) => node.type === "subflow").map((node) => node.id));
  for (const node of nodes) {
    const template = node.type.startsWith(subflowPrefix) ? node.type.slice(subflowPrefix.length) : null;
    if (template !== null && !templates.has(template))
      yield `node "${node.id}" is an instance of the subflow "${template}", which the definition does not contain`;
  }
}

function* badAddresses({ nodes }: Definition): Iterable<string> {
  const seen = new Map<string, string>();
  for (const node of nodes.filter((each) => each.type === "http in" && each.config["d"] !== true)) {
    const url = node.config["url"];
    if (typeof url !== "string" || url === "") yield `node "${node.id}" (http in) has no url`;
    const key = `${String(node.config["method"]).toUpperCase()} ${String(url)}`;
    const first = seen.get(key);
    if (first !== undefined) yield `nodes "${first}" and "${node.id}" both take ${key}; Node-RED would only ever use the first`;
    seen.set(key, node.id);
  }
}

function* badFunctions({ nodes }: Definition): Iterable<string> {
  for (const node of nodes.filter((each) => each.type === "function" && each.config["d"] !== true)) {
    for (const part of ["func", "initialize", "finalize"] as const) {
      const fault = syntaxFault(node.config[part]);
      if (fault !== null) yield `node "${node.title ?? node.id}" (function, ${part}) has a syntax error: ${fault}`;
    }
    for (const module of externalModules(node))
      yield `node "${node.title ?? node.id}" (function) wants the module "${module}"; only modules of Node.js itself are allowed`;
  }
}

function syntaxFault(source: unknown): string | null {
  if (typeof source !== "string" || source === "") return null;
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
