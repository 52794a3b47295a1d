/** Asks versions for their health while they have traffic, and counts how often they did not give it. */

import pLimit, { type LimitFunction } from "p-limit";
import type { MetricQuery, Reading } from "../../domain/analysis/metrics.ts";
import type { EnvironmentName, Instant, ProcessId, UnitRef } from "../../domain/names.ts";
import { below } from "../../domain/validation/probe-path.ts";
import type { Inventory, Placement } from "../../domain/desired/unit.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Engine } from "../../ports/engine.ts";
import type { MetricSource } from "../../ports/metric-source.ts";
import type { Prober } from "../../ports/prober.ts";
import type { Router } from "../../ports/router.ts";
import { askOnce } from "./ask-once.ts";
import { refusedBy, unreachable } from "./rates.ts";

/** What is asked for the health of a process. */
export interface HealthEndpoint {
  /** Asked on the private address of each placement; any 2xx is healthy. */
  readonly path: string;
  readonly timeoutMs: number;
}

export interface HealthSourceOptions {
  readonly engine: (environment: EnvironmentName) => Pick<Engine, "inventory">;
  readonly prober: Prober;
  readonly router: Pick<Router, "routes">;
  /** Null: there is no endpoint to ask; then the engine says whether a version is ready. */
  readonly endpoint: (environment: EnvironmentName, process: ProcessId) => HealthEndpoint | null;
  readonly clock: Pick<Clock, "now">;
}

interface Round {
  readonly at: Instant;
  readonly isGood: boolean;
}

interface Watched {
  rounds: readonly Round[];
  /** Where it answered when the engine last said so. */
  placements: readonly Placement[];
  /** Whether its rounds count: it has been well, or it has traffic. */
  counts: boolean;
  /** One round for all questions of the same moment. */
  underWay: Promise<void> | null;
  askedAt: Instant;
  longestWindowMs: number;
}

const requestsAtOnce = 64;
const mostRounds = 4_096;
const forgetMs = 60_000;

/**
 * Each question is a round: all placements are asked, and one that does not answer well fails it. `failures` is the number of
 * failed rounds in the window, `score` the percentage of good ones. A version whose engine is silent is asked where it was
 * last; without an endpoint to ask, a silent engine says nothing. A version that was never well yet and has no traffic is
 * still coming up: that is no failure.
 */
export function createHealthSource(options: HealthSourceOptions): MetricSource {
  const watched = new Map<string, Watched>();
  const outside: Outside = {
    ...options,
    inventory: askOnce((environment) => options.engine(environment).inventory(new Set())),
    limit: pLimit(requestsAtOnce),
  };
  return {
    async measure(query, signal) {
      if (query.metric !== "health_check") throw refusedBy("health", query.metric, ["health_check"]);
      const now = options.clock.now();
      const unit = watch(watched, query, now);
      unit.underWay ??= roundOf(query, unit, { outside, signal }).finally(() => (unit.underWay = null));
      await unit.underWay;
      return readingOf(query, unit.rounds);
    },
  };
}

interface Outside extends HealthSourceOptions {
  readonly inventory: (environment: EnvironmentName) => Promise<Inventory>;
  readonly limit: LimitFunction;
}

interface Asking {
  readonly outside: Outside;
  readonly signal: AbortSignal | undefined;
}

async function roundOf({ environment, unit }: MetricQuery, watched: Watched, { outside, signal }: Asking): Promise<void> {
  const at = outside.clock.now();
  const endpoint = outside.endpoint(environment, unit.process);
  const inventory = await outside.inventory(environment).catch((error: unknown) => {
    if (!endpoint || watched.placements.length === 0) throw unreachable("the engine", error);
    return null;
  });
  const placements = inventory ? placementsOf(inventory, unit) : watched.placements;
  if (placements.length > 0) watched.placements = placements;
  const answers = await Promise.all(placements.map((placement) => isHealthy(placement, endpoint, { outside, signal })));
  // What was given up says nothing about the version.
  if (signal?.aborted) throw unreachable("the health check", "given up before all placements had answered");
  const isGood = answers.length > 0 && answers.every(Boolean);
  watched.counts ||= isGood || (await hasTraffic(environment, unit, outside.router));
  if (!watched.counts) return;
  watched.rounds = [...watched.rounds, { at, isGood }].filter((round) => round.at > at - watched.longestWindowMs).slice(-mostRounds);
}

async function isHealthy(placement: Placement, endpoint: HealthEndpoint | null, { outside, signal }: Asking): Promise<boolean> {
  if (!placement.ready || !endpoint) return placement.ready;
  try {
    const url = below(placement.address, endpoint.path);
    const request = { url, method: "GET", headers: {}, body: null, timeoutMs: endpoint.timeoutMs };
    const { status } = await outside.limit(() => outside.prober.ask(request, signal));
    return status >= 200 && status < 300;
  } catch {
    return false;
  }
}

function readingOf({ statistic, windowMs, until, notBefore = 0 }: MetricQuery, rounds: readonly Round[]): Reading {
  const within = rounds.filter((round) => round.at > until - windowMs && round.at >= notBefore);
  const first = within[0];
  if (!first) return { kind: "none", why: "no health check in the window yet" };
  const failures = within.filter((round) => !round.isGood).length;
  const value = statistic === "failures" ? failures : (100 * (within.length - failures)) / within.length;
  return { kind: "value", value, requests: null, coveredMs: Math.max(0, until - first.at) };
}

async function hasTraffic(environment: EnvironmentName, unit: UnitRef, router: Pick<Router, "routes">): Promise<boolean> {
  const routes = await router.routes(environment).catch((error: unknown) => {
    throw unreachable("the router", error);
  });
  const shares = routes.filter((route) => route.process === unit.process).flatMap((route) => route.shares);
  return shares.some((share) => share.digest === unit.digest && share.weight > 0);
}

function placementsOf({ installed }: Inventory, { process, digest }: UnitRef): readonly Placement[] {
  return installed.find((unit) => unit.process === process && unit.digest === digest)?.placements ?? [];
}

function watch(all: Map<string, Watched>, { environment, unit, windowMs }: MetricQuery, now: Instant): Watched {
  const key = `${environment} ${unit.process} ${unit.digest}`;
  if (!all.has(key)) forgetOld(all, now);
  const known = all.get(key) ?? { rounds: [], placements: [], counts: false, underWay: null, askedAt: now, longestWindowMs: 0 };
  known.askedAt = now;
  known.longestWindowMs = Math.max(known.longestWindowMs, windowMs);
  all.set(key, known);
  return known;
}

function forgetOld(all: Map<string, Watched>, now: Instant): void {
  for (const [key, unit] of all) if (now - unit.askedAt > unit.longestWindowMs + forgetMs) all.delete(key);
}
