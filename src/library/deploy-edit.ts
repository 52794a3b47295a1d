/** The one commit that a deployment is: version, environment, strategy and pin together. */

import { compare, prerelease } from "semver";
import type { Definition, JsonObject } from "../domain/definition.ts";
import { PinionError } from "../domain/errors.ts";
import type { Digest } from "../domain/names.ts";
import type { ConfigEdit, ConfigEditor, VersionEdit } from "../ports/config-editor.ts";
import { personOf } from "./asking.ts";
import { ownStrategy, toEnvironmentEdit } from "./environment-door.ts";
import type { DeployTarget } from "./follow-deploy.ts";
import type { DeployRequest } from "./pinion.ts";
import { formatVersion } from "./semantic-version.ts";
import { toVersionEdit } from "./version-door.ts";
import type { WorkflowVersion } from "./vocabulary.ts";

/** What the repository knows, and how definitions are named there. */
export interface Editing {
  readonly editor: Pick<ConfigEditor, "environment" | "catalogue">;
  readonly digestOf: (definition: Definition) => Digest;
}

/** A deployment that is not made yet. */
export interface PlannedDeploy {
  readonly target: DeployTarget;
  readonly edit: ConfigEdit;
}

/** @throws `usage/invalid`, `environment/unknown`, `process/unknown`. */
export function planDeploy(editing: Editing, request: DeployRequest): PlannedDeploy {
  const { processId: process, strategy, userId } = request;
  const { environment, file, configured } = findEnvironment(editing, request);
  const whole = wholeOf(request.version);
  const version = whole ? formatVersion(whole.version) : knownVersion(editing, request);
  const own = strategy === null ? null : { environment, process, strategy: ownStrategy(file, process, strategy) as JsonObject | null };
  const edit: ConfigEdit = {
    subject: `Deploy ${process} ${version} to ${environment}`,
    by: personOf(userId),
    versions: whole ? [versionEdit(editing, whole)] : [],
    environments: configured,
    strategies: own ? [own] : [],
    pins: [{ environment, process, version }],
  };
  return { target: { environment, process, version }, edit };
}

interface Found {
  readonly environment: string;
  readonly file: JsonObject;
  readonly configured: NonNullable<ConfigEdit["environments"]>;
}

/** One that is handed in whole is configured by the same commit. */
function findEnvironment({ editor }: Editing, { environment }: DeployRequest): Found {
  if (typeof environment !== "string") {
    const edit = toEnvironmentEdit(environment);
    return { environment: edit.name, file: edit.file, configured: [edit] };
  }
  const file = editor.environment(environment);
  if (!file) throw new PinionError("environment/unknown", `no environment is called "${environment}"`);
  return { environment, file, configured: [] };
}

function wholeOf(version: DeployRequest["version"]): WorkflowVersion | null {
  return typeof version === "object" && version !== null && "workflowId" in version ? version : null;
}

function knownVersion({ editor }: Editing, { processId, version }: DeployRequest): string {
  if (version !== null && !(typeof version === "object" && "workflowId" in version)) return formatVersion(version);
  const candidates = editor.catalogue(processId).filter((entry) => entry.status === "published");
  const newest = candidates.map((entry) => entry.version).toSorted((one, other) => releasesLast(one, other));
  const found = newest.at(-1);
  if (found === undefined) throw new PinionError("process/unknown", `no version of "${processId}" is published`);
  return found;
}

/** A release comes before every version that is still on its way to one. */
function releasesLast(one: string, other: string): number {
  const isRelease = (version: string) => Number(prerelease(version) === null);
  return isRelease(one) - isRelease(other) || compare(one, other);
}

/** What publishing the version writes. @throws `usage/invalid` when it would change what is published. */
export function versionEdit({ editor, digestOf }: Editing, version: WorkflowVersion): VersionEdit {
  const edit = toVersionEdit(version, digestOf);
  const before = editor.catalogue(edit.process).find((entry) => entry.version === edit.version);
  if (before?.digest === undefined || before.digest === edit.digest) return edit;
  throw new PinionError(
    "usage/invalid",
    `${edit.process} ${edit.version} is published with another definition, and never changes: give this one a version of its own`,
  );
}
