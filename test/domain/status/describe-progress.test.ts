import { describe, expect, it } from "vitest";
import { describeProgress } from "../../../src/domain/status/describe-progress.ts";
import type { Rollout } from "../../../src/domain/journal/rollout.ts";
import { canary, errorRate, measure, passes, use } from "../../support/progressive.ts";
import { environment, running, type World } from "../../support/world.ts";

/** What is shown of the one process under way. */
async function progress(world: World, change: (rollout: Rollout) => Rollout = (rollout) => rollout) {
  const [before] = (await world.journal.state(environment)).processes.values();
  if (!before?.rollout) throw new Error("nothing is under way");
  return describeProgress(
    { ...before, rollout: change(before.rollout) },
    { spec: world.spec, measured: [], planned: null, now: world.now },
  );
}

describe("the progress of a rollout", () => {
  it("has no time to run out of while it waits for a person, nor once it is only watched", async () => {
    const world = await running();
    use(world, canary, 60_000, [errorRate]);
    measure(world, 0);
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(await progress(world)).toMatchObject({ step: 2, deadline: expect.any(Number) });
    await passes(world, 6_000);
    expect(await progress(world)).toMatchObject({ step: 4, deadline: null });
    await world.command({ kind: "promote", process: "orders", isFull: true });
    await passes(world, 1_000);
    expect(await progress(world)).toMatchObject({ state: "baking", deadline: null });
  });

  it("shows the share that the updated instances of a rolling deployment have", async () => {
    const world = await running();
    use(world, canary);
    measure(world, 0);
    world.pin("orders", "1.1.0");
    await world.settle();
    const pausing = (rollout: Rollout): Rollout => ({ ...rollout, state: { kind: "pausing", done: ["node-red-1"], since: world.now } });
    expect(await progress(world, pausing)).toMatchObject({ weight: 20 });
    const batch = { done: ["node-red-1"], batch: ["node-red-2"], since: 0 };
    expect(await progress(world, (rollout) => ({ ...rollout, state: { kind: "restoring", ...batch } }))).toMatchObject({ weight: 20 });
  });

  it("shows all of the traffic while the version before it is removed, unless that comes before it is installed", async () => {
    const world = await running();
    use(world, canary);
    measure(world, 0);
    world.pin("orders", "1.1.0");
    await world.settle();
    const removing = (rollout: Rollout): Rollout => ({ ...rollout, state: { kind: "removing" } });
    expect(await progress(world, removing)).toMatchObject({ weight: 100 });
    const recreating = (rollout: Rollout): Rollout => ({ ...removing(rollout), strategy: { kind: "recreate" } });
    expect(await progress(world, recreating)).toMatchObject({ weight: 0 });
  });
});
