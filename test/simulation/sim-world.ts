/** The world of one run, which outlives every controller in it. */

import type { Instant } from "../../src/domain/names.ts";
import { createFakeNotifier, type FakeNotifier } from "../fakes/notifier.ts";
import { type Catalogue, createCatalogue } from "./catalogue.ts";
import { pinsPath, quarantinePath, settingsPath, writePins } from "./files.ts";
import { createSimGit, type SimGit } from "./git.ts";
import { createOutside, type Outside } from "./outside.ts";
import { firstVersion, makePlan, type Plan } from "./plan.ts";
import { createRandom, type Random } from "./random.ts";
import { createSimJournal, type SimJournal } from "./sim-journal.ts";
import { createVirtualTime, type VirtualTime } from "./time.ts";
import { createTrace, type Trace } from "./trace.ts";

export interface SimWorld {
  readonly plan: Plan;
  readonly random: Random;
  readonly time: VirtualTime;
  readonly trace: Trace;
  readonly git: SimGit;
  readonly catalogue: Catalogue;
  readonly outside: Outside;
  readonly journal: SimJournal;
  readonly notifier: FakeNotifier;
  /** The newest commit that was in force, as the store remembers it. */
  applied: string | null;
  /** When a controller stood still, oldest first. */
  readonly freezes: Span[];
}

/** A time from one instant to another. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

/** Of these, what is over by then. */
export function frozenMs({ freezes }: Pick<SimWorld, "freezes">, since: Instant, now: Instant): number {
  return freezes.filter(({ to }) => to <= now).reduce((sum, { from, to }) => sum + Math.max(0, to - Math.max(from, since)), 0);
}

const start = Date.UTC(2030, 0, 1);

export function createSimWorld(seed: number, isVerbose: boolean): SimWorld {
  const random = createRandom(seed);
  const plan = makePlan(seed, random.fork());
  const time = createVirtualTime(start);
  const trace = createTrace(() => time.now(), isVerbose);
  const git = createSimGit(firstFiles(plan), start);
  const catalogue = createCatalogue(plan, git);
  const outside = createOutside({ plan, catalogue, time, random: random.fork(), trace });
  // Other worlds draw as if there were no store.
  const journal = createSimJournal({ plan, time, trace, random: createRandom(seed + 1) });
  return { plan, random, time, trace, git, catalogue, outside, journal, notifier: createFakeNotifier(), applied: null, freezes: [] };
}

function firstFiles({ environments, processes }: Plan): ReadonlyMap<string, string> {
  const files = new Map<string, string>([["README.md", "What runs where."]]);
  for (const { name } of environments) {
    files.set(pinsPath(name), writePins(new Map([...processes.keys()].map((process) => [process, firstVersion]))));
    files.set(quarantinePath(name), "");
    files.set(settingsPath(name), "revision: 1\n");
  }
  return files;
}
