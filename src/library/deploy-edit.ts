/** The one commit that a deployment is: version, environment, strategy and pin together. */

import { compare, prerelease } from "semver";
import type { JsonObject } from "../domain/desired/definition.ts";
import { PinionError } from "../domain/errors.ts";
import type { VersionDigest } from "../domain/names.ts";
import type { ConfigEdit, ConfigEditor } from "../ports/config-editor.ts";
import { personOf } from "./asking.ts";
import { objectAt } from "./known-fields.ts";
import { ownStrategy, toEnvironmentEdit } from "./parse-environment.ts";
import type { DeployTarget } from "./follow-deploy.ts";
import type { DeployRequest } from "./pinion.ts";
import { formatVersion } from "./semantic-version.ts";
import { toVersionEdit } from "./parse-version.ts";
import type { WorkflowVersion } from "./vocabulary.ts";

/** What the repository knows, and how definitions are named there. */
export interface Editing {
  readonly editor: Pick<ConfigEditor, "environment" | "catalogue">;
  readonly digestOfFile: (file: JsonObject) => VersionDigest;
}

/** A deployment that is not made yet. */
export interface PlannedDeploy {
  readonly target: DeployTarget;
  readonly edit: ConfigEdit;
}

/** @throws `usage/invalid`, `environment/unknown`, `process/unknown`. */
export function planDeploy(editing: Editing, request: DeployRequest): PlannedDeploy {
  objectAt(request, "the request");
  const { processId: process, strategy, userId } = request;
  const { environment, file, configured } = findEnvironment(editing, request);
  const whole = wholeOf(request);
  const version = whole ? formatVersion(whole.version) : knownVersion(editing, request);
  const own = strategy === null ? null : { environment, process, strategy: ownStrategy(file, process, strategy) as JsonObject | null };
  const edit: ConfigEdit = {
    subject: `Deploy ${process} ${version} to ${environment}`,
    by: personOf(userId),
    versions: whole ? [toVersionEdit(whole, editing.digestOfFile)] : [],
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

function wholeOf({ processId, version }: DeployRequest): WorkflowVersion | null {
  if (typeof version !== "object" || version === null || !("workflowId" in version)) return null;
  if (version.workflowId === processId) return version;
  throw new PinionError("usage/invalid", `the version is one of "${version.workflowId}", and "${processId}" is to be deployed`);
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
