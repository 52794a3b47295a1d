/** Whose a tab is, where several environments or controllers share a Node-RED, and who keeps taking ours away. */

import { createHash } from "node:crypto";
import type { Digest, ProcessId } from "../../../domain/names.ts";

/** `installation/environment`; null: nobody else deploys to this Node-RED. */
export type Owner = string | null;

/** A mark of a release that knew no owners is anybody's, so that an upgrade leaves nothing behind. */
export function isOwn(marker: { readonly owner?: string | undefined }, owner: Owner): boolean {
  return owner === null || marker.owner === undefined || marker.owner === owner;
}

/** What keeps the tabs of two owners apart, who may run the very same unit. */
export function ownerSuffix(owner: Owner): string {
  return owner === null ? "" : `-${createHash("sha256").update(owner).digest("hex").slice(0, 8)}`;
}

/** Owners that are not of this installation, in one line each. */
export function describeStrangers(owners: Iterable<string>, owner: Owner, place: string): readonly string[] {
  const own = owner?.slice(0, owner.indexOf("/"));
  const others = [...new Set(owners)].filter((each) => each.slice(0, each.indexOf("/")) !== own).toSorted();
  return others.map((other) => {
    const [installation = "", environment = ""] = other.split("/");
    return `${place} also carries flows of another Pinion (environment ${environment}, installation ${installation.slice(0, 8)}); they are left alone`;
  });
}

interface Named {
  readonly process: ProcessId;
  readonly version: string;
  readonly digest: Digest;
}

/** So many losses in so long are no accident: somebody else claims the place, and putting back would be a fight. */
const lossesOfContest = 4;
const contestMs = 10 * 60_000;
/** The longest pause between two tries to put something back that is contested. */
const longestPauseMs = 24 * 60 * 60_000;

/** What nobody has asked for in so long is not wanted any more. */
const unwantedMs = 60 * 60_000;

/** Remembers what was taken out by others, so that it is put back after an accident and told after several. */
export interface Contest {
  /** Everything that is installed now. */
  seen(units: readonly Named[]): void;
  /** These are put in by ourselves. */
  installing(units: readonly Named[]): void;
  /** These are taken out by ourselves. */
  removing(units: readonly Named[]): void;
  /** Why this one is not put back for the time being; null: it is. */
  whyNot(unit: Named): string | null;
  /** One line for each unit that is fought over, or that somebody else has put in under our name. */
  notes(): readonly string[];
}

/** Taken out by somebody else. It is contested after several losses, and stays so until it was left in peace for as long. */
interface Loss {
  readonly unit: Named;
  readonly at: readonly number[];
  /** When it was asked for last. */
  readonly wantedAt: number;
  /** Until it is tried again; null: not contested. */
  readonly pauseMs: number | null;
}

export function createContest(now: () => number = () => performance.now()): Contest {
  const present = new Map<string, { readonly unit: Named; readonly since: number }>();
  const given = new Set<string>();
  const strange = new Map<string, { readonly unit: Named; readonly at: number }>();
  const losses = new Map<string, Loss>();
  let isFirstLook = true;
  /** As they were looked at last; null: something of them was given up meanwhile. */
  let looked: readonly Named[] | null = null;

  /** The same list, as at nearly every look, has nothing new in it. */
  function look(units: readonly Named[]): void {
    if (units !== looked) lookThrough(units);
    forget(present);
    looked = units;
  }

  function lookThrough(units: readonly Named[]): void {
    const here = new Map(units.map((unit) => [keyOf(unit), { unit, since: present.get(keyOf(unit))?.since ?? now() }]));
    for (const [key, { unit }] of present) if (!here.has(key)) losses.set(key, lostAgain(unit, losses.get(key), now()));
    // What was there at the first look is of the controller before.
    const isNew = (key: string): boolean => !isFirstLook && !present.has(key) && !given.has(key);
    for (const [key, { unit }] of here) if (isNew(key)) strange.set(key, { unit, at: now() });
    isFirstLook = false;
    present.clear();
    for (const [key, each] of here) present.set(key, each);
  }

  function forget(here: ReadonlyMap<string, { readonly since: number }>): void {
    for (const [key, { at }] of strange) if (!here.has(key) && now() - at >= contestMs) strange.delete(key);
    for (const [key, { wantedAt }] of losses) {
      const since = here.get(key)?.since ?? now();
      if (now() - since >= contestMs || now() - wantedAt >= unwantedMs) losses.delete(key);
    }
  }

  return {
    seen: look,
    installing: (units) => units.forEach((unit) => given.add(keyOf(unit))),
    removing(units) {
      looked = null;
      for (const key of units.map(keyOf)) {
        for (const about of [given, present, losses]) about.delete(key);
        const stranger = strange.get(key);
        if (stranger) strange.set(key, { ...stranger, at: now() });
      }
    },
    whyNot(unit) {
      const loss = losses.get(keyOf(unit));
      if (!loss) return null;
      losses.set(keyOf(unit), { ...loss, wantedAt: now() });
      return loss.pauseMs !== null && now() - (loss.at.at(-1) ?? 0) < loss.pauseMs ? whyContested : null;
    },
    notes: () => notesOf([...losses.values()], [...strange.values()]),
  };
}

function notesOf(losses: readonly Loss[], strange: readonly { readonly unit: Named }[]): readonly string[] {
  return [
    ...losses.filter(({ pauseMs }) => pauseMs !== null).map(({ unit }) => `${unit.process} ${unit.version}: ${whyContested}`),
    ...strange.map(({ unit }) => `${unit.process} ${unit.version} ${whyStrange}`),
  ];
}

/** One that is contested already is so again at once, and waits for twice as long. */
function lostAgain(unit: Named, before: Loss | undefined, now: number): Loss {
  const at = [...(before?.at ?? []).filter((each) => now - each < contestMs), now];
  const pauseMs = before?.pauseMs ?? null;
  if (pauseMs !== null) return { unit, at, wantedAt: now, pauseMs: Math.min(2 * pauseMs, longestPauseMs) };
  return { unit, at, wantedAt: now, pauseMs: at.length >= lossesOfContest ? contestMs : null };
}

const whyContested = `another program removes it from the engine again and again; Pinion tries again after ten minutes, then after longer pauses, until it stays for ten minutes`;

const whyStrange =
  "was put into the engine under the name of this installation, and not by this controller: another controller runs with a copy of this state folder (docs/troubleshooting.md), or old flows were restored";

function keyOf({ process, digest }: Pick<Named, "process" | "digest">): string {
  return `${process} ${digest}`;
}
