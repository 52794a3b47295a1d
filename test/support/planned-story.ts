/** Random repositories of two or three environments, and a commit that changes them: what is planned of it must be what happens. */

import fc from "fast-check";
import type { StrategySpec } from "../../src/domain/desired/environment.ts";
import type { Dependency } from "../../src/domain/desired/version.ts";
import { isInRange } from "../../src/domain/desired/dependency-graph.ts";
import { canary, errorRate, measure, use } from "./progressive.ts";
import { blueGreen } from "./spec.ts";
import { createWorld, type World } from "./world.ts";

export const names = ["p0", "p1", "p2", "p3"] as const;

const strategy: fc.Arbitrary<StrategySpec> = fc.oneof(
  fc.record({ delay: fc.constantFrom(0, 700), isKept: fc.boolean() }).map(({ delay, isKept }) => {
    return { ...blueGreen, switchTrafficDelayMs: delay, keepOldVersion: isKept };
  }),
  fc.record({ durationMs: fc.constantFrom(300, 2_000), isKept: fc.boolean() }).map(({ durationMs, isKept }): StrategySpec => {
    const steps = [
      { kind: "weight", weight: 20 },
      { kind: "analysis", durationMs },
      { kind: "weight", weight: 60 },
    ] as const;
    return { ...canary, steps: [...steps, { kind: "pause", durationMs: 400 }], keepOldVersion: isKept };
  }),
  fc
    .record({ batchSize: fc.constantFrom(1, 2), batchDelayMs: fc.constantFrom(0, 600), maxUnavailable: fc.constantFrom(1, 2) })
    .map((parts): StrategySpec => ({ kind: "rolling", healthCheckIntervalMs: 100, ...parts })),
  fc.constant<StrategySpec>({ kind: "recreate" }),
);

/** From 2.0.0 on paths have other owners: what runs is no part of that yet. */
const before = fc.constantFrom(null, "1.0.0", "1.0.0", "1.1.0");
const version = fc.constantFrom(null, "1.0.0", "1.1.0", "2.0.0");

const oneEnvironment = fc.record({
  before: fc.tuple(before, before, before, before),
  after: fc.tuple(version, version, version, version),
  strategies: fc.tuple(strategy, strategy, strategy, strategy),
  instances: fc.constantFrom(["one"], ["one", "two"], ["one", "two", "three"]),
  limit: fc.constantFrom(null, 1, 2),
  bakeMs: fc.constantFrom(0, 1_500),
  pruneDelayMs: fc.constantFrom(0, 5_000),
  allowEmpty: fc.boolean(),
  /** The commit gives all versions another variable. */
  hasNewVariable: fc.boolean(),
  /** The commit puts what this process has pinned then into quarantine. */
  quarantined: fc.constantFrom(null, null, null, ...names),
  /** It comes in a freeze, which is lifted later. */
  isFrozen: fc.boolean(),
});

export const story = fc.record({
  environments: fc.array(oneEnvironment, { minLength: 1, maxLength: 3 }),
  /** Who calls whom: each may call those before it, in these versions. */
  needs: fc.tuple(...names.map((_name, index) => fc.array(need(index), { maxLength: 1 }))),
  /** Who has the path of whom from 2.0.0 on. */
  owners: fc.constantFrom([0, 1, 2, 3], [0, 1, 2, 3], [1, 0, 2, 3], [1, 2, 0, 3], [1, 2, 3, 0], [1, 0, 3, 2]),
});

export type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;
export type OneEnvironment = Story["environments"][number];

function need(of: number) {
  return fc.record({ on: fc.integer({ min: 0, max: Math.max(0, of - 1) }), range: fc.constantFrom("*", ">=1.1.0", "^1.0.0") });
}

/** A world for each environment, before anything is pinned. */
export function told({ environments, needs, owners }: Story): readonly World[] {
  const worlds: World[] = [];
  for (const [index, one] of environments.entries()) {
    const environment = ["production", "staging", "development"][index] ?? "";
    const [beside] = worlds;
    const world = createWorld({ instances: one.instances, hasPlans: true, environment, ...(beside && { beside }) });
    settle(world, one, owners);
    for (const [place, process] of names.entries()) {
      const dependencies = (needs[place] ?? []).flatMap(({ on, range }): readonly Dependency[] =>
        on === place ? [] : [{ type: "workflow", name: names[on] ?? "", version: range, required: true }],
      );
      world.publish(process, "1.0.0", { path: `/p${place}` });
      world.publish(process, "1.1.0", { dependencies, path: `/p${place}` });
      world.publish(process, "2.0.0", { dependencies, path: `/p${owners[place]}` });
    }
    worlds.push(world);
  }
  return worlds;
}

function settle(world: World, { strategies, limit, bakeMs, pruneDelayMs, allowEmpty }: OneEnvironment, owners: Story["owners"]): void {
  measure(world, 1);
  use(world, blueGreen, bakeMs, [errorRate]);
  const own = new Map(names.map((process, index) => [process, inMove(strategies[index] as StrategySpec, owners[index] !== index)]));
  world.spec = { ...world.spec, strategies: own, maxConcurrentDeployments: limit, allowEmpty, pruneDelayMs };
}

/** Who is recreated gives its paths up when it is taken out: whether that is before others are ready hangs on how long each of them takes. */
function inMove(strategy: StrategySpec, isMoving: boolean): StrategySpec {
  return isMoving && strategy.kind === "recreate" ? blueGreen : strategy;
}

/** Pins what runs before the commit. */
export function begin(world: World, { before }: OneEnvironment, story: Story): void {
  pinAll(world, usable(before, story));
}

/** Merges the commit. */
export function commit(world: World, { after, hasNewVariable, quarantined }: OneEnvironment, story: Story): void {
  if (hasNewVariable) world.spec = { ...world.spec, variables: { more: "1" } };
  const pins = usable(after, story);
  pinAll(world, pins);
  if (quarantined !== null && pins[names.indexOf(quarantined)] !== null) world.rejectUnlessHeld(quarantined);
}

type Pins = readonly (string | null)[];

function pinAll(world: World, pins: Pins): void {
  for (const [index, process] of names.entries()) world.pin(process, pins[index] ?? null);
}

/** Two that answer the same, and a need that is not pinned, are errors of the repository. */
function usable(drawn: Pins, story: Story): Pins {
  const ways: readonly Pins[] = [drawn, drawn.map((version) => version && "2.0.0"), drawn.map((version) => version && "1.0.0")];
  return ways.find((pins) => !isClashing(pins, story) && !isLacking(pins, story)) ?? [];
}

function isClashing(pins: Pins, { owners }: Story): boolean {
  const paths = pins.flatMap((version, index) => (version === null ? [] : [version === "2.0.0" ? owners[index] : index]));
  return new Set(paths).size < paths.length;
}

function isLacking(pins: Pins, { needs }: Story): boolean {
  return pins.some((version, index) => {
    if (version === null || version === "1.0.0") return false;
    return (needs[index] ?? []).some(({ on, range }) => on !== index && !isInRange(pins[on] ?? "", range));
  });
}
