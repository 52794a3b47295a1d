/** Paths that change owner between processes by one commit: what tests about that share. */

import type { StrategySpec } from "../../src/domain/desired/environment.ts";
import type { ProcessId } from "../../src/domain/names.ts";
import { errorRate, measure, use } from "./progressive.ts";
import { blueGreen, createWorld, environment, type World, type WorldOptions } from "./world.ts";

export type Paths = Readonly<Record<string, readonly string[]>>;

/** What runs, and the commit that changes it. Versions are 1.0.0 before and 2.0.0 after. */
export interface Move {
  readonly before: Paths;
  readonly after: Paths;
}

export async function installed({ before }: Move, strategy: StrategySpec = blueGreen, options: WorldOptions = {}): Promise<World> {
  const world = createWorld({ instances: ["one", "two"], ...options });
  world.spec = { ...world.spec, strategy, pruneDelayMs: 60_000 };
  for (const [process, paths] of Object.entries(before)) {
    world.publish(process, "1.0.0", { paths });
    world.pin(process, "1.0.0");
  }
  await world.settle();
  return world;
}

export function commit(world: World, { before, after }: Move): void {
  for (const process of Object.keys(before)) if (!(process in after)) world.pin(process, null);
  for (const [process, paths] of Object.entries(after)) {
    if (before[process]?.join() === paths.join()) continue;
    world.publish(process, "2.0.0", { paths });
    world.pin(process, "2.0.0");
  }
}

/** Passes until all rests; every path must be answered after every write of the table. */
export async function settleWatched(world: World, paths: readonly string[]): Promise<readonly string[]> {
  const missed: string[] = [];
  for (let quiet = 0, passes = 0; quiet < 3 && passes < 200; passes += 1) {
    quiet = (await world.pass()) ? quiet + 1 : 0;
    for (const path of paths) if (world.router.receive(environment, "GET", path) === null) missed.push(path);
    world.now += 100;
  }
  return missed;
}

/** The processes of each write of the table since then. */
export function writes(world: World, since: number): readonly (readonly string[])[] {
  return world.router.calls
    .slice(since)
    .flatMap((call) => (call.call === "ensureRoutes" ? [call.routes.map(({ process }) => process).toSorted()] : []));
}

/** The commit is rolled out, and its versions are watched by their error rate. */
export async function moved(move: Move, strategy: StrategySpec = blueGreen): Promise<World> {
  const world = await installed(move, strategy);
  use(world, strategy, 10_000, [errorRate]);
  measure(world, 0);
  commit(world, move);
  await passesUntil(world, 100, async () => {
    const states = await Promise.all(Object.keys(move.after).map((process) => world.state(process)));
    return states.every((state) => !state?.rollout || state.rollout.state.kind === "baking") && states.some((state) => state?.rollout);
  });
  return world;
}

/** From now on this process alone answers with errors; nobody asks these. */
export function spoil(world: World, bad: ProcessId, unasked: readonly ProcessId[] = []): void {
  world.readings = ({ candidate: { process } }) => ({
    candidate: unasked.includes(process)
      ? { kind: "none", why: "nobody asks" }
      : { kind: "value", value: process === bad ? 50 : 0, requests: 100, coveredMs: 10_000 },
  });
}

/** Until nothing is under way in this process, while the others, whom nobody asks, are watched on. */
export async function outlast(world: World, over: ProcessId, others: readonly ProcessId[]): Promise<void> {
  world.spec = { ...world.spec, analysis: { ...world.spec.analysis, onInconclusive: "pause" } };
  spoil(world, "", others);
  await passesUntil(world, 1_000, async () => !(await world.state(over))?.rollout);
}

async function passesUntil(world: World, stepMs: number, isSo: () => Promise<boolean>): Promise<void> {
  for (let passes = 0; !(await isSo()); passes += 1) {
    if (passes > 100) throw new Error("it never comes to that");
    await world.pass();
    world.now += stepMs;
  }
}
