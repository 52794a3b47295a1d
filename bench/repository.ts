/**
 * One changed pin in a big config repository: from its commit being in the mirror to the decisions about all environments.
 * Everything else is in sync, as it is on most days.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeRedDialect } from "../src/adapters/engines/node-red/dialect.ts";
import { openLocalRepository } from "../src/adapters/git/local-repository.ts";
import { sha256 } from "../src/adapters/manifest/process/digest.ts";
import { createManifests } from "../src/adapters/manifest/manifests.ts";
import { type DesiredState, resolveDesired } from "../src/domain/desired/resolve.ts";
import type { EnvironmentName } from "../src/domain/names.ts";
import type { EnvironmentSnapshot } from "../src/domain/desired/snapshot.ts";
import type { Decision } from "../src/domain/journal/state.ts";
import type { Manifests } from "../src/ports/manifests.ts";
import type { ParseCache } from "../src/ports/objects.ts";
import { versions } from "./big-content.ts";
import { median } from "./big-figures.ts";
import { type BigRepository, type BigRepositoryOptions, createBigRepository } from "./big-repository.ts";
import { createWorld, type World } from "./big-world.ts";
import type { BenchResult } from "./result.ts";

const rounds = 11;
const warmUpRounds = 4;
const movedBudgetMs = 3;
const publishedBudgetMs = 12;
const maxGrowth = 2.5;

/** Takes about a minute. */
export async function onePinBench(): Promise<readonly BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), "pinion-bench-"));
  try {
    const small = await measureOnePin({ folder: join(folder, "small"), processes: 1_000, pins: "by-team" });
    const middle = await measureOnePin({ folder: join(folder, "middle"), processes: 10_000, pins: "by-team" });
    const oneFile = await measureOnePin({ folder: join(folder, "one-file"), processes: 10_000, pins: "one-file" });
    const large = await measureOnePin({ folder: join(folder, "large"), processes: 100_000, pins: "by-team" });
    return [
      within("one pin moved, 10,000 processes, to the decisions", [middle.moved, small.moved], movedBudgetMs),
      within("the same, all pins in one file", [oneFile.moved, small.moved], movedBudgetMs),
      within("the same, a new version published with it", [middle.published, small.published], publishedBudgetMs),
      { ...compare("the same, 100,000 processes", large.moved, small.moved), ...growth(large.moved / small.moved) },
      within("one pin moved, 10,000 processes, decisions alone", [middle.decided, small.decided], movedBudgetMs),
      { ...compare("the same, 100,000 processes", large.decided, small.decided), ...growth(large.decided / small.decided) },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Compared = Omit<BenchResult, "budget" | "ok">;

function compare(name: string, ours: number, baseline: number): Compared {
  return { name, unit: "ms", ours, baseline, baselineName: "1,000 processes", ratio: ours / baseline };
}

function within(name: string, [ours, baseline]: readonly [number, number], budgetMs: number): BenchResult {
  return { ...compare(name, ours, baseline), budget: `<= ${budgetMs} ms`, ok: ours <= budgetMs };
}

function growth(ratio: number): Pick<BenchResult, "budget" | "ok"> {
  return { budget: `<= ${maxGrowth} x`, ok: ratio <= maxGrowth };
}

interface Medians {
  /** A pin moves to a version that is known. */
  readonly moved: number;
  /** Of that, from the snapshot to the decisions. */
  readonly decided: number;
  /** A version is published and pinned. */
  readonly published: number;
}

export async function measureOnePin(options: Omit<BigRepositoryOptions, "alike">): Promise<Medians> {
  const big = await createBigRepository({ ...options, alike: true });
  const local = openLocalRepository(big.path);
  try {
    const cache = createTemplateCache(await learnTemplate(join(options.folder, "template")));
    const manifests = createManifests({ objects: local.objects, cache, dialects: [nodeRedDialect] });
    const follower = createFollower(manifests);
    await follower.take(big.head());
    cache.forget();
    const [moved, decided, published]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < rounds + warmUpRounds; round += 1) {
      const process = (round * 37) % options.processes;
      const repinned = await follower.take(big.repin("production", [process], versions[1]));
      const renewed = await follower.take(publish(big, process, round));
      if (round < warmUpRounds) continue;
      moved.push(repinned.allMs);
      decided.push(repinned.decidedMs);
      published.push(renewed.allMs);
    }
    return { moved: median(moved), decided: median(decided), published: median(published) };
  } finally {
    await local.close();
    await rm(options.folder, { recursive: true, force: true });
  }
}

function publish(big: BigRepository, process: number, round: number): string {
  return big.publish("development", process, `2.${round}.0`);
}

interface Taken {
  readonly allMs: number;
  readonly decidedMs: number;
}

interface Follower {
  /** Takes a commit and decides. The world then is as it was decided. */
  take(commit: string): Promise<Taken>;
}

/** What `Source` does with a commit, and `reconcile` in the environments that it changes, without the outside. */
function createFollower(manifests: Manifests): Follower {
  const desired = new Map<EnvironmentName, DesiredState | null>();
  const worlds = new Map<EnvironmentName, World>();
  const known = new Map<EnvironmentName, EnvironmentSnapshot>();
  return {
    take: async (commit) => {
      const startedAt = performance.now();
      const snapshot = await manifests.snapshot(commit, 0);
      const readAt = performance.now();
      const changed = [...snapshot.environments.values()].filter((environment) => environment !== known.get(environment.name));
      const wanted = changed.map((environment) => {
        const state = resolveDesired(environment, { hash: sha256, address: "http://127.0.0.1:1" }, desired.get(environment.name) ?? null);
        desired.set(environment.name, state);
        return { commit, environment, desired: state };
      });
      const steps = wanted.map((one) => worlds.get(one.environment.name)?.decide(one) ?? null);
      const endedAt = performance.now();
      expectOneDeployment(steps);
      for (const one of wanted) {
        known.set(one.environment.name, one.environment);
        const world = worlds.get(one.environment.name) ?? createWorld(one);
        worlds.set(one.environment.name, world);
        world.deploy(one);
      }
      return { allMs: endedAt - startedAt, decidedMs: endedAt - readAt };
    },
  };
}

/** All steps are null for the first commit, before there is a world. */
function expectOneDeployment(steps: readonly (Decision | null)[]): void {
  if (steps.includes(null)) return;
  const opened = steps.flatMap((decision) => decision?.deployments.filter((update) => update.opened) ?? []);
  if (opened.length !== 1) throw new Error(`one deployment was to be decided, not ${opened.length}`);
}

interface TemplateCache extends ParseCache {
  /** From now on an ordinary, empty cache. */
  forget(): void;
}

/** Answers for every process with the row of one, since all are alike: reading them all would take minutes. */
function createTemplateCache(template: string): TemplateCache {
  let known: Map<string, string> | null = null;
  const find = (key: string) => (known ? known.get(key) : template);
  return {
    get: (keys) => new Map(keys.flatMap((key) => [[key, find(key) ?? ""] as const]).filter(([, row]) => row !== "")),
    put: (entries) => {
      for (const [key, text] of entries) known?.set(key, text);
    },
    forget: () => void (known = new Map()),
  };
}

/** The row that is cached of a process with all its versions read. */
async function learnTemplate(folder: string): Promise<string> {
  const big = await createBigRepository({ folder, processes: 1, pins: "one-file", alike: true });
  const local = openLocalRepository(big.path);
  let newest = "";
  const cache: ParseCache = { get: () => new Map(), put: (entries) => void (newest = [...entries.values()].at(-1) ?? newest) };
  await createManifests({ objects: local.objects, cache, dialects: [nodeRedDialect] }).snapshot(big.head(), 0);
  await local.close();
  return newest;
}
