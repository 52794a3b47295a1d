/** The world of one run, which outlives every controller in it. */

import type { EnvironmentName, Instant } from "../../src/domain/names.ts";
import { createFakeNotifier, type FakeNotifier } from "../fakes/notifier.ts";
import { type Catalogue, createCatalogue } from "./catalogue.ts";
import { type Clocks, createClocks, type Span } from "./clocks.ts";
import { pinsPath, quarantinePath, settingsPath, writePins } from "./files.ts";
import { createSimGit, type SimGit } from "./git.ts";
import { createOutside, type Outside } from "./outside.ts";
import { firstVersion, makePlan, type Plan } from "./plan.ts";
import { createRandom, type Random } from "./random.ts";
import { createSimJournal, type SimJournal } from "./sim-journal.ts";
import { createVirtualTime, type VirtualTime } from "./time.ts";
import { asPublished, versionPath } from "./version-files.ts";
import { createTrace, type Trace } from "./trace.ts";

export interface SimWorld {
  readonly plan: Plan;
  readonly random: Random;
  readonly time: VirtualTime;
  readonly clocks: Clocks;
  readonly trace: Trace;
  readonly git: SimGit;
  readonly catalogue: Catalogue;
  readonly outside: Outside;
  readonly journal: SimJournal;
  readonly notifier: FakeNotifier;
  /** The newest commit that was in force, as the store remembers it. */
  applied: string | null;
  /** The commit that was in force when an environment was looked at last, with the routes that it had then. */
  readonly lookedOn: Map<EnvironmentName, string | null>;
  /** The last commit in which an environment could be used, as the store remembers it. */
  readonly usable: Map<EnvironmentName, string>;
  /** Under the journal. */
  readonly disk: Disk;
  /** When router or engines were away, or took calls and did not answer them, by name; the time that is under way counted whole. */
  readonly silences: Silence[];
  /** Until when what is called by this name takes calls and does not answer them. */
  readonly hung: Map<string, Instant>;
}

export interface Disk {
  isFull: boolean;
  /** For how long it has been full so far, the time that is under way counted whole. */
  fullMs: number;
  /** When it had room again for the last time; null: it was never full. */
  roomAt: Instant | null;
  /** When it refused something by itself for the last time; null: never. */
  refusedAt: Instant | null;
}

export interface Silence extends Span {
  readonly port: string;
}

/** How long ago a pass may have begun that carries out now what it has decided, in milliseconds. */
const passMs = 20_000;

/** What is carried out now may be known to the controller's memory alone: it could not be recorded when it was decided. */
export function isDecidedInMemory({ disk, time }: Pick<SimWorld, "disk" | "time">): boolean {
  const refusedAt = Math.max(disk.roomAt ?? -Infinity, disk.refusedAt ?? -Infinity);
  return disk.isFull || time.now() - refusedAt < passMs;
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
  const clocks = createClocks({ time, trace, random: plan.sourceErrors.setsClock ? createRandom(seed + 5) : null });
  return {
    plan,
    random,
    time,
    clocks,
    trace,
    git,
    catalogue,
    outside,
    journal,
    notifier: createFakeNotifier(),
    applied: null,
    lookedOn: new Map(),
    usable: new Map(),
    disk: { isFull: false, fullMs: 0, roomAt: null, refusedAt: null },
    silences: [],
    hung: new Map(),
  };
}

function firstFiles({ environments, processes, sourceErrors }: Plan): ReadonlyMap<string, string> {
  const files = new Map<string, string>([["README.md", "What runs where."]]);
  for (const { name } of environments) {
    files.set(pinsPath(name), writePins(new Map([...processes.keys()].map((process) => [process, firstVersion]))));
    files.set(quarantinePath(name), "");
    files.set(settingsPath(name), "revision: 1\n");
  }
  if (sourceErrors.breaksVersions)
    for (const [process, versions] of processes)
      for (const version of versions.keys()) files.set(versionPath(process, version), asPublished);
  return files;
}
