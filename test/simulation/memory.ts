/**
 * What the invariants remember by themselves, made from what is seen outside: orders and history as they were recorded, traffic as
 * the router gave it. A controller that forgets or invents something does not take this memory along.
 */

import type { Digest, EnvironmentName, Instant, ProcessId, UnitRef, Version } from "../../src/domain/names.ts";
import type { RevertRequest } from "../../src/domain/journal/revert.ts";
import type { Rollout, RolloutState } from "../../src/domain/journal/rollout.ts";
import type { EnvironmentState, ProcessState, Decision } from "../../src/domain/journal/state.ts";
import type { Opened } from "./decision-rules.ts";

/** A decision, with what was remembered before and after it. */
export interface Recorded {
  readonly decision: Decision;
  readonly before: EnvironmentState;
  readonly after: EnvironmentState;
}

/** One row of a decision, where a deployment goes on. */
export interface Moved {
  readonly known: Known;
  readonly was: Rollout;
  readonly is: Rollout;
  readonly recorded: Recorded;
}

/** A deployment under way. */
export interface Known {
  readonly id: string;
  readonly about: Opened;
  readonly isFast: boolean;
  /** The router has sent callers to its version since it began, and before it was rejected. */
  hadTraffic: boolean;
  isRejected: boolean;
  /** A person has taken it further. */
  wasPromoted: boolean;
}

/** Of one process in one environment. */
export interface Place {
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
  /** What was found good here and not found bad since. */
  readonly good: Map<Digest, Version>;
  /** Versions that must not come again, and whether quarantine.yaml has had them. */
  readonly held: Map<Version, { isInGit: boolean }>;
  /** When Pinion last ordered a rollback by itself. */
  automaticAt: Instant | null;
  /** And the time before that. */
  automaticBefore: Instant | null;
  /** When it last began to go back, whoever wanted it. */
  fellAt: Instant | null;
}

export interface Memory {
  /** Under way. */
  readonly deployments: Map<string, Known>;
  readonly orders: Map<string, RevertRequest>;
  /** Of those, the ones that are void. */
  readonly acquitted: Set<string>;
  /** When the controller that runs now was started. */
  startedAt: Instant;
  /** When somebody was last told how many callers there were. */
  readonly measuredAt: Map<EnvironmentName, Instant>;
  place(environment: EnvironmentName, process: ProcessId): Place;
  /** The deployment of a row. */
  of(row: ProcessState | undefined): Known | null;
}

export function createMemory(startedAt: Instant): Memory {
  const places = new Map<string, Place>();
  const deployments = new Map<string, Known>();
  return {
    deployments,
    orders: new Map(),
    acquitted: new Set(),
    startedAt,
    measuredAt: new Map(),
    of: (row) => deployments.get(row?.rollout?.deployment ?? "") ?? null,
    place(environment, process) {
      const key = `${environment}/${process}`;
      const place = places.get(key) ?? newPlace(environment, process);
      places.set(key, place);
      return place;
    },
  };
}

function newPlace(environment: EnvironmentName, process: ProcessId): Place {
  return { environment, process, good: new Map(), held: new Map(), automaticAt: null, automaticBefore: null, fellAt: null };
}

export function isGood({ good }: Place, version: Version): boolean {
  return [...good.values()].includes(version);
}

/** The version before it is lost for good: nobody is left to share with, nor to go back to, so that no metrics hold it up. */
export function isAlone({ owed }: EnvironmentState, { stable }: Rollout): boolean {
  return owed.some(
    ({ action, stuck }) => stuck?.retry === "never" && action.kind === "ensure-installed" && action.unit.digest === stable?.digest,
  );
}

/** Who has its callers once it has gone back: the version before it or, of a first one, what left to make room for it and serves again by this very decision. */
export function servingThen({ processes }: Pick<Decision, "processes">, { stable, exchanged = [] }: Rollout): readonly UnitRef[] {
  if (stable) return [stable];
  const left = exchanged.flatMap(({ before, after }) => (before && after === null ? [before] : []));
  return left.filter(({ process, digest }) =>
    processes.some((row) => row.process === process && row.rollout?.state.kind === "rejected" && row.rollout.stable?.digest === digest),
  );
}

/** Done by people in this step, to one process. */
export function doneTo({ decision, before }: Recorded, process: ProcessId): ReadonlySet<string> {
  const done = new Set(decision.results.filter(({ kind }) => kind === "done").map(({ id }) => id));
  if (done.size === 0) return nothing;
  return new Set(
    before.commands.filter(({ id, spec }) => done.has(id) && "process" in spec && spec.process === process).map(({ spec }) => spec.kind),
  );
}

const nothing: ReadonlySet<string> = new Set();

/** Whether a deployment is where it was: times alone move on by what was lost while nobody ran. */
export function isSameState(one: RolloutState, other: RolloutState): boolean {
  return one === other || JSON.stringify(one, withoutTimes) === JSON.stringify(other, withoutTimes);
}

function withoutTimes(key: string, value: unknown): unknown {
  return key === "since" || key === "until" ? undefined : value;
}
