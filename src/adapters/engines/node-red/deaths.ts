/** Remembers how the processes of one instance ended, and what may have been the cause each time. */

import type { UnitRef } from "../../../domain/names.ts";
import type { EngineDeath } from "../../../domain/observed/engine-deaths.ts";
import type { AtWork } from "./instance-files.ts";

export interface Deaths {
  installed(units: readonly UnitRef[]): void;
  /** Null: nobody knows whose work was under way. Gives the suspects. */
  died(atWork: AtWork | null): readonly UnitRef[];
  all(): readonly EngineDeath[];
}

/** What starts may end its process some time after that. */
const newForMs = 60_000;
const mostRemembered = 20;

export function createDeaths(instance: string, now: () => number = () => performance.now()): Deaths {
  let fresh: readonly { readonly unit: UnitRef; readonly at: number }[] = [];
  let all: readonly { readonly suspects: readonly UnitRef[]; readonly at: number }[] = [];
  const stillNew = () => fresh.filter(({ at }) => now() - at < newForMs);
  return {
    installed: (units) => void (fresh = [...stillNew(), ...units.map((unit) => ({ unit, at: now() }))]),
    died: (atWork) => {
      const units = stillNew().map(({ unit }) => unit);
      const suspects = suspectsOf(atWork, units);
      all = [...all, { suspects, at: now() }].slice(-mostRemembered);
      return suspects;
    },
    all: () => all.map(({ suspects, at }) => ({ instance, agoMs: now() - at, suspects })),
  };
}

/** Whoever ran just then did it; else it may have been anybody at work, or what had just been installed. */
function suspectsOf(atWork: AtWork | null, fresh: readonly UnitRef[]): readonly UnitRef[] {
  if (atWork === null) return [];
  const units = atWork.isSure ? atWork.units : [...atWork.units, ...fresh];
  return [...new Map(units.map(({ process, version, digest }) => [digest, { process, version, digest }])).values()];
}

/** Nothing, or `, perhaps by orders 1.1.0`. */
export function describeSuspects(suspects: readonly UnitRef[]): string {
  if (suspects.length === 0) return "";
  const names = suspects.slice(0, 3).map(({ process, version }) => `${process} ${version}`);
  const more = suspects.length > names.length ? ` and ${suspects.length - names.length} more` : "";
  return `, perhaps by ${names.join(", ")}${more}`;
}
