/** Remembers how the processes of one instance ended, and what may have been the cause each time; also for the next controller. */

import type { Instant, UnitRef } from "../../../domain/names.ts";
import { type EngineDeath, rememberedMs } from "../../../domain/observed/engine-deaths.ts";
import type { EngineMemory } from "../../../ports/engine-adapter.ts";
import type { Log } from "../../../ports/log.ts";
import { isObject } from "./flow-nodes.ts";
import { type AtWork, parseUnit } from "./instance-files.ts";

export interface Deaths {
  installed(units: readonly UnitRef[]): void;
  /** Null: nobody knows whose work was under way. Gives the suspects. */
  died(atWork: AtWork | null): readonly UnitRef[];
  all(): readonly EngineDeath[];
}

export interface DeathsParts {
  now(): Instant;
  /** Where they are kept for the next controller; left out: nowhere. */
  readonly memory?: EngineMemory;
  readonly log: Log;
}

interface Death {
  readonly suspects: readonly UnitRef[];
  readonly at: Instant;
}

/** What starts may end its process some time after that. */
const newForMs = 60_000;
const mostRemembered = 20;
/** If there are more, the rest is not kept: such an end proves nothing against any of them, and counts in favour of the others. */
const mostSuspectsKept = 50;

export function createDeaths(instance: string, { now, memory, log }: DeathsParts): Deaths {
  let fresh: readonly { readonly unit: UnitRef; readonly at: Instant }[] = [];
  let all = readDeaths(memory, now());
  const stillNew = () => fresh.filter(({ at }) => now() - at < newForMs);
  return {
    installed: (units) => void (fresh = [...stillNew(), ...units.map((unit) => ({ unit, at: now() }))]),
    died: (atWork) => {
      const units = stillNew().map(({ unit }) => unit);
      const suspects = suspectsOf(atWork, units);
      all = [...all, { suspects, at: now() }].slice(-mostRemembered);
      keepDeaths(all, memory, log);
      return suspects;
    },
    all: () => all.map(({ suspects, at }) => ({ instance, agoMs: now() - at, suspects })),
  };
}

function keepDeaths(all: readonly Death[], memory: EngineMemory | undefined, log: Log): void {
  try {
    memory?.write(JSON.stringify(all.map(({ suspects, at }) => ({ suspects: suspects.slice(0, mostSuspectsKept), at }))));
  } catch (error) {
    log.warn({ error }, "how the engine's process ended cannot be kept for the next controller");
  }
}

/** What cannot be read is not known; what is of the future or long ago says nothing. */
function readDeaths(memory: EngineMemory | undefined, now: Instant): readonly Death[] {
  try {
    const kept: unknown = JSON.parse(memory?.read() ?? "[]");
    if (!Array.isArray(kept)) return [];
    return kept.flatMap((one: unknown) => parseDeath(one) ?? []).filter(({ at }) => at <= now && now - at <= rememberedMs);
  } catch {
    return [];
  }
}

function parseDeath(kept: unknown): Death | null {
  if (!isObject(kept)) return null;
  const { suspects, at } = kept;
  if (!Array.isArray(suspects) || typeof at !== "number") return null;
  const units = suspects.flatMap((unit: unknown) => parseUnit(unit) ?? []);
  return units.length < suspects.length ? null : { suspects: units, at };
}

/** The version that ran at that moment is the cause; else it may be any version at work, or one that had just been installed. */
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
