/** What is kept of what is to come of a deployment. */

import { describe, expect, it } from "vitest";
import { createPlanRecords } from "../../../src/controller/plans/plan-records.ts";
import { plannedProgress } from "../../../src/domain/plan/planned-progress.ts";
import { canary, use } from "../../support/progressive.ts";
import { environment, running, type World } from "../../support/world.ts";

const newest = async ({ journal }: World) => {
  const [last] = await journal.history({ limit: 1 });
  return (await journal.history({ id: last!.id }))[0]!;
};

async function moved(change: (world: World) => void = () => undefined): Promise<World> {
  const world = await running({ hasPlans: true });
  world.publish("orders", "1.1.0", { paths: ["/orders", "/more"] });
  world.pin("orders", "1.1.0");
  change(world);
  await world.settle();
  return world;
}

describe("a deployment that is opened", () => {
  it("is kept with its steps, what it rests on, and the way back", async () => {
    const { deploymentPlan, rollbackPlan } = await newest(await moved());
    const steps = deploymentPlan?.steps ?? [];
    expect(steps.map(({ action }) => action)).toEqual(expect.arrayContaining(["install", "check", "switch"]));
    expect(steps.map(({ order }) => order)).toEqual(steps.map((_, index) => index + 1));
    expect(steps[1]?.dependencies).toEqual([steps[0]?.id]);
    expect(deploymentPlan).toMatchObject({ leftOut: 0, riskAssessment: { level: "medium" } });
    expect(rollbackPlan?.steps).toMatchObject([{ process: "orders", version: "1.0.0" }]);
  });

  it("is estimated from the history of its process", async () => {
    const world = await running({ hasPlans: true });
    world.publish("orders", "1.1.0", {});
    world.pin("orders", "1.1.0");
    await world.settle();
    const { deploymentPlan } = await newest(world);
    const estimates = (deploymentPlan?.steps ?? []).filter(({ action }) => action === "install").map((step) => step.estimatedDuration);
    // Its first deployment took milliseconds; without a history it would be two seconds.
    expect(estimates).toEqual([expect.toSatisfy((ms: number) => ms < 100)]);
  });

  it("as the way back has none itself", async () => {
    const world = await running({ hasPlans: true });
    world.engine.removeByHand(world.digest("orders", "1.0.0"));
    await world.settle();
    expect(await newest(world)).toMatchObject({
      kind: "self-heal",
      deploymentPlan: { steps: [{ action: "install" }, {}] },
      rollbackPlan: null,
    });
  });

  it("that takes a process out says so", async () => {
    const world = await running({ hasPlans: true });
    world.spec = { ...world.spec, allowEmpty: true };
    world.pin("orders", null);
    await world.settle();
    const { kind, deploymentPlan, rollbackPlan } = await newest(world);
    expect([kind, deploymentPlan?.steps[0]?.action, rollbackPlan?.steps[0]?.version]).toEqual(["prune", "clear", "1.0.0"]);
  });

  it("goes on although its plan cannot be recorded", async () => {
    const errors: unknown[] = [];
    const world = await moved((one) => {
      one.ports = { ...one.ports, log: { ...one.ports.log, error: (fields) => void errors.push(fields["error"]) } };
      one.journal.before = ({ call }) => {
        if (call === "recordPlan") throw new Error("the disk says no");
      };
    });
    expect(await newest(world)).toMatchObject({ phase: "Succeeded", deploymentPlan: null, rollbackPlan: null });
    expect(errors).toHaveLength(1);
  });

  it("is planned once, however often it is looked at", async () => {
    const world = await moved();
    await world.settle();
    expect(world.journal.calls.filter(({ call }) => call === "recordPlan")).toHaveLength((await world.journal.history({})).length);
  });
});

describe("the plan of what is under way", () => {
  /** The step that it is in, pass by pass, each once. */
  async function walk(world: World): Promise<readonly number[]> {
    const seen: number[] = [];
    for (let passes = 0; passes < 200; passes += 1) {
      await world.pass();
      await world.ports.plans.idle();
      const [row] = (await world.journal.state(environment)).processes.values();
      const steps = row?.rollout ? world.ports.plans.stepsOf(environment, row.rollout.deployment, world.ports) : null;
      const at = row?.rollout && steps ? plannedProgress(row.rollout, steps, world.now).step : null;
      if (at !== null && seen.at(-1) !== at) seen.push(at);
      world.now += 100;
    }
    return seen;
  }

  it("is gone through step by step, from the first to the last", async () => {
    const world = await running({ hasPlans: true });
    use(world, canary, 1_000, []);
    world.publish("orders", "1.1.0", {});
    world.pin("orders", "1.1.0");
    const seen = await walk(world);
    expect(seen).toEqual(seen.map((_, index) => index + 1));
    expect(seen.length).toBeGreaterThan(4);
  });

  it("is known to the next controller once it has been asked for", async () => {
    const world = await moved();
    const { id, deploymentPlan } = await newest(world);
    const next = createPlanRecords();
    expect(next.stepsOf(environment, id, world.ports)).toBeNull();
    await next.idle();
    expect(next.stepsOf(environment, id, world.ports)?.map(({ key }) => key)).toEqual(deploymentPlan?.steps.map(({ key }) => key));
    expect(next.stepsOf(environment, "never-opened", world.ports)).toBeNull();
  });
});
