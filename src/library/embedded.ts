/** A controller in this process, over a config repository that belongs to it: what is deployed by a call is a commit all the same. */

import type { Controller } from "../controller/controller.ts";
import type { Definition } from "../domain/definition.ts";
import { PinionError } from "../domain/errors.ts";
import type { CommitId, Digest } from "../domain/names.ts";
import type { Clock } from "../ports/clock.ts";
import type { ConfigEdit, ConfigEditor, VersionEdit } from "../ports/config-editor.ts";
import { selectFrom } from "../surfaces/http/selection.ts";
import { orThrow, personOf, toOrder, until } from "./asking.ts";
import { toDeployment } from "./deployment.ts";
import { planDeploy, versionEdit } from "./deploy-edit.ts";
import { toEnvironmentEdit } from "./environment-door.ts";
import { followDeploy } from "./follow-deploy.ts";
import type { EmbeddedPinion, PinionOrder } from "./pinion.ts";
import { formatVersion } from "./semantic-version.ts";
import type { PublishedVersion } from "./vocabulary.ts";

/** What it is made of. */
export interface EmbeddedParts {
  readonly controller: Pick<Controller, "queries" | "commands">;
  readonly editor: ConfigEditor;
  readonly clock: Clock;
  readonly digestOf: (definition: Definition) => Digest;
  /** The commit that the controller goes by; null: none yet. */
  readonly inForce: () => CommitId | null;
  /** @throws `router/unreachable`. */
  readonly address: (environment: string) => string;
  readonly close: () => Promise<void>;
}

/** A commit is taken within milliseconds; where another comes first, that one has it in it. */
const inForceTimeoutMs = 2_000;
const inForceEveryMs = 5;

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
      const { target, edit } = planDeploy(parts, request);
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

  async function commit(edit: ConfigEdit): Promise<void> {
    await taken(await editor.commit(edit));
  }

  async function taken(made: CommitId): Promise<void> {
    commands.refresh();
    await until({ clock, timeoutMs: inForceTimeoutMs, everyMs: inForceEveryMs }, async () => (parts.inForce() === made ? true : null));
  }
  return pinion;
}

function publishedOf({ process, version, status, digest }: VersionEdit): PublishedVersion {
  return { processId: process, version, status, digest };
}
