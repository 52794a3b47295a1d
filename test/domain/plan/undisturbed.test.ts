/** What is planned is what happens: an undisturbed rollout through the whole controller takes exactly the planned steps. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StrategySpec } from "../../../src/domain/desired/environment.ts";
import type { EnvironmentSnapshot } from "../../../src/domain/desired/snapshot.ts";
import type { DeploymentPlan } from "../../../src/domain/plan/deployment-plan.ts";
import { makePlan } from "../../../src/domain/plan/plan.ts";
import { keyOf } from "../../../src/domain/plan/step-keys.ts";
import { wordsFor } from "../../../src/domain/plan/step-words.ts";
import { runs } from "../../support/thorough.ts";
import { canary, errorRate, measure, use } from "../../support/progressive.ts";
import { blueGreen, environment } from "../../support/spec.ts";
import { createWorld, type World } from "../../support/world.ts";

const names = ["p0", "p1", "p2"] as const;

const strategy: fc.Arbitrary<StrategySpec> = fc.oneof(
  fc.record({ delay: fc.constantFrom(0, 700), isKept: fc.boolean() }).map(({ delay, isKept }) => {
    return { ...blueGreen, switchTrafficDelayMs: delay, keepOldVersion: isKept };
  }),
  fc.constantFrom(300, 2_000).map((durationMs): StrategySpec => {
    const steps = [
      { kind: "weight", weight: 20 },
      { kind: "analysis", durationMs },
      { kind: "weight", weight: 60 },
    ] as const;
    return { ...canary, steps: [...steps, { kind: "pause", durationMs: 400 }] };
  }),
  fc
    .record({ batchSize: fc.constantFrom(1, 2), batchDelayMs: fc.constantFrom(0, 600), maxUnavailable: fc.constantFrom(1, 2) })
    .map((parts): StrategySpec => ({ kind: "rolling", healthCheckIntervalMs: 100, ...parts })),
  fc.constant<StrategySpec>({ kind: "recreate" }),
);

const version = fc.constantFrom(null, "1.0.0", "1.1.0");

const story = fc.record({
  before: fc.tuple(version, version, version),
  after: fc.tuple(version, version, version),
  strategies: fc.tuple(strategy, strategy, strategy),
  instances: fc.constantFrom(["one"], ["one", "two"], ["one", "two", "three"]),
  limit: fc.constantFrom(null, 1, 2),
  /** Each calls the one before it. */
  isChained: fc.boolean(),
  /** From 1.1.0 on the first two answer what the other answered. */
  isSwapped: fc.boolean(),
  bakeMs: fc.constantFrom(0, 1_500),
});

type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

function told({ instances, strategies, limit, isChained, isSwapped, bakeMs }: Story): World {
  const world = createWorld({ instances });
  measure(world, 1);
  use(world, blueGreen, bakeMs, [errorRate]);
  const own = new Map(names.map((process, index) => [process, strategies[index] as StrategySpec]));
  world.spec = { ...world.spec, strategies: own, maxConcurrentDeployments: limit, allowEmpty: true, pruneDelayMs: 0 };
  for (const [index, process] of names.entries()) {
    const dependencies = isChained && index > 0 ? [{ type: "workflow" as const, name: `p${index - 1}`, version: "*", required: true }] : [];
    world.publish(process, "1.0.0", { dependencies, path: `/p${index}` });
    world.publish(process, "1.1.0", { dependencies, path: isSwapped && index < 2 ? `/p${1 - index}` : `/p${index}` });
  }
  return world;
}

function pinAll(world: World, pins: Story["before"]): EnvironmentSnapshot {
  for (const [index, process] of names.entries()) world.pin(process, pins[index] ?? null);
  const wanted = world.ports.wanted(environment);
  if (!wanted) throw new Error("the environment is not known");
  return wanted.environment;
}

/** Passes until nothing is under way, and what each process did. */
async function played(world: World): Promise<ReadonlyMap<string, readonly string[]>> {
  const steps = new Map<string, string[]>();
  const last = new Map<string, string>();
  for (let quiet = 0, passes = 0; quiet < 40; passes += 1) {
    if (passes > 2_000) throw new Error("does not come to rest");
    quiet = (await world.pass()) ? quiet + 1 : 0;
    for (const process of names) await note(world, process, { steps, last });
    world.now += 100;
  }
  return steps;
}

interface Noted {
  readonly steps: Map<string, string[]>;
  readonly last: Map<string, string>;
}

async function note(world: World, process: string, { steps, last }: Noted): Promise<void> {
  const rollout = (await world.state(process))?.rollout ?? null;
  const key = rollout && keyOf(rollout);
  if (!rollout || key === null || last.get(process) === key) return;
  last.set(process, key);
  const name = wordsFor({ rollout, spec: world.spec, checks: [] })?.name ?? "goes back";
  steps.set(process, [...(steps.get(process) ?? []), name]);
}

/** What is removed after it was taken out is no step of its deployment. */
function planned({ deployments, steps }: DeploymentPlan): ReadonlyMap<string, readonly string[]> {
  return new Map(
    deployments.map(({ id, process, kind }) => {
      const own = steps.filter((step) => step.id.startsWith(`${id}.`) && (kind === "deploy" || step.action === "clear"));
      return [process, own.map(({ name }) => name)];
    }),
  );
}

/** By the plans that are kept with the deployments that are not known yet. */
async function plannedWhenOpened({ journal }: World, known: ReadonlySet<string>): Promise<Readonly<Record<string, readonly string[]>>> {
  const opened = (await journal.history({})).filter(({ id }) => !known.has(id));
  const whole = await Promise.all(opened.map(async ({ id }) => (await journal.history({ id }))[0]));
  const steps: Record<string, readonly string[]> = {};
  for (const deployment of whole) {
    if (!deployment) continue;
    const { process, kind, deploymentPlan } = deployment;
    steps[process] = (deploymentPlan?.steps ?? []).filter(({ action }) => kind === "deploy" || action === "clear").map(({ name }) => name);
  }
  return steps;
}

describe("an undisturbed rollout", () => {
  it("takes exactly the planned steps", async () => {
    await fc.assert(
      fc.asyncProperty(story, async (one) => {
        const world = told(one);
        const from = pinAll(world, one.before);
        await played(world);
        const to = pinAll(world, one.after);
        fc.pre(await isAsPinned(world, from));
        const plan = makePlan({ environment, from, to, details: new Map(), history: [], instances: one.instances });
        // What is begun, and fails since what it calls is taken out beside it, is disturbed by that.
        fc.pre(plan.held.length === 0);
        const known = new Set((await world.journal.history({})).map(({ id }) => id));
        const steps = Object.fromEntries(await played(world));
        expect(steps).toEqual(Object.fromEntries(planned(plan)));
        expect(await plannedWhenOpened(world, known)).toEqual(steps);
      }),
      runs(60),
    );
  });
});

/** The plan takes it that what was pinned before runs. */
async function isAsPinned(world: World, { pins }: EnvironmentSnapshot): Promise<boolean> {
  const serving = names.map((process) => Object.keys(world.traffic(process))[0] ?? null);
  const wanted = names.map((process) => {
    const pinned = pins.get(process);
    return pinned?.kind === "runnable" ? pinned.summary.version : null;
  });
  return serving.every((each, index) => each === wanted[index]);
}
