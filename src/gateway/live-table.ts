/** The table in force. A change is on disk before it takes effect, and takes effect all at once. */

import pLimit from "p-limit";
import type { EnvironmentName } from "../domain/names.ts";
import type { Route } from "../domain/observed/route.ts";
import type { Log } from "../ports/log.ts";
import type { Counters } from "./counters.ts";
import type { Environments } from "./resolve.ts";
import { compileEnvironment, compileRoute, type Place, type RoutedEnvironment, type RoutedProcess } from "./routing.ts";
import { createRouteLog, type RouteChanges } from "./route-log.ts";
import type { Table, TableStorage } from "./table-file.ts";
import type { Upstreams } from "./upstreams.ts";
import type { RouteChange } from "./messages.ts";

export interface LiveTable {
  /** As requests see it at this moment. */
  environments(): Environments;
  routes(environment: EnvironmentName): readonly Route[];
  /** What has changed in an environment since a revision; null: everything. */
  changes(environment: EnvironmentName, since: string | null): RouteChanges;
  /** The routes of every environment. */
  all(): Table;
  /** Makes the routes of exactly these processes so. A table that is so already is neither written nor disturbed. */
  replace(environment: EnvironmentName, routes: readonly Route[]): Promise<void>;
  /** Forgets counters of what has not been routed for a while. */
  sweep(): void;
}

interface Dependencies {
  readonly storage: TableStorage;
  /** Resolves once everybody else who serves by the table has the change, too; nobody else without it. */
  readonly publish?: (changes: readonly RouteChange[]) => Promise<void>;
  readonly counters: Counters;
  readonly upstreams: Upstreams;
  readonly log: Log;
}

/** Loads the table and puts it in force. */
export async function openLiveTable(dependencies: Dependencies): Promise<LiveTable> {
  const { storage, publish, counters, upstreams, log } = dependencies;
  const { textOf, compiled } = createRouteCache(dependencies);
  const changes = createRouteLog();
  const warned = new Set<string>();
  const environments = new Map<EnvironmentName, RoutedEnvironment>();
  let table: Table = await storage.load();
  let wanted: RouteChange[] = [];
  const inTurn = pLimit(1);
  let upcoming: Promise<void> | null = null;

  const putInForce = (environment: EnvironmentName) => {
    const routed = compileEnvironment((table.get(environment) ?? []).map((route) => compiled(environment, route)));
    environments.set(environment, routed);
    for (const problem of clashesIn(routed)) {
      if (!warned.has(problem)) log.warn({ environment }, problem);
      warned.add(problem);
    }
  };
  const sweep = () => counters.keep(new Set(placesOf(environments).map((place) => place.counter)), Date.now());
  const commit = async () => {
    const asked = wanted;
    [wanted, upcoming] = [[], null];
    const next = asked.reduce((before, change) => changed(before, change, textOf), table);
    if (next === table) return;
    await storage.save(next, textOf);
    const touched = [...next.keys()].filter((environment) => next.get(environment) !== table.get(environment));
    for (const environment of touched) changes.note(environment, table.get(environment) ?? [], next.get(environment) ?? []);
    table = next;
    touched.forEach(putInForce);
    upstreams.keep(new Set(placesOf(environments).map((place) => place.upstream.origin)));
    sweep();
    await publish?.(asked);
  };
  [...table.keys()].forEach(putInForce);

  return {
    environments: () => environments,
    routes: (environment) => table.get(environment) ?? [],
    changes: (environment, since) => changes.since(environment, since, table.get(environment) ?? []),
    all: () => table,
    replace(environment, routes) {
      wanted.push({ environment, routes });
      // What is asked while a table is being written goes to disk together, in the next one.
      upcoming ??= inTurn(commit);
      return upcoming;
    },
    sweep,
  };
}

/** What is derived from a route is derived once; a route that did not change keeps its place in the turns, too. */
function createRouteCache(parts: Dependencies) {
  const texts = new WeakMap<Route, string>();
  const ready = new WeakMap<Route, RoutedProcess>();
  return {
    textOf(route: Route): string {
      const text = texts.get(route) ?? JSON.stringify(route);
      texts.set(route, text);
      return text;
    },
    compiled(environment: EnvironmentName, route: Route): RoutedProcess {
      const routed = ready.get(route) ?? compileRoute(environment, route, parts);
      ready.set(route, routed);
      return routed;
    },
  };
}

/** The same table when nothing changes. Old routes keep their place; new ones come at the end; those without shares are gone. */
function changed(table: Table, { environment, routes }: RouteChange, textOf: (route: Route) => string): Table {
  const byProcess = new Map((table.get(environment) ?? []).map((route) => [route.process, route]));
  let isChanged = false;
  for (const route of routes) {
    const before = byProcess.get(route.process);
    if (route.shares.length === 0) isChanged = byProcess.delete(route.process) || isChanged;
    else if (before === undefined || textOf(before) !== textOf(route)) {
      byProcess.set(route.process, route);
      isChanged = true;
    }
  }
  return isChanged ? new Map(table).set(environment, [...byProcess.values()]) : table;
}

function placesOf(environments: Environments): readonly Place[] {
  return [...environments.values()].flatMap((routed) => routed.places);
}

/** Two processes that serve the same endpoint: the one routed first keeps it. */
function clashesIn({ matcher }: RoutedEnvironment): readonly string[] {
  const others = matcher.clashes.filter(({ endpoint, keeper }) => endpoint.serves.route.process !== keeper.route.process);
  return others.map(({ endpoint: { method, path, serves }, keeper }) => {
    const owner = keeper.route.process;
    return `${method} ${path} is served by ${owner} and by ${serves.route.process}; ${owner} gets its requests`;
  });
}
