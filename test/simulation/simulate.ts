/** One run: an unkind world for a while, then a kind one, and what must hold all the time and at the end. */

import { createFakePinWriter } from "../fakes/pin-writer.ts";
import { createSimBranch } from "./branch.ts";
import { type ControllerLife, type LifeParts, startController } from "./controller-life.ts";
import { judgeEnd } from "./end-rules.ts";
import { createLosses } from "./crowd.ts";
import { createForge, type Forge } from "./forge.ts";
import type { GitRules } from "./git-rules.ts";
import { watch } from "./invariants.ts";
import type { Life } from "./life.ts";
import { withLightAborts } from "./light-abort.ts";
import { startNeighbour } from "./neighbour.ts";
import { createNetwork } from "./network.ts";
import { createOutages } from "./outages.ts";
import { createPeople } from "./people.ts";
import { createRandom } from "./random.ts";
import { createRealWriters, type RealWriters } from "./real-writer.ts";
import { createSimWorld, type SimWorld } from "./sim-world.ts";
import type { Violation } from "./trace.ts";
import { createLongTroubles } from "./troubles.ts";
import { startUntimelyPeople } from "./untimely-people.ts";

export interface RunResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly steps: number;
  readonly lines: readonly string[];
  /** Equal for equal runs. */
  readonly hash: string;
}

export async function simulate(seed: number, isVerbose = false): Promise<RunResult> {
  const world = createSimWorld(seed, isVerbose);
  await withLightAborts(() => live(world));
  const { violations, steps, lines } = world.trace;
  return { seed, violations, steps, lines, hash: world.trace.hash() };
}

async function live(world: SimWorld): Promise<void> {
  const { time, plan, random, trace, outside } = world;
  const invariants = watch(world);
  const isOver = (): boolean => trace.violations.length > 0;
  let running: ControllerLife | null = null;
  let lives = 0;
  const start = async (): Promise<void> => {
    await world.journal.restart();
    running = startController(parts, (lives += 1));
  };
  const network = createNetwork({
    time,
    trace,
    random: random.fork(),
    faults: plan.faults,
    disk: world.disk,
    hung: world.hung,
    onCrash() {
      running = null;
      endFreeze(world);
      outside.onChange = () => undefined;
      time.later(random.between(200, 5_000), () => void start());
    },
  });
  const branch = createSimBranch(world);
  const forge = createForge(world, createRandom(plan.seed + 2));
  const writers = plan.usesRealWriter ? openWriters(world, forge, invariants.git) : null;
  const parts: LifeParts = {
    world,
    network,
    invariants,
    writer: (life) => writers?.of(life) ?? createFakePinWriter({ branch, between: () => time.sleep(random.between(1, 2_000), life) }),
  };
  const people = createPeople({ world, random: random.fork(), controller: () => running });
  const outages = createOutages({ world, random: random.fork(), crash: () => running && network.kill(running.life) });
  const freezer = createRandom(plan.seed + 2);
  const sourceErrors = createLongTroubles(world, createRandom(plan.seed + 6));
  const until = time.now() + plan.troubleMs + sourceErrors.moreMs;
  const every = (meanMs: number, work: () => void): void => {
    const again = (): void => {
      if (time.now() >= until) return;
      work();
      time.later(random.between(1, 2 * meanMs), again);
    };
    time.later(random.between(1, 2 * meanMs), again);
  };
  void start();
  every(plan.peopleEveryMs, () => people.act());
  every(plan.outageEveryMs, () => outages.act());
  sourceErrors.start(until);
  startUntimelyPeople({ world, random: createRandom(plan.seed + 7), refresh: () => running?.controller.commands.refresh() }, until);
  every(freezeEveryMs, () => running && freeze(world, running.life, freezer.between(4_000, 60_000)));
  const losses = createLosses(world, createRandom(plan.seed + 9));
  if (plan.crowd.length > 0) every(lossEveryMs, () => losses.act());
  const restartEveryMs = plan.store?.restartEveryMs ?? null;
  if (restartEveryMs !== null) every(restartEveryMs, () => running && network.kill(running.life));
  await time.runUntil(until, isOver);
  for (const end of [network.calm, () => world.journal.calm(), () => forge.calm(), outages.end, sourceErrors.end, people.settle]) end();
  await judgeEnd({ world, invariants, network, people, isOver });
  if (!isOver()) await losses.judge();
  if (!isOver()) await world.journal.judge();
  if (!isOver()) invariants.git.judge();
  world.journal.close();
}

/** How often somebody at rest loses something, in worlds with many of them. */
const lossEveryMs = 1_500;

/** How often a controller is stopped and goes on later, on an average; most worlds see none of it. */
const freezeEveryMs = 150_000;

/** A paused machine, a suspended laptop: nothing of it runs, and then all of it at once. */
function freeze({ plan, time, trace, clocks }: SimWorld, life: Life, ms: number): void {
  if (plan.isCalm || life.isDead || life.frozenUntil > time.now()) return;
  trace.say(`controller ${life.number} stands still for ${ms} ms`);
  life.frozenUntil = time.now() + ms;
  clocks.lost.push({ from: clocks.now(), to: clocks.now() + ms });
}

/** Whoever is killed stands still no longer, and the next one runs. */
function endFreeze({ clocks: { lost, now } }: SimWorld): void {
  const last = lost.at(-1);
  if (last && last.to > now()) lost[lost.length - 1] = { ...last, to: now() };
}

/** The product's own writer, for two installations. */
function openWriters(world: SimWorld, forge: Forge, rules: GitRules): RealWriters {
  const writers = createRealWriters({ world, forge, random: world.random.fork() });
  startNeighbour({ world, forge, rules, random: createRandom(world.plan.seed + 3), writer: writers.of });
  return writers;
}
