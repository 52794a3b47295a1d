/**
 * What engines and routers said last, by process. A process of which nothing new is said keeps its object, and so does the whole when
 * nothing is: only then can an observation of ten thousand be compared with the one before.
 */

import type { EnvironmentName, ProcessId } from "../domain/names.ts";
import type { EngineObservation } from "../domain/observed/observation.ts";
import type { Route } from "../domain/observed/route.ts";
import type { Desired } from "../domain/desired/resolve.ts";
import type { Installed, Inventory } from "../domain/desired/unit.ts";
import { differingKeys, withChanges } from "../domain/sharded-map.ts";
import { differingItems } from "./differing-items.ts";
import type { InstalledAndDesired, ObservedBefore } from "./ports.ts";

export function createObservedBefore(): ObservedBefore {
  const engines = new Map<string, ToldUnits>();
  const routers = new Map<EnvironmentName, ToldRoutes>();
  const compared = new Map<string, Compared>();
  return {
    engine(environment, kind, inventory) {
      const key = `${environment} ${kind}`;
      const last = engines.get(key) ?? nothingTold;
      if (last.inventory === inventory) return last.value;
      const value = engineNow(inventory, last);
      engines.set(key, { inventory, value });
      return value;
    },
    routes(environment, routes) {
      const last = routers.get(environment) ?? { routes: [], value: new Map() };
      const value = routesNow(routes, last);
      if (last.routes !== routes) routers.set(environment, { routes, value });
      return value;
    },
    unlikePinned(environment, kind, { installed, desired }) {
      const key = `${environment} ${kind}`;
      const last = compared.get(key) ?? nothingCompared;
      if (last.installed === installed && last.desired === desired) return last.unlike;
      const unlike = unlikeNow({ installed, desired }, last);
      compared.set(key, { installed, desired, unlike });
      return unlike;
    },
  };
}

interface ToldUnits {
  readonly inventory: Inventory;
  readonly value: EngineObservation;
}

interface ToldRoutes {
  readonly routes: readonly Route[];
  readonly value: ReadonlyMap<ProcessId, Route>;
}

interface Compared extends InstalledAndDesired {
  readonly unlike: ReadonlySet<ProcessId>;
}

const nothingTold: ToldUnits = { inventory: { instances: [], installed: [] }, value: { instances: [], installed: new Map() } };
const nothingCompared: Compared = { installed: new Map(), desired: new Map(), unlike: new Set() };

/** Only processes of which a unit is another object are looked at. */
function engineNow({ instances, installed: units }: Inventory, { inventory, value }: ToldUnits): EngineObservation {
  const touched = new Set(differingItems(inventory.installed, units).map(({ process }) => process));
  const now = touched.size === 0 ? new Map<ProcessId, readonly Installed[]>() : unitsOf(touched, units);
  const news = Array.from(touched, (process) => [process, listUnlessSame(now.get(process), value.installed.get(process))] as const);
  const installed = withChanges(value.installed, news);
  return installed === value.installed && instances === value.instances ? value : { instances, installed };
}

function unitsOf(touched: ReadonlySet<ProcessId>, installed: readonly Installed[]): ReadonlyMap<ProcessId, readonly Installed[]> {
  const found = new Map<ProcessId, Installed[]>();
  for (const unit of installed) {
    if (!touched.has(unit.process)) continue;
    const units = found.get(unit.process);
    if (units) units.push(unit);
    else found.set(unit.process, [unit]);
  }
  return found;
}

function listUnlessSame<T>(now: readonly T[] | undefined, before: readonly T[] | undefined): readonly T[] | undefined {
  return before?.length === now?.length && now?.every((each, index) => each === before?.[index]) ? before : now;
}

function routesNow(routes: readonly Route[], last: ToldRoutes): ReadonlyMap<ProcessId, Route> {
  if (last.routes === routes) return last.value;
  const touched = new Set(differingItems(last.routes, routes).map(({ process }) => process));
  const now = new Map(routes.flatMap((route) => (touched.has(route.process) ? [[route.process, route]] : [])));
  return withChanges(
    last.value,
    Array.from(touched, (process) => [process, now.get(process)] as const),
  );
}

/** Only processes are compared of which what is installed, or what is desired, is another object. */
function unlikeNow({ installed, desired }: InstalledAndDesired, last: Compared): ReadonlySet<ProcessId> {
  const touched = [...differingKeys(last.installed, installed), ...differingKeys(last.desired, desired)];
  const unlike = new Set(last.unlike);
  for (const process of touched) {
    const units = installed.get(process);
    if (units && !isOnlyAsPinned(units, desired.get(process))) unlike.add(process);
    else unlike.delete(process);
  }
  return unlike;
}

function isOnlyAsPinned(units: readonly Installed[], desired: Desired | undefined): boolean {
  return units.length === 1 && desired?.kind === "run" && units[0]?.digest === desired.unit.digest;
}
