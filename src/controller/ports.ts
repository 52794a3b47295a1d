/** Everything outside that the controller works with, handed in as one object. */

import type { Action } from "../domain/journal/actions.ts";
import type { Desired, DesiredState } from "../domain/desired/resolve.ts";
import type { EnvironmentSnapshot } from "../domain/desired/snapshot.ts";
import type { HandEdit, LiveChanges } from "../domain/changes/recorded.ts";
import type { Route } from "../domain/observed/route.ts";
import type { EngineObservation, Known, Observation, Seen } from "../domain/observed/observation.ts";
import type { CommitId, EngineKind, EnvironmentName, Hash, ProcessId, UnitRef } from "../domain/names.ts";
import type { Measured, MetricRequest } from "../domain/analysis/metrics.ts";
import type { Decision, EnvironmentState, OwedAction } from "../domain/journal/state.ts";
import type { Installed, Inventory } from "../domain/desired/unit.ts";
import type { KnownStep } from "../domain/plan/planned-progress.ts";
import type { Awake, Clock } from "../ports/clock.ts";
import type { Engine, ReadBack } from "../ports/engine.ts";
import type { Journal } from "../ports/journal.ts";
import type { Log } from "../ports/log.ts";
import type { Manifests } from "../ports/manifests.ts";
import type { PinWriter } from "../ports/pin-writer.ts";
import type { Prober } from "../ports/prober.ts";
import type { Router } from "../ports/router.ts";
import type { Secrets } from "../ports/secrets.ts";
import type { Unrecorded } from "./unrecorded.ts";

/** What one environment shall be, as of the newest commit. */
export interface DesiredEnvironment {
  readonly commit: CommitId;
  readonly environment: EnvironmentSnapshot;
  /** Null when environment.yaml cannot be used. */
  readonly desired: DesiredState | null;
}

export type OwedValidation = OwedAction & { readonly action: Extract<Action, { kind: "ensure-validated" }> };

export interface Validations {
  /** Starts them unless they are running already. */
  ensure(environment: EnvironmentName, owed: OwedValidation, ports: Ports): void;
  /** Resolves when none is running. */
  idle(): Promise<void>;
}

export type OwedRevert = OwedAction & { readonly action: Extract<Action, { kind: "ensure-reverted" }> };

/** Writes reverts beside the passes, so that a git server that is down holds up no decision. */
export interface Reverts {
  /** Starts it unless it is under way already. */
  ensure(environment: EnvironmentName, owed: OwedRevert, ports: Ports): void;
  /** Resolves when none is under way. */
  idle(): Promise<void>;
}

/** Measures beside the passes, so that a slow source of metrics holds up no decision. */
export interface Measurements {
  /**
   * Starts to measure what is due of these requests, forgets those that are no longer made, and says what was measured last, by deployment.
   * When something new is known the environment is woken.
   */
  latest(environment: EnvironmentName, requests: readonly MetricRequest[]): ReadonlyMap<string, readonly Measured[]>;
  /** What was measured last, by deployment. */
  known(environment: EnvironmentName): ReadonlyMap<string, readonly Measured[]>;
  /** Resolves when nothing is being measured. */
  idle(): Promise<void>;
}

/** Where versions answered when the engine could be asked last. */
export interface LastPlacements {
  remember(environment: EnvironmentName, kind: EngineKind, inventory: Inventory): void;
  /** With the places only where it answered; null: nowhere yet, or not any more. */
  last(environment: EnvironmentName, unit: UnitRef): Installed | null;
  /** The kind of engine in which something of a process is; null: in none, as far as is known. */
  kindOf(environment: EnvironmentName, process: ProcessId): EngineKind | null;
}

/** What was said last, by process; what has not changed since is the same object. */
export interface ObservedBefore {
  engine(environment: EnvironmentName, kind: EngineKind, inventory: Inventory): EngineObservation;
  routes(environment: EnvironmentName, routes: readonly Route[]): ReadonlyMap<ProcessId, Route>;
  /** Processes of which more, or something else, is installed than what is desired. */
  unlikePinned(environment: EnvironmentName, kind: EngineKind, now: InstalledAndDesired): ReadonlySet<ProcessId>;
}

export interface InstalledAndDesired {
  readonly installed: EngineObservation["installed"];
  readonly desired: ReadonlyMap<ProcessId, Desired>;
}

/** About to be replaced in an engine. `secrets`: what the unit was given. */
export interface Replaced {
  readonly readBack: ReadBack;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Records what deployments change, and what people change by hand, beside the passes. */
export interface ChangeRecords {
  /** After a decision is recorded: what the deployments that it opened change. */
  opened(decision: Decision, before: EnvironmentState, ports: Ports): void;
  /** After a pass: what was changed by hand and is there still is read back, each change once. */
  seen(environment: EnvironmentName, engine: Known<EngineObservation>, ports: Ports): void;
  /** Resolves when what is about to be replaced is recorded, or cannot be; then that is logged. */
  replacing(environment: EnvironmentName, replaced: Replaced, ports: Ports): Promise<void>;
  /** Asks the engine now, in turn. @throws `process/unknown`, `engine/unreachable`, and what loading a unit throws. */
  look(environment: EnvironmentName, process: ProcessId, ports: Ports): Promise<LiveChanges>;
  /** What is changed by hand now, as far as it is read, also in versions that are kept warm. */
  handEdits(environment: EnvironmentName): readonly HandEdit[];
  /** Resolves when nothing is being read or worked out. */
  idle(): Promise<void>;
  /** Begins nothing new, and resolves when what is under way is over. */
  close(): Promise<void>;
}

/** Records beside the passes what is foreseen of deployments. */
export interface PlanRecords {
  /** After a decision is recorded: the plans of the deployments that it opened. */
  opened(decision: Decision, of: { readonly state: EnvironmentState; readonly seen: Observation }, ports: Ports): void;
  /** The steps of one that is under way; null: none are known. What an earlier controller has recorded is known soon after it was asked for. */
  stepsOf(environment: EnvironmentName, deployment: string, ports: Pick<Ports, "journal" | "log">): readonly KnownStep[] | null;
  /** Resolves when nothing is being worked out. */
  idle(): Promise<void>;
  /** Begins nothing new, and resolves when what is under way is over. */
  close(): Promise<void>;
}

/**
 * Which processes must be decided about. What has been touched is given up only when the decision is kept: whatever goes wrong before,
 * everything is looked at again.
 */
export interface Attention {
  /** Where all must be looked at (at first, once in a while, or when something has changed that holds for all), that is done in slices. */
  look(observation: Seen, state: () => Promise<EnvironmentState>): Promise<void>;
  /** About what has been touched since the last decision that was kept. */
  decide(state: EnvironmentState, observation: Observation): Decision;
  /** It is recorded, or there was nothing to record. */
  keep(environment: EnvironmentName): void;
  /** Who was not at rest in the last decision that was kept. */
  restless(environment: EnvironmentName): ReadonlySet<ProcessId>;
}

export interface Ports {
  readonly journal: Journal;
  readonly attention: Attention;
  readonly unrecorded: Unrecorded;
  readonly router: Router;
  readonly prober: Prober;
  readonly manifests: Pick<Manifests, "version">;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly awake: Awake;
  readonly log: Log;
  readonly hash: Hash;
  readonly validations: Validations;
  readonly reverts: Reverts;
  readonly measurements: Measurements;
  readonly changes: ChangeRecords;
  readonly plans: PlanRecords;
  readonly placements: LastPlacements;
  readonly observedBefore: ObservedBefore;
  readonly pinWriter: PinWriter;
  /** Rung when there is something to be told to others. */
  readonly dispatcher: { notify(): void };
  /** The engine of one kind that an environment has; of a kind that it lacks, every call throws `engine/unreachable`. */
  engine(environment: EnvironmentName, kind: EngineKind): Engine;
  /** The kinds of engine that an environment has; there is at least one. */
  engineKinds(environment: EnvironmentName): readonly EngineKind[];
  /** Null before the first snapshot, or when the environment is not in the repository. */
  wanted(environment: EnvironmentName): DesiredEnvironment | null;
}
