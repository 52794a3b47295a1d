/** The routes as the gateway told them last: it tells what has changed since, and what has not is the same object. */

import type { EnvironmentName, ProcessId } from "../../../domain/names.ts";
import type { Route } from "../../../domain/observed/route.ts";
import { checked } from "../../../domain/checked.ts";
import { mapOf, withChanges } from "../../../domain/sharded-map.ts";
import { parseRoutes } from "../../../gateway/parse-routes.ts";
import * as fits from "../../../generated/validators/gateway.mjs";

export interface KnownRoutes {
  /** What to ask with; null: for everything. */
  revision(environment: EnvironmentName): string | null;
  /** Takes an answer in: all routes as they are now. @throws what is thrown by an answer that is none. */
  take(environment: EnvironmentName, text: string): readonly Route[];
}

interface Known {
  /** Null: the gateway is of an earlier release, and tells everything. */
  readonly revision: string | null;
  readonly text: string;
  readonly byProcess: ReadonlyMap<ProcessId, Route>;
  readonly routes: readonly Route[];
}

const nothing: Known = { revision: null, text: "", byProcess: new Map(), routes: [] };

export function createKnownRoutes(): KnownRoutes {
  const known = new Map<EnvironmentName, Known>();
  return {
    revision: (environment) => known.get(environment)?.revision ?? null,
    take(environment, text) {
      const last = known.get(environment) ?? nothing;
      if (last.revision === null && last.text === text) return last.routes;
      const now = taken(last, text);
      known.set(environment, now);
      return now.routes;
    },
  };
}

function taken(last: Known, text: string): Known {
  const { revision = null, isWhole = true, routes, gone = [] } = checked(fits.routes, JSON.parse(text));
  const told = parseRoutes(routes, "/routes").map((route) => unlessSame(route, last.byProcess.get(route.process)));
  const known = { revision, text: revision === null ? text : "" };
  if (isWhole)
    return { ...known, byProcess: mapOf(told.map((route) => [route.process, route] as const)), routes: keptSame(told, last.routes) };
  const isNews = told.some((route) => last.byProcess.get(route.process) !== route) || gone.some((process) => last.byProcess.has(process));
  if (!isNews) return { ...last, ...known };
  const byProcess = withChanges(last.byProcess, [
    ...gone.map((process) => [process, undefined] as const),
    ...told.map((route) => [route.process, route] as const),
  ]);
  return { ...known, byProcess, routes: [...byProcess.values()] };
}

/** Parsed routes have their fields in one order, so that equal ones are equal texts. */
function unlessSame(route: Route, before: Route | undefined): Route {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(route) ? before : route;
}

function keptSame(routes: readonly Route[], before: readonly Route[]): readonly Route[] {
  return routes.length === before.length && routes.every((route, index) => route === before[index]) ? before : routes;
}
