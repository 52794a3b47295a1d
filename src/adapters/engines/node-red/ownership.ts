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

export function createContest(now: () => number = () => performance.now()): Contest {
  const present = new Map<string, Named>();
  const given = new Set<string>();
  const strange = new Map<string, { readonly unit: Named; readonly at: number }>();
  let isFirstLook = true;
  const losses = new Map<string, { readonly unit: Named; readonly at: readonly number[] }>();
  const recent = (at: readonly number[]): readonly number[] => at.filter((each) => now() - each < contestMs);
  const isContested = (key: string): boolean => recent(losses.get(key)?.at ?? []).length >= lossesOfContest;
  return {
    seen(units) {
      const keys = new Set(units.map(keyOf));
      for (const [key, unit] of present) if (!keys.has(key)) losses.set(key, { unit, at: [...recent(losses.get(key)?.at ?? []), now()] });
      // What was there at the first look is of the controller before.
      for (const unit of units)
        if (!isFirstLook && !present.has(keyOf(unit)) && !given.has(keyOf(unit))) strange.set(keyOf(unit), { unit, at: now() });
      isFirstLook = false;
      present.clear();
      for (const unit of units) present.set(keyOf(unit), unit);
    },
    installing: (units) => units.forEach((unit) => given.add(keyOf(unit))),
    removing: (units) => {
      for (const unit of units) {
        given.delete(keyOf(unit));
        strange.delete(keyOf(unit));
        present.delete(keyOf(unit));
        losses.delete(keyOf(unit));
      }
    },
    whyNot: (unit) => (isContested(keyOf(unit)) ? whyContested : null),
    notes: () => [
      ...[...losses.values()]
        .filter(({ unit }) => isContested(keyOf(unit)))
        .map(({ unit }) => `${unit.process} ${unit.version}: ${whyContested}`),
      ...[...strange.values()]
        .filter(({ at }) => now() - at < contestMs)
        .map(({ unit }) => `${unit.process} ${unit.version} ${whyStrange}`),
    ],
  };
}

const whyContested = `somebody else has taken it out of the engine ${lossesOfContest} times within ten minutes; it is put back when ten minutes have passed without that`;

const whyStrange =
  "was put into the engine under the name of this installation, and not by this controller: another controller runs with a copy of this state folder (docs/troubleshooting.md), or somebody has put back flows of before";

function keyOf({ process, digest }: Pick<Named, "process" | "digest">): string {
  return `${process} ${digest}`;
}
