/**
 * What engines and routers said last, by process. A process of which nothing new is said keeps its object, and so does the whole when
 * nothing is: only then can an observation of ten thousand be compared with the one before.
 */

import type { EnvironmentName, ProcessId } from "../domain/names.ts";
import type { EngineObservation } from "../domain/observed/observation.ts";
import type { Route } from "../domain/observed/route.ts";
import type { Installed, Inventory } from "../domain/desired/unit.ts";
import type { ObservedBefore } from "./ports.ts";

export function createObservedBefore(): ObservedBefore {
  const engines = new Map<string, { readonly inventory: Inventory; readonly value: EngineObservation }>();
  const routers = new Map<EnvironmentName, { readonly routes: readonly Route[]; readonly value: ReadonlyMap<ProcessId, Route> }>();
  return {
    engine(environment, kind, inventory) {
      const key = `${environment} ${kind}`;
      const last = engines.get(key);
      if (last?.inventory === inventory) return last.value;
      const value = engineNow(inventory, last?.value ?? nothingSeen);
      engines.set(key, { inventory, value });
      return value;
    },
    routes(environment, routes) {
      const last = routers.get(environment);
      if (last?.routes === routes) return last.value;
      const now = new Map(routes.map((route) => [route.process, route]));
      const value = last ? keptSame(now, last.value) : now;
      routers.set(environment, { routes, value });
      return value;
    },
  };
}

const nothingSeen: EngineObservation = { instances: [], installed: new Map() };

function engineNow({ instances, installed }: Inventory, before: EngineObservation): EngineObservation {
  const now = new Map<ProcessId, Installed[]>();
  for (const unit of installed) {
    const units = now.get(unit.process);
    if (units) units.push(unit);
    else now.set(unit.process, [unit]);
  }
  const kept = new Map<ProcessId, readonly Installed[]>();
  for (const [process, units] of now) kept.set(process, listUnlessSame(units, before.installed.get(process)));
  const all = keptSame(kept, before.installed);
  return all === before.installed && instances === before.instances ? before : { instances, installed: all };
}

function listUnlessSame<T>(now: readonly T[], before: readonly T[] | undefined): readonly T[] {
  return before?.length === now.length && now.every((each, index) => each === before[index]) ? before : now;
}

/** The one before when it holds the same objects. */
function keptSame<K, V>(now: ReadonlyMap<K, V>, before: ReadonlyMap<K, V>): ReadonlyMap<K, V> {
  if (now.size !== before.size) return now;
  for (const [key, value] of now) if (before.get(key) !== value) return now;
  return before;
}
