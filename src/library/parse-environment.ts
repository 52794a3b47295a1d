/** The door for environments: what a caller hands in becomes environment.yaml. Its contents are checked where files are. */

import type { JsonObject } from "../domain/desired/definition.ts";
import { PinionError } from "../domain/errors.ts";
import type { EnvironmentName } from "../domain/names.ts";
import type { EnvironmentFile, StrategySection } from "../generated/environment.ts";
import { objectAt, refuseUnknown } from "./known-fields.ts";
import type { DeploymentStrategy, Environment } from "./vocabulary.ts";

/** What configuring the environment writes. @throws `usage/invalid` for what is said twice, or has no place. */
export function toEnvironmentEdit(given: Environment): { readonly name: EnvironmentName; readonly file: JsonObject } {
  objectAt(given, "the environment");
  for (const [field, value] of Object.entries(given)) refuseNull(field, value);
  const { id, name, deploymentStrategy, config, restrictions, ...own } = given;
  if (config !== undefined) refuseUnknown(objectAt(config, "config"), ["variables", "secrets"], "config");
  const folder = environmentNameOf(given);
  const file = {
    ...own,
    name: folder,
    ...(id === undefined || name === id || own.description !== undefined ? {} : { description: name }),
    strategy: once("the strategy", own.strategy, deploymentStrategy && toSection(deploymentStrategy)),
    variables: once("variables", own.variables, config?.variables),
    secrets: once("secrets", own.secrets, config?.secrets),
    ...foldRestrictions(restrictions, own.rollbackPolicy),
  };
  return { name: folder, file: JSON.parse(JSON.stringify(file)) as JsonObject };
}

function environmentNameOf({ id, name }: Pick<Environment, "id" | "name">): EnvironmentName {
  const folder: unknown = id ?? name;
  if (typeof folder === "string" && /^[a-z0-9]+(-[a-z0-9]+)*$/u.test(folder)) return folder;
  throw new PinionError("usage/invalid", `an environment's id is made of lower case letters, digits and hyphens, not ${String(folder)}`);
}

/** What is not said is left out: null would be taken for something. */
function refuseNull(field: string, value: unknown): void {
  if (value === null) throw new PinionError("usage/invalid", `the environment's ${field} is null: leave it out, or say what it is`);
}

/**
 * What a process needs of its own to be rolled out by this strategy: what it has already where that is the one, nothing where
 * the environment says so for all, else the strategy with its defaults. @throws `usage/invalid` when the environment says another one.
 */
export function ownStrategy(file: JsonObject, process: string, type: DeploymentStrategy["strategy"]): StrategySection | null {
  const { name, strategy, processes = {} } = file as unknown as EnvironmentFile;
  const own = processes[process]?.strategy;
  if (own?.type === type) return own;
  if (strategy === undefined) return { type };
  if (strategy.type === type) return null;
  throw new PinionError("usage/invalid", `${name} is deployed to by ${strategy.type}, and this is a deployer for ${type}`);
}

function toSection({ strategy, config, ...others }: DeploymentStrategy): StrategySection {
  refuseUnknown(others, ["strategy", "config"], "deploymentStrategy");
  return { type: strategy, ...(config === undefined ? {} : { config }) };
}

/** No approval is what there is; one that is required is refused with everything else that has no effect. */
function foldRestrictions(restrictions: Environment["restrictions"], own: Environment["rollbackPolicy"]): object {
  if (restrictions === undefined) return {};
  const { rollbackPolicy, requiresApproval, ...others } = restrictions;
  const left = requiresApproval === undefined || !requiresApproval ? others : { ...others, requiresApproval };
  return { restrictions: left, rollbackPolicy: once("rollbackPolicy", own, rollbackPolicy) };
}

function once<T>(what: string, one: T | undefined, other: T | undefined): T | undefined {
  if (one !== undefined && other !== undefined) throw new PinionError("usage/invalid", `${what} is said twice: leave one of the two out`);
  return one ?? other;
}
