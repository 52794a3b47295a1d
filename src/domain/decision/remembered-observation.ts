/**
 * What was observed last, as far as it is remembered: who serves is in the status of each process. For questions that must not wait for an engine or router.
 */

import type { Desired, DesiredState } from "../desired/resolve.ts";
import { requiredProcesses } from "../desired/dependency-graph.ts";
import type { EngineInstance } from "../desired/unit.ts";
import type { EnvironmentSnapshot } from "../desired/snapshot.ts";
import type { CommitId, Digest, Instant, ProcessId, Version } from "../names.ts";
import type { EnvironmentState, ProcessState } from "../journal/state.ts";
import type { Route } from "../observed/route.ts";
import type { Known, Observation } from "../observed/observation.ts";

/** One environment as it is pinned and remembered. */
export interface Remembered {
  readonly commit: CommitId;
  readonly environment: EnvironmentSnapshot;
  /** Null: environment.yaml cannot be used. */
  readonly desired: DesiredState | null;
  readonly state: EnvironmentState;
  readonly instances: readonly EngineInstance[];
  readonly now: Instant;
}

const notAsked: Known<never> = { kind: "unknown", why: "only what is remembered is looked at" };

/** Of one process, and of those that it waits for. */
export function rememberedObservation(process: ProcessId, known: Remembered): Observation {
  const { commit, environment, desired, now } = known;
  return {
    now,
    lostMs: 0,
    commit,
    environment: environment.name,
    spec: environment.spec,
    ...(environment.settingsOf !== undefined && { settingsOf: environment.settingsOf }),
    desired,
    findings: environment.findings,
    engines: new Map(),
    routes: { kind: "known", value: new Map(neighbours(process, known).flatMap((each) => routeOf(each, known))) },
    inFlight: notAsked,
    quarantine: environment.quarantine,
    measured: new Map(),
  };
}

function neighbours(process: ProcessId, { desired, state }: Remembered): readonly ProcessId[] {
  const pinned = desired?.processes.get(process);
  const needed = pinned?.kind === "run" ? requiredProcesses(pinned.summary.dependencies).map(({ name }) => name) : [];
  const awaited = state.processes.get(process)?.refused?.awaits;
  return [process, ...needed, ...(awaited === undefined ? [] : [awaited])];
}

function routeOf(process: ProcessId, { desired, state }: Remembered): readonly (readonly [ProcessId, Route])[] {
  const known = state.processes.get(process);
  if (!known?.status) return [];
  const pinned = desired?.processes.get(process) ?? null;
  const shares = known.status.actual
    .filter(({ weight }) => weight > 0)
    .map(({ version, weight }) => ({ version, weight, digest: digestOf(version, known, pinned), endpoints: [], targets: [] }));
  return [[process, { process, timeoutMs: 0, sticky: null, shares }]];
}

/** Of two units of one version, the one that was good here last; what serves as pinned is what is pinned. */
function digestOf(version: Version, { status, knownGood, rollout }: ProcessState, pinned: Desired | null): Digest {
  if (status?.sync === "Synced" && pinned?.kind === "run" && pinned.unit.version === version) return pinned.unit.digest;
  const units = [...knownGood, rollout?.candidate, rollout?.stable];
  return units.find((unit) => unit?.version === version)?.digest ?? `sha256-unknown-${version}`;
}
