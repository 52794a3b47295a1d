/** The steps of a canary: how long each lasts, which waits for a person, and where a promotion leads. */

import { describe, expect, it } from "vitest";
import type { CanaryStep } from "../../../src/domain/desired/environment.ts";
import { firstShareOf, isAnalysing, promoteCanary, stepLastsMs, waitsForPromotion } from "../../../src/domain/strategies/canary-steps.ts";
import { canary } from "../../support/progressive.ts";

const weight = (share: number): CanaryStep => ({ kind: "weight", weight: share });
const analysis: CanaryStep = { kind: "analysis", durationMs: 5_000 };
const pause: CanaryStep = { kind: "pause", durationMs: 1_000 };
const forPerson: CanaryStep = { kind: "pause", durationMs: null };
const all = [weight(20), analysis, forPerson, weight(50), pause, weight(100)];
const spec = { ...canary, steps: all };
const at = (step: number, parts: { readonly hasPassed?: true } = {}) =>
  ({ kind: "shifting", step, weight: 20, since: 7, ...parts }) as const;

describe("each step", () => {
  it.each<[string, number, { analysing: boolean; forPerson: boolean; lastsMs: number | null }]>([
    ["a weight lasts no time of its own", 0, { analysing: false, forPerson: false, lastsMs: null }],
    ["an analysis lasts at least its duration, and needs a verdict", 1, { analysing: true, forPerson: false, lastsMs: 5_000 }],
    ["a pause without a duration waits for a person", 2, { analysing: false, forPerson: true, lastsMs: null }],
    ["a pause with a duration waits for nobody", 4, { analysing: false, forPerson: false, lastsMs: 1_000 }],
    ["after the last one nothing is left to wait for", 6, { analysing: false, forPerson: false, lastsMs: null }],
  ])("%s", (_what, step, expected) => {
    expect({
      analysing: isAnalysing(spec, at(step)),
      forPerson: waitsForPromotion(spec, at(step)),
      lastsMs: stepLastsMs(all[step]),
    }).toEqual(expected);
  });

  it("waits for nothing once it has passed", () => {
    expect([isAnalysing(spec, at(1, { hasPassed: true })), waitsForPromotion(spec, at(2, { hasPassed: true }))]).toEqual([false, false]);
  });
});

describe("a promotion leads", () => {
  it.each<[string, number, object]>([
    ["from a weight to the step after it, with the same share", 0, { step: 1, weight: 20, since: 99 }],
    ["to the share of the next weight", 2, { step: 3, weight: 50, since: 99 }],
    ["past everything, where the next weight is 100", 4, { step: 4, weight: 20, since: 7, hasPassed: true }],
    ["past everything, after the last step", 5, { step: 5, weight: 20, since: 7, hasPassed: true }],
  ])("%s", (_what, step, expected) => {
    expect(promoteCanary(spec, at(step), 99)).toEqual({ kind: "shifting", ...expected });
  });
});

it.each<[readonly CanaryStep[], number]>([
  [all, 20],
  [[pause, weight(30)], 30],
  [[], 100],
])("begins with the share of its first weight: %j with %i %%", (steps, expected) => {
  expect(firstShareOf({ ...canary, steps })).toBe(expected);
});
