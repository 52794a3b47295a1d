/** What the operator lets the repository do in an environment: the secrets it may name, and what flows may contain. Pure. */

import type { Definition, WorkflowNode } from "../desired/definition.ts";
import type { Finding } from "../finding.ts";
import type { SecretReference } from "../desired/environment.ts";
import type { EngineKind, EnvironmentName } from "../names.ts";

/** Which of the controller's secrets an environment's file may name. */
export interface SecretsPermit {
  /** Names of variables, or beginnings of names with a `*` at the end. */
  readonly env: readonly string[];
  /** Absolute; null: no file at all. */
  readonly folder: string | null;
}

/** What flows may contain. */
export interface FlowsPermit {
  /** Null: every type but `exec`. */
  readonly nodes: readonly string[] | null;
  /** Modules that function nodes may use. */
  readonly modules: readonly string[];
}

/** An environment that pinion.yaml says something of, and where. */
export interface NamedEnvironment {
  readonly name: EnvironmentName;
  readonly place: Pick<Finding, "file" | "line" | "column" | "pointer">;
}

export interface Permits {
  readonly secrets: ReadonlyMap<EnvironmentName, SecretsPermit>;
  /** What pinion.yaml itself uses: the config repository may not name it. */
  readonly own: { readonly env: ReadonlySet<string>; /** Absolute files and folders. */ readonly paths: readonly string[] };
  /** The kinds of engine that an environment has. */
  readonly engines: (environment: EnvironmentName) => readonly EngineKind[];
  /** What an engine of this kind may run there; null: whatever it knows. */
  readonly flows: (environment: EnvironmentName, kind: EngineKind) => FlowsPermit | null;
  /** Names of the sources of metrics that pinion.yaml has. */
  readonly metricSources: readonly string[];
  /** Every environment that pinion.yaml names, whether or not the repository has it. */
  readonly named: readonly NamedEnvironment[];
}

/** Why an environment may not use this secret; null: it may. */
export function whyNotSecret(permits: Permits, environment: EnvironmentName, reference: SecretReference): string | null {
  const permit = permits.secrets.get(environment) ?? nothing;
  return reference.kind === "env" ? whyNotVariable(permits, permit, reference.name) : whyNotFile(permits, permit, reference.path);
}

/** The absolute path that a reference means: paths begin in the folder. Null when it leads out of the folder. */
export function pathInFolder(folder: string, path: string): string | null {
  const whole = normalize(path.startsWith("/") ? path : `${folder}/${path}`);
  return isWithin(whole, normalize(folder)) ? whole : null;
}

/** Whether an absolute path is this folder or file, or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/** Every reason why a definition may not run here, each with the node. */
export function whyNotFlow(permit: FlowsPermit, { nodes }: Definition): readonly string[] {
  return nodes.flatMap((node) => [...whyNotType(permit, node), ...whyNotModules(permit, node)]);
}

const nothing: SecretsPermit = { env: [], folder: null };
const howToAllow = "the operator allows them under `environments` in pinion.yaml";

function whyNotVariable({ own }: Permits, { env }: SecretsPermit, name: string): string | null {
  if (own.env.has(name)) return `the variable ${name} belongs to the controller`;
  const isListed = env.some((each) => (each.endsWith("*") ? name.startsWith(each.slice(0, -1)) : name === each));
  return isListed ? null : `the variable ${name} is not allowed in this environment; ${howToAllow}`;
}

function whyNotFile({ own }: Permits, { folder }: SecretsPermit, path: string): string | null {
  if (folder === null) return `the file ${path} is not allowed in this environment; ${howToAllow}`;
  const whole = pathInFolder(folder, path);
  if (whole === null) return `the file ${path} is not in the folder of secrets of this environment`;
  return own.paths.some((each) => isWithin(whole, each)) ? `the file ${path} belongs to the controller` : null;
}

/** Without `.`, `..` and doubled slashes. */
function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** They do nothing by themselves. */
const harmless: ReadonlySet<string> = new Set(["comment", "junction", "subflow"]);

function whyNotType({ nodes }: FlowsPermit, { id, title, type }: WorkflowNode): readonly string[] {
  if (harmless.has(type) || type.startsWith("subflow:")) return [];
  if (nodes === null ? type !== "exec" : nodes.includes(type)) return [];
  return [`node "${title ?? id}" is of the type ${type}, which engines.allow in pinion.yaml does not list for this environment`];
}

function whyNotModules({ modules }: FlowsPermit, { id, title, config }: WorkflowNode): readonly string[] {
  const libs = Array.isArray(config["libs"]) ? (config["libs"] as readonly unknown[]) : [];
  return libs.flatMap((lib) => {
    const name = typeof lib === "object" && lib !== null && "module" in lib ? lib.module : null;
    if (typeof name !== "string" || modules.includes(bare(name)) || modules.includes(name)) return [];
    return [`node "${title ?? id}" needs the module ${name}, which engines.allow in pinion.yaml does not list for this environment`];
  });
}

/** Node.js knows its modules by two names. */
function bare(module: string): string {
  return module.replace(/^node:/, "");
}
