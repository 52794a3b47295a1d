/** Asks engine and router how the environment is now. What does not answer is `unknown`, with the reason. */

import type { EngineKind, EnvironmentName, ProcessId } from "../domain/names.ts";
import type { Route, TrafficCount } from "../domain/observed/route.ts";
import type { EngineObservation, Known, Observation } from "../domain/observed/observation.ts";
import type { Installed, Inventory } from "../domain/desired/unit.ts";
import { everyEngine } from "./engines.ts";
import type { Ports } from "./ports.ts";

/** Null when the repository does not know the environment (yet). */
export async function observe(environment: EnvironmentName, ports: Ports): Promise<Omit<Observation, "measured"> | null> {
  const wanted = ports.wanted(environment);
  if (!wanted) return null;
  const [engines, routes, traffic] = await Promise.all([
    askEngines(environment, ports),
    ask(() => ports.router.routes(environment)),
    ask(() => ports.router.traffic(environment)),
  ]);
  const { settingsOf } = wanted.environment;
  return {
    now: ports.clock.now(),
    lostMs: ports.awake.lostMs(),
    unrecordable: ports.unrecorded.stretches(environment),
    commit: wanted.commit,
    environment,
    spec: wanted.environment.spec,
    ...(settingsOf !== undefined && { settingsOf }),
    desired: wanted.desired,
    findings: wanted.environment.findings,
    engines,
    deaths: everyEngine(environment, ports).flatMap((engine) => engine.deaths?.() ?? []),
    routes: map(routes, (all) => new Map(all.map((route: Route) => [route.process, route]))),
    inFlight: map(traffic, inFlightByDigest),
    quarantine: wanted.environment.quarantine,
  };
}

/** All at the same time: one that does not answer holds up no other. */
async function askEngines(environment: EnvironmentName, ports: Ports): Promise<Observation["engines"]> {
  const all = ports.engineKinds(environment).map(async (kind) => [kind, await askEngine(environment, kind, ports)] as const);
  return new Map(await Promise.all(all));
}

async function askEngine(environment: EnvironmentName, kind: EngineKind, ports: Ports): Promise<Known<EngineObservation>> {
  const inventory = await ask(() => ports.engine(environment, kind).inventory());
  if (inventory.kind === "known") ports.placements.remember(environment, kind, inventory.value);
  return map(inventory, byProcess);
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

function byProcess({ instances, installed }: Inventory): EngineObservation {
  const processes = new Map<ProcessId, Installed[]>();
  for (const unit of installed) {
    const units = processes.get(unit.process);
    if (units) units.push(unit);
    else processes.set(unit.process, [unit]);
  }
  return { instances, installed: processes };
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
