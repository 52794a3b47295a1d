/** A table made ready for requests: from environment, method and path to a version, and to one of its instances. */

import type { EnvironmentName } from "../../../domain/names.ts";
import type { Route, Share } from "../../../domain/route.ts";
import { createTurns, entryAt, type Weighted } from "./balance.ts";
import type { Counter, Counters } from "./counters.ts";
import { createMatcher, type Endpoint, type Matcher } from "./matcher.ts";
import type { Upstream, Upstreams } from "./upstreams.ts";

/** One instance that runs one version. */
export interface Place {
  readonly upstream: Upstream;
  /** Goes before the public path; without a trailing slash. */
  readonly prefix: string;
  readonly counter: Counter;
}

/** One version of a process, with its instances. */
export interface RoutedVersion {
  readonly version: string;
  readonly process: string;
  readonly places: readonly Place[];
  /** Where the search for the least busy instance begins, so that equals take turns. */
  next: number;
}

/** Who serves an endpoint. */
export interface Service {
  readonly route: Route;
  /** The version whose turn it is, or the one that the caller's value belongs to; null when none serves the endpoint. */
  choose(stickyValue: string | null): RoutedVersion | null;
}

/** One route, made ready. */
export interface RoutedProcess {
  readonly endpoints: readonly Endpoint<Service>[];
  readonly places: readonly Place[];
}

/** One environment's routes, made ready. */
export interface RoutedEnvironment {
  readonly matcher: Matcher<Service>;
  readonly places: readonly Place[];
}

interface Parts {
  readonly counters: Counters;
  readonly upstreams: Upstreams;
}

/** Makes a route ready; nothing is connected by it. */
export function compileRoute(environment: EnvironmentName, route: Route, parts: Parts): RoutedProcess {
  const versions = new Map(route.shares.map((share) => [share, compileShare(environment, route, share, parts)]));
  return { endpoints: endpointsOf(route, versions), places: [...versions.values()].flatMap((version) => version.places) };
}

/** Puts the routes of an environment together. Of two that serve the same endpoint the first one keeps it. */
export function compileEnvironment(processes: readonly RoutedProcess[]): RoutedEnvironment {
  return { matcher: createMatcher(processes.flatMap((routed) => routed.endpoints)), places: processes.flatMap((routed) => routed.places) };
}

/** The least busy instance that accepts connections and was not tried yet; when all refuse, one of those. */
export function choosePlace(version: RoutedVersion, tried: readonly Place[]): Place | null {
  const { places } = version;
  const [only] = places;
  if (places.length === 1 && only && tried.length === 0) return only;
  const open = inTurn(version).filter((place) => !tried.includes(place));
  const healthy = open.filter((place) => !place.upstream.isEjected);
  const candidates = healthy.length > 0 ? healthy : open;
  return candidates.reduce<Place | null>(
    (best, place) => (best === null || place.counter.inFlight < best.counter.inFlight ? place : best),
    null,
  );
}

function inTurn(version: RoutedVersion): readonly Place[] {
  const { places } = version;
  version.next = (version.next + 1) % Math.max(1, places.length);
  return [...places.slice(version.next), ...places.slice(0, version.next)];
}

function compileShare(environment: EnvironmentName, route: Route, share: Share, parts: Parts): RoutedVersion {
  const { version, digest } = share;
  const places = share.targets.map(({ instance, url }) => {
    const address = new URL(url);
    return {
      upstream: parts.upstreams.of(address.origin),
      prefix: address.pathname.replace(/\/+$/, ""),
      counter: parts.counters.of({ environment, process: route.process, version, digest, instance }),
    };
  });
  return { version, process: route.process, places, next: 0 };
}

/** Versions may serve different endpoints: each endpoint is shared out between those that have it. */
function endpointsOf(route: Route, versions: ReadonlyMap<Share, RoutedVersion>): readonly Endpoint<Service>[] {
  const services = new Map<string, Service>();
  const shares = [...versions.keys()].filter((share) => share.weight > 0).toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
  const unique = new Map(shares.flatMap((share) => share.endpoints).map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint]));
  const having = sharesByEndpoint(shares);
  return [...unique].map(([key, endpoint]) => {
    const serving = having.get(key) ?? [];
    const group = serving.map((share) => share.digest).join(" ");
    const service = services.get(group) ?? createService(route, serving, versions);
    services.set(group, service);
    return { ...endpoint, serves: service };
  });
}

function sharesByEndpoint(shares: readonly Share[]): ReadonlyMap<string, readonly Share[]> {
  const having = new Map<string, Share[]>();
  for (const share of shares) {
    for (const key of new Set(share.endpoints.map((endpoint) => `${endpoint.method} ${endpoint.path}`))) {
      const list = having.get(key) ?? [];
      list.push(share);
      having.set(key, list);
    }
  }
  return having;
}

function createService(route: Route, shares: readonly Share[], versions: ReadonlyMap<Share, RoutedVersion>): Service {
  const weighted: Weighted<RoutedVersion>[] = shares.flatMap((share) => {
    const version = versions.get(share);
    return version ? [{ item: version, weight: share.weight }] : [];
  });
  const next = createTurns(weighted);
  return { route, choose: (stickyValue) => (stickyValue === null ? next() : entryAt(weighted, stickyValue)) };
}
