/** A controller in this process, over a config repository that belongs to it: what is deployed by a call is a commit all the same. */

import type { Controller } from "../controller/controller.ts";
import type { JsonObject } from "../domain/desired/definition.ts";
import type { LiveChanges } from "../domain/changes/recorded.ts";
import { PinionError } from "../domain/errors.ts";
import type { VersionDigest } from "../domain/names.ts";
import type { ProcessEvaluation } from "../domain/status/evaluation.ts";
import type { Deployment as DeploymentRecord } from "../domain/journal/state.ts";
import type { ConfigEditor, VersionEdit } from "../ports/config-editor.ts";
import { askHistory, type HistoryPage } from "../api/history-pages.ts";
import { selectFrom } from "../api/selection.ts";
import { orThrow, personOf, toCommandRequest } from "./asking.ts";
import { type CommittingParts, createCommitting } from "./committing.ts";
import { toDeployment } from "./deployment.ts";
import { planDeploy } from "./deploy-edit.ts";
import { toEnvironmentEdit } from "./parse-environment.ts";
import { followDeploy } from "./follow-deploy.ts";
import type { DeploymentQuery, EmbeddedPinion, PinionCommand } from "./pinion.ts";
import { formatVersion } from "./semantic-version.ts";
import { toVersionEdit } from "./parse-version.ts";
import type { PublishedVersion } from "./vocabulary.ts";

/** What it is made of. */
export interface EmbeddedParts extends CommittingParts {
  readonly controller: Pick<Controller, "queries" | "commands">;
  readonly editor: ConfigEditor;
  readonly digestOfFile: (file: JsonObject) => VersionDigest;
  /** @throws `router/unreachable`. */
  readonly address: (environment: string) => string;
  readonly close: () => Promise<void>;
}

/** A started controller as the library's parts see it. */
export function createEmbedded(parts: EmbeddedParts): EmbeddedPinion {
  const { editor, clock, checkOpen } = parts;
  const { queries, commands } = parts.controller;
  const { commit, taken, unitOf, answers } = createCommitting(parts, () => commands.refresh());
  const pinion: EmbeddedPinion = {
    clock,
    async overview(selection = {}) {
      checkOpen();
      return selectFrom(await queries.overview(), selection);
    },
    why: (environment, process) => whyOf(parts, environment, process),
    live: (environment, process) => liveOf(parts, environment, process),
    history: async (query = {}) => (await pageOf(parts, query)).deployments,
    historyPage: (query = {}) => pageOf(parts, query),
    deployments: async (query = {}) => (await pageOf(parts, query)).deployments.map(toDeployment),
    deployment: async (id) => toDeployment(await deploymentOf(parts, id)),
    async command(command: PinionCommand) {
      checkOpen();
      return orThrow(await commands.command({ ...toCommandRequest(command), at: clock.now() }));
    },
    async deploy(request) {
      checkOpen();
      const { target, edit } = planDeploy(parts, request);
      return followDeploy({ pinion, editor, commit, edit, target, unitOf, answers }, request);
    },
    async publish(version) {
      const edit = toVersionEdit(version, parts.digestOfFile);
      await commit({ subject: `Publish ${edit.process} ${edit.version}`, by: personOf(undefined), versions: [edit] });
      return publishedOf(edit);
    },
    async configure(environment) {
      const edit = toEnvironmentEdit(environment);
      await commit({ subject: `Configure ${edit.name}`, by: personOf(undefined), environments: [edit] });
    },
    async approve(approvalId, userId) {
      checkOpen();
      await taken(await editor.approve(approvalId, personOf(userId)));
    },
    async liftQuarantine(environment, process, given) {
      const version = formatVersion(given);
      const subject = `Lift the quarantine of ${process} ${version} in ${environment}`;
      await commit({ subject, by: personOf(undefined), lifted: [{ environment, process, version }] });
    },
    address: (environment) => parts.address(environment),
    close: () => parts.close(),
  };
  return pinion;
}

async function whyOf({ controller, checkOpen }: EmbeddedParts, environment: string, process: string): Promise<ProcessEvaluation> {
  checkOpen();
  return controller.queries.why(environment, process);
}

async function liveOf({ controller, checkOpen }: EmbeddedParts, environment: string, process: string): Promise<LiveChanges> {
  checkOpen();
  return controller.queries.live(environment, process);
}

async function pageOf({ controller, checkOpen }: EmbeddedParts, query: DeploymentQuery): Promise<HistoryPage> {
  checkOpen();
  return askHistory(controller.queries, query);
}

async function deploymentOf({ controller, checkOpen }: EmbeddedParts, id: unknown): Promise<DeploymentRecord> {
  checkOpen();
  const [recorded] = typeof id === "string" ? await controller.queries.history({ id, limit: 1 }) : [];
  if (!recorded) throw new PinionError("deployment/unknown", `no deployment has the id "${String(id)}"`);
  return recorded;
}

function publishedOf({ process, version, status, digest }: VersionEdit): PublishedVersion {
  return { processId: process, version, status, digest };
}
