/**
 * Remembers where versions answered last. A version that kills the engine that runs it would otherwise keep its traffic for as long
 * as nobody answers: the way back must not hang on the one who is down.
 */

import type { EngineKind, EnvironmentName, ProcessId, UnitRef } from "../domain/names.ts";
import type { Installed, Inventory } from "../domain/desired/unit.ts";
import type { LastPlacements } from "./ports.ts";

type ByUnit = ReadonlyMap<string, Installed>;

interface Remembered {
  /** As it was told last: the same one says nothing new. */
  readonly inventory: Inventory;
  readonly units: ByUnit;
}

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
      const last = kinds.get(kind);
      if (last?.inventory !== inventory) kinds.set(kind, { inventory, units: rememberedOf(inventory, last?.units ?? new Map()) });
    },
    last(environment, unit) {
      for (const { units } of of(environment).values()) {
        const found = units.get(keyOf(unit));
        if (found) return found;
      }
      return null;
    },
    kindOf(environment, process) {
      for (const [kind, { units }] of of(environment)) for (const unit of units.values()) if (unit.process === process) return kind;
      return null;
    },
  };
}

/** What is not there any more is forgotten, unless it may be on an instance that does not answer. */
function rememberedOf({ instances, installed }: Inventory, before: ByUnit): ByUnit {
  const areAllThere = instances.every(({ state }) => state === "ready");
  const next = new Map(areAllThere ? [] : before);
  for (const unit of installed) {
    const placements = unit.placements.filter(({ ready }) => ready);
    const last = placements.length > 0 ? { ...unit, placements } : before.get(keyOf(unit));
    if (last) next.set(keyOf(unit), last);
  }
  return next;
}

function keyOf({ process, digest }: Pick<UnitRef, "digest"> & { readonly process: ProcessId }): string {
  return `${process} ${digest}`;
}
