/** Callers: a steady stream of requests for every process, shared out as the router's table says, and what becomes of them. */

import type { Digest, EnvironmentName, Instant, ProcessId, Version } from "../../src/domain/names.ts";
import type { Route, Share, Target, TrafficCount } from "../../src/domain/observed/route.ts";
import type { Nature } from "./plan.ts";

export interface TrafficParts {
  readonly now: () => Instant;
  /** Requests a second. */
  readonly rate: (environment: EnvironmentName, process: ProcessId) => number;
  readonly nature: (process: ProcessId, version: Version) => Nature | null;
  /** Whether somebody answers at this address now. */
  readonly isThere: (environment: EnvironmentName, target: Target) => boolean;
  /** A version has taken its instance down. */
  readonly onKill: (environment: EnvironmentName, instance: string, version: Version) => void;
}

export interface Traffic {
  /** Lets the callers call up to now, with the table as it has been until now. */
  catchUp(environment: EnvironmentName): void;
  /** From now on they are shared out so. */
  setRoutes(environment: EnvironmentName, routes: readonly Route[]): void;
  counts(environment: EnvironmentName): readonly TrafficCount[];
  /** The share of a version now, 0 to 100; unlike the router it can always be asked. */
  weight(environment: EnvironmentName, process: ProcessId, version: Version): number;
  route(environment: EnvironmentName, process: ProcessId): Route | null;
  /** Since when this version has had all the traffic without a break; null: it has not. */
  fullSince(environment: EnvironmentName, process: ProcessId, digest: Digest): Instant | null;
  /** Whether whoever calls this process fails with it just now: most of its traffic goes to a version that fails in public. */
  letsDown(environment: EnvironmentName, process: ProcessId): boolean;
}

/** When versions go bad that are good at first, and become good again, in milliseconds after they were given all the traffic. */
export const [lateMs, momentMs] = [7_000, 2_500];

interface Count {
  readonly process: ProcessId;
  readonly version: Version;
  readonly digest: Digest;
  readonly instance: string;
  requests: number;
  errors: number;
  slow: number;
}

interface Flow {
  routes: readonly Route[];
  since: Instant;
  readonly counts: Map<string, Count>;
  /** The same, as long as a route stays as it is. */
  readonly byTarget: WeakMap<Target, Count>;
  /** By process: who has all the traffic. */
  readonly full: Map<ProcessId, { readonly digest: Digest; readonly since: Instant }>;
}

/** Of the requests to a version that answers wrong. */
export const failureShare = 0.3;
const lethal = 20;
const [quickMs, slowMs] = [40, 900];

export function createTraffic(parts: TrafficParts): Traffic {
  const flows = new Map<EnvironmentName, Flow>();
  const flowOf = (environment: EnvironmentName): Flow => {
    const flow: Flow = flows.get(environment) ?? {
      routes: [],
      since: parts.now(),
      counts: new Map(),
      byTarget: new WeakMap(),
      full: new Map(),
    };
    flows.set(environment, flow);
    return flow;
  };

  function catchUp(environment: EnvironmentName): void {
    const flow = flowOf(environment);
    const seconds = (parts.now() - flow.since) / 1_000;
    flow.since = parts.now();
    if (seconds <= 0) return;
    for (const route of flow.routes) {
      const requests = parts.rate(environment, route.process) * seconds;
      for (const share of route.shares)
        for (const target of share.targets)
          receive(environment, { route, share, target }, (requests * share.weight) / 100 / share.targets.length);
    }
  }

  function receive(environment: EnvironmentName, to: { route: Route; share: Share; target: Target }, requests: number): void {
    if (requests <= 0) return;
    const { route, share, target } = to;
    const count = countOf(flowOf(environment), route.process, share, target);
    const before = count.requests;
    const nature = parts.nature(route.process, share.version);
    count.requests += requests;
    if (!parts.isThere(environment, target)) count.errors += requests;
    else if (isBad(environment, route.process, share.digest, nature)) count.errors += requests * failureShare;
    if (nature === "slow") count.slow += requests;
    const isLethal = nature === "kills-instance" && Math.floor(before / lethal) < Math.floor(count.requests / lethal);
    if (isLethal && parts.isThere(environment, target)) parts.onKill(environment, target.instance, share.version);
  }

  const fullSince: Traffic["fullSince"] = (environment, process, digest) => {
    const full = flowOf(environment).full.get(process);
    return full?.digest === digest ? full.since : null;
  };

  function isBad(environment: EnvironmentName, process: ProcessId, digest: Digest, nature: Nature | null): boolean {
    if (nature === "errors" || nature === "fails-in-public") return true;
    if (nature !== "errors-late" && nature !== "errors-for-a-moment") return false;
    const since = fullSince(environment, process, digest);
    const age = since === null ? 0 : parts.now() - since;
    return age >= lateMs && (nature === "errors-late" || age < lateMs + momentMs);
  }

  function follow(flow: Flow, { process, shares }: Route): void {
    const all = shares.find(({ weight }) => weight === 100);
    if (!all) flow.full.delete(process);
    else if (flow.full.get(process)?.digest !== all.digest) flow.full.set(process, { digest: all.digest, since: parts.now() });
  }

  const routeOf: Traffic["route"] = (environment, process) => flowOf(environment).routes.find((route) => route.process === process) ?? null;

  function letsDown(environment: EnvironmentName, process: ProcessId): boolean {
    const [most] = routeOf(environment, process)?.shares.toSorted((one, other) => other.weight - one.weight) ?? [];
    if (!most) return false;
    const nature = parts.nature(process, most.version);
    return nature === "fails-in-public" || (nature === "errors-late" && isBad(environment, process, most.digest, nature));
  }

  return {
    catchUp,
    fullSince,
    letsDown,
    route: routeOf,
    weight: (environment, process, version) =>
      flowOf(environment)
        .routes.filter((route) => route.process === process)
        .flatMap(({ shares }) => shares)
        .reduce((sum, share) => (share.version === version ? sum + share.weight : sum), 0),
    setRoutes: (environment, routes) => {
      catchUp(environment);
      const flow = flowOf(environment);
      flow.routes = routes;
      for (const route of routes) follow(flow, route);
    },
    counts: (environment) => [...flowOf(environment).counts.values()].map(describe),
  };
}

function countOf(flow: Flow, process: ProcessId, { version, digest }: Share, target: Target): Count {
  const known = flow.byTarget.get(target);
  if (known) return known;
  const { instance } = target;
  const key = `${process} ${digest} ${instance}`;
  const count = flow.counts.get(key) ?? { process, version, digest, instance, requests: 0, errors: 0, slow: 0 };
  flow.counts.set(key, count);
  flow.byTarget.set(target, count);
  return count;
}

/** Whole requests only. */
function describe({ process, version, digest, instance, requests: all, errors, slow }: Count): TrafficCount {
  const requests = Math.floor(all);
  const late = Math.floor(slow);
  const latency = [
    { leMs: 50, count: requests - late },
    { leMs: 250, count: requests - late },
    { leMs: 1_000, count: requests },
  ];
  const latencySumMs = (requests - late) * quickMs + late * slowMs;
  return { process, version, digest, instance, requests, errors: Math.floor(errors), inFlight: 0, latency, latencySumMs };
}
