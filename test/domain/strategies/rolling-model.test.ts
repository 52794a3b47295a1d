import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Action } from "../../../src/domain/journal/actions.ts";
import type { StrategyStep } from "../../../src/domain/journal/rollout.ts";
import { candidate, spec, stable } from "./rolling-values.ts";
import { Fleet, type Mishap } from "./simulated-fleet.ts";
import { runs } from "../../support/thorough.ts";

const instance = fc.nat({ max: 5 });
const mishap: fc.Arbitrary<Mishap> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Mishap>({ kind: "nothing" }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom("crash", "return", "return", "return-without", "busy"), instance }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("join", "healthy", "unknown", "refuse", "refuse") }) },
);
const fleets = fc.record({
  count: fc.integer({ min: 1, max: 5 }),
  batchSize: fc.integer({ min: 1, max: 6 }),
  maxUnavailable: fc.integer({ min: 1, max: 5 }),
  batchDelayMs: fc.constantFrom(0, 200),
  mishaps: fc.array(mishap, { maxLength: 60 }),
});

type Weights = Extract<Action, { kind: "ensure-weights" }>["weights"];

/** Instances on which the new version was found healthy. */
type Checked = Set<string>;

function judge(checked: Checked) {
  return (step: StrategyStep, fleet: Fleet): void => {
    expect(step.why).toMatch(/\S/);
    const { state } = fleet.rollout;
    if (state.kind === "verifying" && fleet.view().during.kind === "healthy") for (const id of state.batch) checked.add(id);
    for (const action of step.actions) if (action.kind === "ensure-weights") judgeWeights(action.weights, fleet, checked);
  };
}

function judgeWeights(weights: Weights, fleet: Fleet, checked: Checked): void {
  expect(weights.reduce((sum, each) => sum + each.weight, 0)).toBe(100);
  for (const { weight } of weights) expect(Number.isInteger(weight) && weight > 0).toBe(true);
  if (weights.every(({ on }) => on === undefined)) return;
  const on = weights.flatMap((each) => each.on ?? []);
  expect(new Set(on).size).toBe(on.length);
  const ready = (version: string) =>
    fleet.instances.filter((each) => each.isUp && (version === candidate.version ? each.hasCandidate : each.hasStable)).map(({ id }) => id);
  for (const { unit, on: places = [] } of weights) {
    expect(places.length).toBeGreaterThan(0);
    expect(places.filter((id) => !ready(unit.version).includes(id))).toEqual([]);
    if (unit.version === candidate.version) expect(places.filter((id) => !checked.has(id))).toEqual([]);
  }
  // Nobody is taken out beyond what may be unavailable; what is down or broken cannot be helped.
  const hasLost = (id: string, hasCandidate: boolean) => checked.has(id) && !hasCandidate;
  const broken = fleet.instances.filter(
    ({ id, isUp, hasStable, hasCandidate }) => !isUp || !(hasStable || hasCandidate) || hasLost(id, hasCandidate),
  ).length;
  expect(fleet.instances.length - on.length).toBeLessThanOrEqual(Math.max(fleet.spec.maxUnavailable, broken));
}

function run(fleet: Fleet, mishaps: readonly Mishap[]): Fleet {
  const judging = judge(new Set());
  for (const each of mishaps) {
    if (fleet.outcome !== null) return fleet;
    fleet.happen(each);
    fleet.pass(judging);
  }
  fleet.recover();
  for (let passes = 0; fleet.outcome === null; passes += 1) {
    if (passes > 400) throw new Error(`does not end: ${fleet.pass(judging).why} (${JSON.stringify(fleet.rollout.state)})`);
    fleet.pass(judging);
  }
  return fleet;
}

describe("whatever happens to the instances, a rolling deployment", () => {
  it("shares out 100 %, takes out no more than it may, gives traffic only where the version was checked, and ends", () => {
    fc.assert(
      fc.property(fleets, ({ count, mishaps, ...parts }) => {
        const fleet = run(new Fleet(count, { ...spec, ...parts }), mishaps);
        expect(fleet.outcome).toBe("succeeded");
        expect([...fleet.weights]).toEqual([[candidate.version, 100]]);
        expect(fleet.armed).toBe(candidate.digest);
      }),
      runs(600),
    );
  });

  it("that fails a check ends on the old version, wherever it had got to", () => {
    fc.assert(
      fc.property(fleets, fc.nat({ max: 60 }), ({ count, mishaps, ...parts }, at) => {
        const fleet = new Fleet(count, { ...spec, ...parts });
        run(fleet, [
          ...mishaps.slice(0, at),
          { kind: "unhealthy" },
          ...mishaps.slice(at).filter(({ kind }) => kind !== "healthy" && kind !== "unknown"),
        ]);
        const winner = fleet.outcome === "failed" ? stable : candidate;
        expect([...fleet.weights]).toEqual([[winner.version, 100]]);
        expect(fleet.armed).toBe(winner.digest);
      }),
      runs(300),
    );
  });
});
