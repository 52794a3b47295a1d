/** A table made ready for requests: from environment, method and path to a version, and to one of its instances. */

import type { EnvironmentName } from "../domain/names.ts";
import type { Route, Share } from "../domain/observed/route.ts";
import { readPath } from "../domain/paths/path-pattern.ts";
import { createTurns, entryAt, type Weighted } from "./balance.ts";
import type { Counter, Counters } from "./counters.ts";
import { createMatcher, type Endpoint, type Matcher } from "./matcher.ts";
import type { Addresses } from "./public-addresses.ts";
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
  /** Whether other versions of the route have traffic, but not this endpoint. */
  readonly isPart: boolean;
  /** The service that shares out between these versions and those of other services of the same route. */
  with(others: readonly Service[]): Service;
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

/** What an answer of an instance says of where things are. */
export function addressesOf(place: Place | null, publicPrefix: string): Addresses {
  return { publicPrefix, origin: place?.upstream.origin ?? "", privatePrefix: place?.prefix ?? "" };
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

/** Versions may serve different endpoints: each form of a path is shared out between those that have it. */
function endpointsOf(route: Route, versions: ReadonlyMap<Share, RoutedVersion>): readonly Endpoint<Service>[] {
  const shares = [...versions.keys()].filter((share) => share.weight > 0).toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
  const serviceOf = createServices(route, shares, versions);
  const having = new Map<string, Omit<Endpoint<Service>, "serves"> & { readonly shares: Set<Share> }>();
  for (const share of shares) {
    for (const { method, path } of share.endpoints) {
      for (const form of readPath(path).forms) {
        const known = having.get(`${method} ${form.key}`) ?? { method, path, form, shares: new Set() };
        known.shares.add(share);
        having.set(`${method} ${form.key}`, known);
      }
    }
  }
  return [...having.values()].map(({ shares: serving, ...endpoint }) => ({ ...endpoint, serves: serviceOf([...serving]) }));
}

/** One service for each group of versions, so that all its endpoints take turns together. */
function createServices(route: Route, all: readonly Share[], versions: ReadonlyMap<Share, RoutedVersion>) {
  const services = new Map<string, Service>();
  const serviceOf = (group: readonly Share[]): Service => {
    const key = group.map((share) => share.digest).join(" ");
    const service = services.get(key) ?? createService(group);
    services.set(key, service);
    return service;
  };
  const sharesOf = new WeakMap<Service, readonly Share[]>();
  const createService = (group: readonly Share[]): Service => {
    const weighted: Weighted<RoutedVersion>[] = group.flatMap((share) => {
      const version = versions.get(share);
      return version ? [{ item: version, weight: share.weight }] : [];
    });
    const next = createTurns(weighted);
    const service: Service = {
      route,
      isPart: group.length < all.length,
      with: (others) => serviceOf(all.filter((share) => [service, ...others].some((each) => sharesOf.get(each)?.includes(share)))),
      choose: (stickyValue) => (stickyValue === null ? next() : entryAt(weighted, stickyValue)),
    };
    sharesOf.set(service, group);
    return service;
  };
  return serviceOf;
}
