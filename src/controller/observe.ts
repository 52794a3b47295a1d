/**
 * Asks engine and router how the environment is now. What does not answer is `unknown`, with the reason. What is in flight is asked of
 * those only of which it decides something: it is not needed for ten thousand processes at rest.
 */

import { hasLeftovers } from "../domain/decision/maintain.ts";
import type { EngineKind, EnvironmentName, ProcessId } from "../domain/names.ts";
import type { TrafficCount } from "../domain/observed/route.ts";
import type { EngineObservation, Known, Observation, Seen } from "../domain/observed/observation.ts";
import type { Desired } from "../domain/desired/resolve.ts";
import { rowsUnderWay } from "../domain/journal/rows.ts";
import type { EnvironmentState } from "../domain/journal/state.ts";
import { everyEngine } from "./engines.ts";
import type { DesiredEnvironment, Ports } from "./ports.ts";

/** Null when the repository does not know the environment (yet). */
export async function observe(environment: EnvironmentName, ports: Ports): Promise<Seen | null> {
  const wanted = ports.wanted(environment);
  if (!wanted) return null;
  const state = ports.unrecorded.over(await ports.journal.state(environment));
  const counted = underWay(state);
  const [work, routes] = await Promise.all([askWork(environment, counted, ports), ask(() => ports.router.routes(environment))]);
  const seen: Seen = {
    ...asWanted(environment, wanted, ports),
    ...work,
    deaths: everyEngine(environment, ports).flatMap((engine) => engine.deaths?.() ?? []),
    routes: map(routes, (all) => ports.observedBefore.routes(environment, all)),
  };
  const left = leftoversIn(state, seen, ports);
  return left.length === 0 ? seen : { ...seen, ...(await askWork(environment, new Set([...counted, ...left]), ports)) };
}

function asWanted(environment: EnvironmentName, { commit, desired, environment: snapshot }: DesiredEnvironment, ports: Ports) {
  const { spec, settingsOf, findings, quarantine } = snapshot;
  return {
    now: ports.clock.now(),
    lostMs: ports.awake.lostMs(),
    unrecordable: ports.unrecorded.stretches(environment),
    commit,
    environment,
    spec,
    ...(settingsOf !== undefined && { settingsOf }),
    desired,
    findings,
    quarantine,
  };
}

function underWay({ processes }: EnvironmentState): ReadonlySet<ProcessId> {
  return new Set(rowsUnderWay(processes).map(({ process }) => process));
}

/** Those that are removed once nothing is in flight on them any more. */
function leftoversIn({ processes }: EnvironmentState, seen: Seen, ports: Ports): readonly ProcessId[] {
  const desired = seen.desired?.processes ?? nothingDesired;
  const found: ProcessId[] = [];
  for (const [kind, engine] of seen.engines) {
    if (engine.kind !== "known") continue;
    for (const process of ports.observedBefore.unlikePinned(seen.environment, kind, { installed: engine.value.installed, desired })) {
      const before = processes.get(process);
      if (before?.rollout === null && hasLeftovers(before, seen)) found.push(process);
    }
  }
  return found;
}

const nothingDesired: ReadonlyMap<ProcessId, Desired> = new Map();

/** What is installed, and what is in flight on it and at the router, of the processes that are counted. */
async function askWork(
  environment: EnvironmentName,
  counted: ReadonlySet<ProcessId>,
  ports: Ports,
): Promise<Pick<Seen, "engines" | "inFlight" | "counted">> {
  const [engines, traffic] = await Promise.all([
    askEngines(environment, counted, ports),
    ask(() => ports.router.traffic(environment, counted)),
  ]);
  return { engines, inFlight: map(traffic, inFlightByDigest), counted };
}

/** All at the same time: one that does not answer holds up no other. */
async function askEngines(environment: EnvironmentName, counted: ReadonlySet<ProcessId>, ports: Ports): Promise<Observation["engines"]> {
  const all = ports.engineKinds(environment).map(async (kind) => {
    const inventory = await ask(() => ports.engine(environment, kind).inventory(counted));
    if (inventory.kind === "known") ports.placements.remember(environment, kind, inventory.value);
    const engine: Known<EngineObservation> = map(inventory, (value) => ports.observedBefore.engine(environment, kind, value));
    return [kind, engine] as const;
  });
  return new Map<EngineKind, Known<EngineObservation>>(await Promise.all(all));
}

async function ask<T>(question: () => Promise<T>): Promise<Known<T>> {
  try {
    return { kind: "known", value: await question() };
  } catch (error) {
    return { kind: "unknown", why: error instanceof Error ? error.message : String(error) };
  }
}

function map<A, B>(known: Known<A>, change: (value: A) => B): Known<B> {
  return known.kind === "known" ? { kind: "known", value: change(known.value) } : known;
}

function inFlightByDigest(counts: readonly TrafficCount[]): ReadonlyMap<TrafficCount["digest"], ReadonlyMap<string, number>> {
  const byDigest = new Map<TrafficCount["digest"], Map<string, number>>();
  for (const { digest, instance, inFlight } of counts) {
    const byInstance = byDigest.get(digest) ?? new Map<string, number>();
    byInstance.set(instance, (byInstance.get(instance) ?? 0) + inFlight);
    byDigest.set(digest, byInstance);
  }
  return byDigest;
}
