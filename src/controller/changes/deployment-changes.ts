/** What a deployment changes: from the definition that served to the one that it brings. */

import { noChanges, type RecordedChanges, recordInSlices } from "../../domain/changes/recorded.ts";
import type { Digest, UnitRef } from "../../domain/names.ts";
import type { Rollout } from "../../domain/journal/rollout.ts";
import type { Decision, EnvironmentState, ProcessState } from "../../domain/journal/state.ts";
import { inTurns } from "../in-turns.ts";
import type { Ports } from "../ports.ts";

export interface Opened {
  readonly rollout: Rollout;
  /** Digest of the definition that served, where it is remembered. */
  readonly stableDefinition: Digest | null;
}

/** Deployments that begin with this decision and put another version in the place of one. */
export function openedIn({
  deployments,
  processes,
  before,
}: Pick<Decision, "deployments" | "processes"> & { readonly before: EnvironmentState }): readonly Opened[] {
  const ids = new Set(deployments.flatMap(({ id, opened }) => (opened === undefined || opened.from === null ? [] : [id])));
  if (ids.size === 0) return [];
  return processes.flatMap((row) =>
    row.rollout && ids.has(row.rollout.deployment) ? openedOf(row, before.processes.get(row.process)) : [],
  );
}

/** The same of all that are under way. */
export function underWay({ processes }: EnvironmentState): readonly Opened[] {
  return [...processes.values()].flatMap((row) => openedOf(row, row));
}

function openedOf({ rollout }: ProcessState, before: ProcessState | undefined): readonly Opened[] {
  if (!rollout?.stable || !rollout.candidate || rollout.stable.digest === rollout.candidate.digest) return [];
  const { digest } = rollout.stable;
  return [{ rollout, stableDefinition: before?.knownGood.find((good) => good.digest === digest)?.definition ?? null }];
}

/** Equal digests are the first question. @throws `manifest/invalid` when the repository no longer has one of the versions. */
export async function changesOf({ rollout, stableDefinition }: Opened, { manifests }: Ports): Promise<RecordedChanges | null> {
  const { stable, candidate, definition = null } = rollout;
  if (!stable || !candidate) return null;
  if (definition !== null && definition === stableDefinition) return noChanges;
  const load = ({ process, version }: UnitRef) => manifests.version(process, version);
  const [from, to] = [await load(stable), await load(candidate)];
  return from.definitionDigest === to.definitionDigest ? noChanges : inTurns(recordInSlices(from.definition, to.definition));
}
