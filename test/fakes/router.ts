/** A router in memory, for tests of code that uses the port. It shares traffic out by weight as a real one does. */

import { createTurns } from "../../src/gateway/balance.ts";
import { sortRoutes } from "../../src/gateway/parse-routes.ts";
import { PinionError } from "../../src/domain/errors.ts";
import type { Digest, EnvironmentName, ProcessId, Version } from "../../src/domain/names.ts";
import type { Route, Share, TrafficCount } from "../../src/domain/observed/route.ts";
import type { Router } from "../../src/ports/router.ts";

/** One call of the port, in order. */
export type RouterCall =
  | { readonly call: "routes"; readonly environment: EnvironmentName }
  | { readonly call: "traffic"; readonly environment: EnvironmentName; readonly counted?: ReadonlySet<ProcessId> }
  | { readonly call: "ensureRoutes"; readonly environment: EnvironmentName; readonly routes: readonly Route[] };

export interface FakeRouter extends Router {
  /** Every call so far, refused ones too. */
  readonly calls: readonly RouterCall[];
  /** From now on every call throws `router/unreachable` with this text; null: reachable again. */
  setUnreachable(why: string | null): void;
  /** Requests that are being worked on by a version now, reported for its first target. */
  setInFlight(environment: EnvironmentName, digest: Digest, inFlight: number): void;
  /** A caller's request: the version that answers it, or null for 404. `failed` counts it as an error of that version. */
  receive(environment: EnvironmentName, method: string, path: string, outcome?: "answered" | "failed"): Version | null;
  /** It forgets all of a route, or the first target of each share of it; what it has then. */
  lose(environment: EnvironmentName, process: ProcessId, part: "whole" | "target"): readonly Route[];
  /** What an operator sees of a process: weights by version; empty without a route. */
  weights(environment: EnvironmentName, process: string): Readonly<Record<Version, number>>;
}

interface Count {
  requests: number;
  errors: number;
  inFlight: number;
}

interface Environment {
  readonly routes: Map<string, Route>;
  readonly turns: Map<string, () => Share | null>;
  readonly counts: Map<string, { readonly of: Pick<TrafficCount, "process" | "version" | "digest" | "instance">; readonly count: Count }>;
}

function emptyEnvironment(): Environment {
  return { routes: new Map(), turns: new Map(), counts: new Map() };
}

/** Starts without routes. */
export function createFakeRouter(): FakeRouter {
  const calls: RouterCall[] = [];
  const environments = new Map<EnvironmentName, Environment>();
  const told = new Map<EnvironmentName, readonly Route[]>();
  let unreachable: string | null = null;

  const called = (call: RouterCall) => {
    calls.push(call);
    if (unreachable !== null) throw new PinionError("router/unreachable", unreachable);
  };
  const existing = (environment: EnvironmentName) => {
    const known = environments.get(environment) ?? emptyEnvironment();
    environments.set(environment, known);
    return known;
  };

  return {
    calls,
    async routes(environment) {
      called({ call: "routes", environment });
      const now = [...(environments.get(environment) ?? emptyEnvironment()).routes.values()];
      const before = told.get(environment) ?? [];
      const isSame = now.length === before.length && now.every((route, index) => route === before[index]);
      if (!isSame) told.set(environment, now);
      return isSame ? before : now;
    },
    async ensureRoutes(environment, routes) {
      called({ call: "ensureRoutes", environment, routes });
      const { taken, refused } = sortRoutes(JSON.parse(JSON.stringify(routes)));
      const held = existing(environment);
      for (const route of taken) {
        if (route.shares.length === 0) held.routes.delete(route.process);
        else if (!isSame(route, held.routes.get(route.process))) held.routes.set(route.process, route);
        held.turns.set(route.process, createTurns(route.shares.map((share) => ({ item: share, weight: share.weight }))));
      }
      return refused.map(({ index, ...refusal }) => ({ process: routes[index]?.process ?? "", ...refusal }));
    },
    async traffic(environment, counted) {
      if (counted?.size === 0) return [];
      called({ call: "traffic", environment, ...(counted && { counted }) });
      const { counts } = environments.get(environment) ?? emptyEnvironment();
      const asked = [...counts.values()].filter(({ of }) => counted?.has(of.process) ?? true);
      return asked.map(({ of, count }) => trafficCount(of, count));
    },
    publicAddress: (environment) => `http://127.0.0.1:1/${environment}`,
    setUnreachable(why) {
      unreachable = why;
    },
    setInFlight(environment, digest, inFlight) {
      const held = existing(environment);
      for (const route of held.routes.values())
        for (const share of route.shares) if (share.digest === digest) countOf(held, route, share).inFlight = inFlight;
      for (const { of, count } of held.counts.values()) if (of.digest === digest) count.inFlight = inFlight;
    },
    receive(environment, method, path, outcome = "answered") {
      const held = existing(environment);
      const route = [...held.routes.values()].find((candidate) => candidate.shares.some((share) => serves(share, method, path)));
      const share = held.turns.get(route?.process ?? "")?.() ?? null;
      if (route === undefined || share === null) return null;
      const count = countOf(held, route, share);
      count.requests += 1;
      if (outcome === "failed") count.errors += 1;
      return share.version;
    },
    lose(environment, process, part) {
      const { routes } = existing(environment);
      const route = routes.get(process);
      if (route && part === "whole") routes.delete(process);
      else if (route)
        routes.set(process, { ...route, shares: route.shares.map((share) => ({ ...share, targets: share.targets.slice(1) })) });
      return [...routes.values()];
    },
    weights(environment, process) {
      const route = (environments.get(environment) ?? emptyEnvironment()).routes.get(process);
      return Object.fromEntries((route?.shares ?? []).map((share) => [share.version, share.weight]));
    },
  };
}

/** The one that is held stays, as the port promises. */
function isSame(route: Route, held: Route | undefined): boolean {
  return held !== undefined && JSON.stringify(held) === JSON.stringify(route);
}

function serves(share: Share, method: string, path: string): boolean {
  return share.weight > 0 && share.endpoints.some((endpoint) => endpoint.method === method && endpoint.path === path);
}

function countOf(held: Environment, route: Route, share: Share): Count {
  const key = `${route.process} ${share.digest}`;
  const known = held.counts.get(key);
  if (known) return known.count;
  const of = { process: route.process, version: share.version, digest: share.digest, instance: share.targets[0]?.instance ?? "none" };
  const count: Count = { requests: 0, errors: 0, inFlight: 0 };
  held.counts.set(key, { of, count });
  return count;
}

function trafficCount(of: Pick<TrafficCount, "process" | "version" | "digest" | "instance">, count: Count): TrafficCount {
  const answered = count.requests;
  return { ...of, ...count, latency: [5, 50, 500].map((leMs) => ({ leMs, count: answered })), latencySumMs: answered };
}
