/** The table as this controller left it, so that a change by anybody else is found and can be taken back. */

import type { EnvironmentName, ProcessId } from "../domain/names.ts";
import type { Route } from "../domain/observed/route.ts";
import { parseRoutes } from "./parse-routes.ts";
import type { Table } from "./table-file.ts";

export interface LeftTable {
  /** False until the table was seen for the first time. */
  isKnown(): boolean;
  /** What was found is how it should be. */
  begin(found: Table): void;
  /** These routes were set. */
  note(environment: EnvironmentName, routes: readonly Route[]): void;
  /** Whether these were set is not known: any state of them is taken as it is. */
  doubt(environment: EnvironmentName, routes: readonly Route[]): void;
  /** What must be set, by environment, so that the table is as it was left. A route without shares must go. */
  differences(found: Table): ReadonlyMap<EnvironmentName, readonly Route[]>;
}

export function createLeftTable(): LeftTable {
  const left = new Map<EnvironmentName, Map<ProcessId, Route>>();
  const doubted = new Set<string>();
  let isKnown = false;
  const of = (environment: EnvironmentName) => {
    const routes = left.get(environment) ?? new Map<ProcessId, Route>();
    left.set(environment, routes);
    return routes;
  };
  const put = (environment: EnvironmentName, route: Route) => {
    if (route.shares.length === 0) of(environment).delete(route.process);
    else of(environment).set(route.process, route);
    doubted.delete(`${environment} ${route.process}`);
  };
  return {
    isKnown: () => isKnown,
    begin(found) {
      isKnown = true;
      for (const [environment, routes] of found) routes.forEach((route) => put(environment, route));
    },
    note: (environment, routes) => routes.forEach((route) => put(environment, route)),
    doubt: (environment, routes) => routes.forEach(({ process }) => doubted.add(`${environment} ${process}`)),
    differences(found) {
      const all = new Map<EnvironmentName, readonly Route[]>();
      for (const environment of new Set([...left.keys(), ...found.keys()])) {
        const changed = changedRoutes([...of(environment).values()], found.get(environment) ?? []);
        const certain = changed.filter(({ process }) => !doubted.has(`${environment} ${process}`));
        if (certain.length > 0) all.set(environment, certain);
      }
      return all;
    },
  };
}

function changedRoutes(left: readonly Route[], found: readonly Route[]): readonly Route[] {
  const texts = new Map(found.map((route) => [route.process, textOf(route)]));
  const wanted = new Set(left.map(({ process }) => process));
  const lost = left.filter((route) => texts.get(route.process) !== textOf(route));
  const strange = found.filter(({ process }) => !wanted.has(process));
  return [...lost, ...strange.map((route) => ({ ...route, shares: [] }))];
}

/** The same for routes that are equal to callers, whichever gateway wrote them: a gateway of an earlier release does not keep why traffic was taken back. */
function textOf({ takenBack: _, ...route }: Route): string {
  return JSON.stringify(parseRoutes([route]));
}
