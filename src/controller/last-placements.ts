/**
 * Remembers where versions answered last. A version that kills the engine that runs it would otherwise keep its traffic for as long
 * as nobody answers: a rollback must not depend on the engine that is down.
 */

import type { EngineKind, EnvironmentName, ProcessId } from "../domain/names.ts";
import type { Installed, Inventory } from "../domain/desired/unit.ts";
import { withChanges } from "../domain/sharded-map.ts";
import { differingItems } from "./differing-items.ts";
import type { LastPlacements } from "./ports.ts";

/** Of each process the units that answered. */
type ByProcess = ReadonlyMap<ProcessId, readonly Installed[]>;

interface Remembered {
  /** As it was told last: the same one says nothing new. */
  readonly inventory: Inventory;
  readonly units: ByProcess;
}

const nothing: Remembered = { inventory: { instances: [], installed: [] }, units: new Map() };

export function createLastPlacements(): LastPlacements {
  const known = new Map<EnvironmentName, Map<EngineKind, Remembered>>();
  const of = (environment: EnvironmentName): Map<EngineKind, Remembered> => {
    const kinds = known.get(environment) ?? new Map<EngineKind, Remembered>();
    known.set(environment, kinds);
    return kinds;
  };
  return {
    remember(environment, kind, inventory) {
      const kinds = of(environment);
      const last = kinds.get(kind) ?? nothing;
      if (last.inventory !== inventory) kinds.set(kind, { inventory, units: rememberedOf(inventory, last) });
    },
    last(environment, { process, digest }) {
      for (const { units } of of(environment).values()) {
        const found = units.get(process)?.find((unit) => unit.digest === digest);
        if (found) return found;
      }
      return null;
    },
    kindOf(environment, process) {
      for (const [kind, { units }] of of(environment)) if (units.has(process)) return kind;
      return null;
    },
  };
}

/** Units that are gone are forgotten, unless they may be on an instance that does not answer. Only processes with another unit are looked at. */
function rememberedOf({ instances, installed }: Inventory, last: Remembered): ByProcess {
  const mayForget = areAllThere(instances);
  const areAllTouched = mayForget && !areAllThere(last.inventory.instances);
  const touched = new Set(areAllTouched ? last.units.keys() : []);
  for (const { process } of areAllTouched ? installed : differingItems(last.inventory.installed, installed)) touched.add(process);
  const now = new Map(Array.from(touched, (process) => [process, [] as Installed[]]));
  if (touched.size > 0) for (const unit of installed) now.get(unit.process)?.push(unit);
  const news = Array.from(now, ([process, units]) => {
    const before = last.units.get(process) ?? [];
    const gone = mayForget ? [] : before.filter((unit) => units.every(({ digest }) => digest !== unit.digest));
    const all = [...gone, ...units.flatMap((unit) => answering(unit, before))];
    return [process, all.length === 0 ? undefined : all] as const;
  });
  return withChanges(last.units, news);
}

function areAllThere(instances: Inventory["instances"]): boolean {
  return instances.every(({ state }) => state === "ready");
}

/** With the places only where it answers; where it answers nowhere, as it was known. */
function answering(unit: Installed, before: readonly Installed[]): readonly Installed[] {
  const placements = unit.placements.filter(({ ready }) => ready);
  return placements.length > 0 ? [{ ...unit, placements }] : before.filter(({ digest }) => digest === unit.digest);
}
