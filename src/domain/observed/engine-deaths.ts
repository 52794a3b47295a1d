/** How processes of the engine ended, and whether a version is the cause: decided only by what was running each time. */

import type { UnitRef } from "../names.ts";

/** An end that was not requested, with what may have been the cause. */
export interface EngineDeath {
  readonly instance: string;
  /** How long ago, in milliseconds. */
  readonly agoMs: number;
  /** Versions with requests or messages that were not over, and those that had just been installed; empty: none, or it is not known. */
  readonly suspects: readonly UnitRef[];
}

/** All that are known; absent: none is. */
interface Known {
  readonly deaths?: readonly EngineDeath[];
}

/** What rejects a version under deployment. */
export const engineDeath = "engine_death";

/** One death may have any cause. */
const leastDeaths = 2;
/** Older ones say nothing about now: as long as an engine instance remembers them. */
export const rememberedMs = 3_600_000;

/** What is said of a version that does; null: nothing is proven. `sinceMs`: how long ago it can have begun. */
export function whyKiller(unit: UnitRef, { deaths = [] }: Known, sinceMs = rememberedMs): string | null {
  if (deaths.length < leastDeaths) return null;
  const recent = deaths.filter(({ agoMs }) => agoMs <= rememberedMs);
  const alone = recent.filter((death) => death.agoMs <= sinceMs && isAlone(death, unit)).length;
  if (alone < leastDeaths || alone <= recent.filter(isUnexplained(unit)).length) return null;
  return `the engine's process ended ${alone} times while ${unit.version} ran, and no other version can be the cause`;
}

function isAlone({ suspects: [first, ...others] }: EngineDeath, { digest }: UnitRef): boolean {
  return first?.digest === digest && others.length === 0;
}

/** Something else ends it, and may have done so at the others too: it was not there, and no other is named alone. */
function isUnexplained({ digest }: UnitRef): (death: EngineDeath) => boolean {
  return ({ suspects }) => suspects.length !== 1 && !suspects.some((each) => each.digest === digest);
}

/** How long from now the last of them counts, in milliseconds; null: none does. */
export function deathsCountMs({ deaths = [] }: Known): number | null {
  const left = deaths.map(({ agoMs }) => rememberedMs - agoMs).filter((ms) => ms > 0);
  return left.length === 0 ? null : Math.min(...left);
}
