/** A controller in this process, over a config repository that belongs to it: what is deployed by a call is a commit all the same. */

import { compare, prerelease } from "semver";
import type { Controller } from "../controller/controller.ts";
import type { Definition, JsonObject } from "../domain/definition.ts";
import { PinionError } from "../domain/errors.ts";
import type { Digest } from "../domain/names.ts";
import type { Clock } from "../ports/clock.ts";
import type { ConfigEdit, ConfigEditor, VersionEdit } from "../ports/config-editor.ts";
import { selectFrom } from "../surfaces/http/selection.ts";
import { orThrow, personOf, toOrder } from "./asking.ts";
import { toDeployment } from "./deployment.ts";
import { environmentNameOf, ownStrategy, toEnvironmentEdit } from "./environment-door.ts";
import { type DeployTarget, followDeploy } from "./follow-deploy.ts";
import type { DeployRequest, EmbeddedPinion, PinionOrder } from "./pinion.ts";
import { formatVersion } from "./semantic-version.ts";
import { toVersionEdit } from "./version-door.ts";
import type { PublishedVersion, WorkflowVersion } from "./vocabulary.ts";

/** What it is made of. */
export interface EmbeddedParts {
  readonly controller: Pick<Controller, "queries" | "commands">;
  readonly editor: ConfigEditor;
  readonly clock: Clock;
  readonly digestOf: (definition: Definition) => Digest;
  /** @throws `router/unreachable`. */
  readonly address: (environment: string) => string;
  readonly close: () => Promise<void>;
}

/** A started controller as the library's parts see it. */
export function createEmbedded(parts: EmbeddedParts): EmbeddedPinion {
  const { controller, editor, clock } = parts;
  const { queries, commands } = controller;
  const pinion: EmbeddedPinion = {
    clock,
    overview: async (selection = {}) => selectFrom(await queries.overview(), selection),
    history: (query = {}) => queries.history(query),
    deployments: async (query = {}) => (await queries.history(query)).map(toDeployment),
    async deployment(id) {
      const [recorded] = await queries.history({ id, limit: 1 });
      if (!recorded) throw new PinionError("deployment/unknown", `no deployment has the id "${id}"`);
      return toDeployment(recorded);
    },
    order: async (order: PinionOrder) => orThrow(await commands.order({ ...toOrder(order), at: clock.now() })),
    async deploy(request) {
      const { target, edit } = planEdit(parts, request);
      return followDeploy({ pinion, editor, commit, edit, target }, request);
    },
    async publish(version) {
      const edit = versionEdit(parts, version);
      await commit({ subject: `Publish ${edit.process} ${edit.version}`, by: personOf(undefined), versions: [edit] });
      return publishedOf(edit);
    },
    async configure(environment) {
      const edit = toEnvironmentEdit(environment);
      await commit({ subject: `Configure ${edit.name}`, by: personOf(undefined), environments: [edit] });
    },
    async approve(approvalId, userId) {
      await editor.approve(approvalId, personOf(userId));
      commands.refresh();
    },
    async liftQuarantine(environment, process, given) {
      const version = formatVersion(given);
      const subject = `Lift the quarantine of ${process} ${version} in ${environment}`;
      await commit({ subject, by: personOf(undefined), lifted: [{ environment, process, version }] });
    },
    address: (environment) => parts.address(environment),
    close: () => parts.close(),
  };

  async function commit(edit: ConfigEdit): Promise<void> {
    await editor.commit(edit);
    commands.refresh();
  }
  return pinion;
}

interface PlannedEdit {
  readonly target: DeployTarget;
  readonly edit: ConfigEdit;
}

/** The one commit that a deployment is. */
function planEdit(parts: EmbeddedParts, request: DeployRequest): PlannedEdit {
  const { processId: process, environment: where, strategy, userId } = request;
  const environment = typeof where === "string" ? where : environmentNameOf(where);
  const configured = typeof where === "string" ? null : toEnvironmentEdit(where);
  const file = configured?.file ?? parts.editor.environment(environment);
  if (!file) throw new PinionError("environment/unknown", `no environment is called "${environment}"`);
  const whole = wholeOf(request.version);
  const version = whole ? formatVersion(whole.version) : knownVersion(parts.editor, request);
  const own = strategy === null ? null : { environment, process, strategy: ownStrategy(file, process, strategy) as JsonObject | null };
  const edit: ConfigEdit = {
    subject: `Deploy ${process} ${version} to ${environment}`,
    by: personOf(userId),
    versions: whole ? [versionEdit(parts, whole)] : [],
    environments: configured ? [configured] : [],
    strategies: own ? [own] : [],
    pins: [{ environment, process, version }],
  };
  return { target: { environment, process, version }, edit };
}

function wholeOf(version: DeployRequest["version"]): WorkflowVersion | null {
  return typeof version === "object" && version !== null && "workflowId" in version ? version : null;
}

function knownVersion(editor: ConfigEditor, { processId, version }: DeployRequest): string {
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

/** @throws `usage/invalid` when it would change what is published. */
function versionEdit({ editor, digestOf }: EmbeddedParts, version: WorkflowVersion): VersionEdit {
  const edit = toVersionEdit(version, digestOf);
  const before = editor.catalogue(edit.process).find((entry) => entry.version === edit.version);
  if (before?.digest === undefined || before.digest === edit.digest) return edit;
  throw new PinionError(
    "usage/invalid",
    `${edit.process} ${edit.version} is published with another definition, and never changes: give this one a version of its own`,
  );
}

function publishedOf({ process, version, status, digest }: VersionEdit): PublishedVersion {
  return { processId: process, version, status, digest };
}
