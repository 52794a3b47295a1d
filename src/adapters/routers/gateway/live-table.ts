/** The table in force. A change is on disk before it takes effect, and takes effect all at once. */

import type { EnvironmentName } from "../../../domain/names.ts";
import type { Route } from "../../../domain/route.ts";
import type { Log } from "../../../ports/log.ts";
import type { Counter, Counters } from "./counters.ts";
import type { Environments } from "./resolve.ts";
import { compileEnvironment, type RoutedEnvironment } from "./routing.ts";
import { loadTable, saveTable, type Table } from "./table-file.ts";
import type { Upstreams } from "./upstreams.ts";

export interface LiveTable {
  /** As requests see it at this moment. */
  environments(): Environments;
  routes(environment: EnvironmentName): readonly Route[];
  /** Makes the routes of exactly these processes so. A table that is so already is neither written nor disturbed. */
  replace(environment: EnvironmentName, routes: readonly Route[]): Promise<void>;
  /** Forgets counters of what has not been routed for a while. */
  sweep(): void;
}

interface Dependencies {
  readonly file: string;
  readonly counters: Counters;
  readonly upstreams: Upstreams;
  readonly log: Log;
}

/** Loads the table from disk and puts it in force. */
export async function openLiveTable(dependencies: Dependencies): Promise<LiveTable> {
  const { file, counters, upstreams, log } = dependencies;
  let table: Table = await loadTable(file, log);
  const environments = new Map<EnvironmentName, RoutedEnvironment>();
  for (const [environment, routes] of table) environments.set(environment, compileEnvironment(environment, routes, dependencies));
  let queue: Promise<unknown> = Promise.resolve();

  const sweep = () => counters.keep(routedCounters(environments), Date.now());
  const replace = async (environment: EnvironmentName, routes: readonly Route[]) => {
    const before = table.get(environment) ?? [];
    const after = merged(before, routes);
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    const next = new Map(table).set(environment, after);
    await saveTable(file, next);
    table = next;
    environments.set(environment, compileEnvironment(environment, after, dependencies));
    upstreams.keep(new Set([...environments.values()].flatMap((routed) => routed.places.map((place) => place.upstream.origin))));
    sweep();
    for (const problem of clashes(after)) log.warn({ environment }, problem);
  };

  return {
    environments: () => environments,
    routes: (environment) => table.get(environment) ?? [],
    replace(environment, routes) {
      const turn = queue.then(() => replace(environment, routes));
      queue = turn.catch(() => {});
      return turn;
    },
    sweep,
  };
}

/** Old routes with the new ones in their place; new processes at the end, those without shares gone. */
function merged(before: readonly Route[], routes: readonly Route[]): readonly Route[] {
  const byProcess = new Map(before.map((route) => [route.process, route]));
  for (const route of routes) byProcess.set(route.process, route);
  return [...byProcess.values()].filter((route) => route.shares.length > 0);
}

function routedCounters(environments: Environments): ReadonlySet<Counter> {
  return new Set([...environments.values()].flatMap((routed) => routed.places.map((place) => place.counter)));
}

/** Two processes that serve the same endpoint: the one routed first keeps it. */
function clashes(routes: readonly Route[]): readonly string[] {
  const owners = new Map<string, string>();
  const found = new Set<string>();
  for (const route of routes) {
    for (const { method, path } of route.shares.flatMap((share) => share.endpoints)) {
      const endpoint = `${method} ${path}`;
      const owner = owners.get(endpoint) ?? route.process;
      owners.set(endpoint, owner);
      if (owner !== route.process) found.add(`${endpoint} is served by ${owner} and by ${route.process}; ${owner} gets its requests`);
    }
  }
  return [...found];
}
