/** What one pass over an environment has seen, and small questions to it. */

import type { Desired, DesiredState } from "../desired/resolve.ts";
import type { CommitId, Digest, EngineKind, EnvironmentName, Instant, ProcessId, UnitRef } from "../names.ts";
import type { EngineDeath } from "./engine-deaths.ts";
import type { Measured } from "../analysis/metrics.ts";
import type { Route } from "./route.ts";
import type { EnvironmentSpec } from "../desired/environment.ts";
import type { Finding } from "../finding.ts";
import type { EnvironmentSnapshot } from "../desired/snapshot.ts";
import type { EngineInstance, Installed, Placement } from "../desired/unit.ts";

/** How far something is known to be so; what could not be asked is `unknown`. */
export type Known<T> = { readonly kind: "known"; readonly value: T } | { readonly kind: "unknown"; readonly why: string };

export interface EngineObservation {
  readonly instances: readonly EngineInstance[];
  readonly installed: ReadonlyMap<ProcessId, readonly Installed[]>;
}

/** A time from one instant to another; `to` is null while it goes on. */
export interface Stretch {
  readonly from: Instant;
  readonly to: Instant | null;
}

export interface Observation {
  readonly now: Instant;
  /** Milliseconds in which no controller ran, in this run and between those before it. Only grows. */
  readonly lostMs: number;
  /** When nothing could be recorded, in this run; absent: never. No deployment could go on meanwhile. */
  readonly unrecordable?: readonly Stretch[];
  readonly commit: CommitId;
  readonly environment: EnvironmentName;
  /** Null when environment.yaml cannot be used, and never could as far as is known. */
  readonly spec: EnvironmentSpec | null;
  /** The earlier commit of which `spec` and `desired` are, while environment.yaml cannot be used: nothing new begins; absent: this one. */
  readonly settingsOf?: CommitId;
  readonly desired: DesiredState | null;
  /** What is wrong with the environment as a whole; with errors here nothing is taken out. */
  readonly findings: readonly Finding[];
  /** By kind: each of them is asked, and answers or not, by itself. */
  readonly engines: ReadonlyMap<EngineKind, Known<EngineObservation>>;
  /** Also while it cannot be asked; absent: none is known. */
  readonly deaths?: readonly EngineDeath[];
  readonly routes: Known<ReadonlyMap<ProcessId, Route>>;
  /** The processes of which it was asked what is in flight, at the router and in engines; absent: all. */
  readonly counted?: ReadonlySet<ProcessId>;
  /** Requests under way at the router, by digest and instance. */
  readonly inFlight: Known<ReadonlyMap<Digest, ReadonlyMap<string, number>>>;
  /** Entries of quarantine.yaml. */
  readonly quarantine: EnvironmentSnapshot["quarantine"];
  /** What was measured last, by deployment. */
  readonly measured: ReadonlyMap<string, readonly Measured[]>;
}

/** All but what was measured: it is of those only that have a rollout. */
export type Seen = Omit<Observation, "measured">;

/** One process, as seen in one pass, when engine and router could be asked. */
export interface ProcessObservation {
  readonly process: ProcessId;
  readonly desired: Desired | null;
  readonly installed: readonly Installed[];
  readonly route: Route | null;
  readonly instances: readonly EngineInstance[];
}

const notAsked: Known<never> = { kind: "unknown", why: "no engine was asked" };

/** What runs a process: where something of it is installed, else the kind that its process.yaml names, else whatever there is. */
export function engineFor(process: ProcessId, { engines, desired }: Pick<Observation, "engines" | "desired">): Known<EngineObservation> {
  const [first = notAsked, ...others] = engines.values();
  if (others.length === 0) return first;
  const pinned = desired?.processes.get(process);
  const named = pinned?.kind === "run" ? pinned.summary.engine : null;
  const own = engines.get(kindRunning(process, { engines }) ?? named ?? "");
  return own ?? others.find(({ kind }) => kind === "unknown") ?? first;
}

/** The kind of engine in which something of a process is installed; null: in none, as far as they have answered. */
export function kindRunning(process: ProcessId, { engines }: Pick<Observation, "engines">): EngineKind | null {
  for (const [kind, engine] of engines) if (engine.kind === "known" && engine.value.installed.has(process)) return kind;
  return null;
}

/** What is installed of a process; nothing where its engine could not be asked. */
export function installedIn(process: ProcessId, observation: Pick<Observation, "engines" | "desired">): readonly Installed[] {
  const engine = engineFor(process, observation);
  return engine.kind === "known" ? (engine.value.installed.get(process) ?? none) : none;
}

const none: readonly never[] = [];

/** Every process that an engine knows. */
export function* everyInstalled({ engines }: Pick<Observation, "engines">): Iterable<ProcessId> {
  for (const engine of engines.values()) if (engine.kind === "known") yield* engine.value.installed.keys();
}

/** What all that have answered say together; unknown when none has. */
export function allEngines({ engines }: Pick<Observation, "engines">): Known<EngineObservation> {
  const [first = notAsked, ...others] = engines.values();
  if (others.length === 0) return first;
  const known = [...engines.values()].flatMap((engine) => (engine.kind === "known" ? [engine.value] : []));
  if (known.length === 0) return first;
  return {
    kind: "known",
    value: {
      instances: known.flatMap(({ instances }) => instances),
      installed: new Map(known.flatMap(({ installed }) => [...installed])),
    },
  };
}

/** Whether any engine has answered. */
export function hasEngineAnswered({ engines }: Pick<Observation, "engines">): boolean {
  for (const engine of engines.values()) if (engine.kind === "known") return true;
  return false;
}

/** One process out of everything seen; null when engine or router could not be asked. */
export function viewProcess(
  process: ProcessId,
  observation: Pick<Observation, "engines" | "routes" | "desired">,
  desired: Desired | null,
): ProcessObservation | null {
  const { routes } = observation;
  const engine = engineFor(process, observation);
  if (engine.kind === "unknown" || routes.kind === "unknown") return null;
  const { instances, installed } = engine.value;
  return { process, desired, instances, installed: installed.get(process) ?? [], route: routes.value.get(process) ?? null };
}

/** The version that has the most traffic; null when none has any. */
export function servingUnit(route: Route | null): UnitRef | null {
  if (!route) return null;
  const most = route.shares.reduce<Route["shares"][number] | null>(
    (best, share) => (share.weight > (best?.weight ?? 0) ? share : best),
    null,
  );
  return most ? { process: route.process, version: most.version, digest: most.digest } : null;
}

export function weightOf(route: Route | null, digest: Digest): number {
  return route?.shares.find((share) => share.digest === digest)?.weight ?? 0;
}

export function findInstalled(installed: readonly Installed[], digest: Digest): Installed | null {
  for (const unit of installed) if (unit.digest === digest) return unit;
  return null;
}

/** It is ready on an instance at least. */
export function answersSomewhere(installed: readonly Installed[], digest: Digest): boolean {
  return findInstalled(installed, digest)?.placements.some(({ ready }) => ready) ?? false;
}

/** Installed unchanged and answering on every instance that is up; at least one is. */
export function isReady(unit: Installed | null, instances: readonly EngineInstance[]): boolean {
  return unit !== null && whyNotReady(unit, instances) === null;
}

/** What keeps an installed unit from being ready, in one line; null when it is. */
export function whyNotReady(unit: Installed, instances: readonly EngineInstance[]): string | null {
  if (unit.drift !== null) return `changed by hand in the engine: ${unit.drift}`;
  let isAnyUp = false;
  for (const { id, state } of instances) {
    if (state !== "ready") continue;
    isAnyUp = true;
    if (!answersOn(unit, id)) return `does not answer on instance ${id}`;
  }
  return isAnyUp ? null : "no engine instance is up";
}

function answersOn({ placements }: Installed, instance: string): boolean {
  for (const placement of placements) if (placement.ready && placement.instance === instance) return true;
  return false;
}

/** Whether exactly this version's schedules and subscriptions fire. */
export function isArmedAlone(installed: readonly Installed[], digest: Digest): boolean {
  for (const { armed, digest: own } of installed) if (armed !== null && armed !== (own === digest)) return false;
  return true;
}

/** Requests at the router and messages in the engine, whichever says more: both count the same requests. */
export function inFlightOn(observation: Observation, { process, digest }: UnitRef, installed: Installed | null): Known<number> {
  const atRouter = inFlightAtRouter(observation, process, digest);
  if (atRouter.kind === "unknown") return atRouter;
  let inEngine = 0;
  for (const { inFlight } of installed?.placements ?? []) {
    if (inFlight === null) return notCounted;
    inEngine += inFlight;
  }
  return {
    kind: "known",
    value: Math.max(
      [...atRouter.value.values()].reduce((sum, count) => sum + count, 0),
      inEngine,
    ),
  };
}

/** The same on one instance. */
export function inFlightAt(
  observation: Observation,
  { process, digest }: UnitRef,
  { instance, placement }: { readonly instance: string; readonly placement: Placement | undefined },
): Known<number> {
  const atRouter = inFlightAtRouter(observation, process, digest);
  if (atRouter.kind === "unknown") return atRouter;
  if (placement?.inFlight === null) return notCounted;
  return { kind: "known", value: Math.max(atRouter.value.get(instance) ?? 0, placement?.inFlight ?? 0) };
}

const nowhere: ReadonlyMap<string, number> = new Map();

/** Unknown is not nothing. */
const notCounted: Known<never> = { kind: "unknown", why: "the requests in flight there were not counted" };

function inFlightAtRouter({ inFlight, counted }: Observation, process: ProcessId, digest: Digest): Known<ReadonlyMap<string, number>> {
  if (inFlight.kind === "unknown") return inFlight;
  if (counted !== undefined && !counted.has(process)) return notCounted;
  return { kind: "known", value: inFlight.value.get(digest) ?? nowhere };
}
