/**
 * Remembers where versions answered last. A version that kills the engine that runs it would otherwise keep its traffic for as long
 * as nobody answers: the way back must not hang on the one who is down.
 */

import type { EnvironmentName, ProcessId, UnitRef } from "../domain/names.ts";
import type { Installed, Inventory } from "../domain/desired/unit.ts";
import type { LastPlacements } from "./ports.ts";

type ByUnit = ReadonlyMap<string, Installed>;

export function createLastPlacements(): LastPlacements {
  const known = new Map<EnvironmentName, ByUnit>();
  return {
    remember: (environment, inventory) => void known.set(environment, rememberedOf(inventory, known.get(environment) ?? new Map())),
    last: (environment, unit) => known.get(environment)?.get(keyOf(unit)) ?? null,
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
