import { describe, expect, it } from "vitest";
import { plannedProgress } from "../../../src/domain/plan/planned-progress.ts";
import type { Rollout, RolloutState } from "../../../src/domain/journal/rollout.ts";
import { canary } from "../../support/progressive.ts";
import { blueGreen } from "../../support/spec.ts";

const step = (key: string, estimatedDuration: number) => ({ key, name: `does ${key}`, brief: key, estimatedDuration });
const planned = [
  step("installing", 4_000),
  step("checking", 2_000),
  step("shifting 0", 10_000),
  step("draining", 3_000),
  step("baking", 60_000),
];
const now = 100_000;

const rollout = (state: RolloutState, parts: Partial<Rollout> = {}): Rollout => ({
  deployment: "d1",
  process: "orders",
  kind: "deploy",
  commit: "c1",
  stable: null,
  candidate: null,
  strategy: blueGreen,
  fast: false,
  startedAt: 0,
  deadline: 1e9,
  paused: null,
  switchedAt: null,
  state,
  ...parts,
});

describe("where a rollout is in its plan", () => {
  it.each<[string, Rollout, number | null, number | null]>([
    ["a step without a beginning takes what is estimated", rollout({ kind: "checking" }), 2, 75_000],
    ["what is known of a beginning counts", rollout({ kind: "draining", since: now - 1_000 }), 4, 62_000],
    ["a step that takes longer than estimated is about to end", rollout({ kind: "draining", since: 0 }), 4, 60_000],
    ["a time at which it goes on is better than an estimate", rollout({ kind: "baking", since: now, until: now + 7_000 }), 5, 7_000],
    [
      "the end of a shift belongs to it",
      rollout({ kind: "shifting", step: 0, weight: 20, since: now, hasPassed: true }, { strategy: canary }),
      3,
      expect.any(Number),
    ],
    [
      "nobody knows how long a person pauses it",
      rollout({ kind: "checking" }, { paused: { by: { name: "Ann", email: null }, why: "", at: 0 } }),
      2,
      null,
    ],
    ["what goes back is in none", rollout({ kind: "rejected", why: "bad", since: 0, hadTraffic: true, trigger: "abort" }), null, null],
    ["what was not planned is in none", rollout({ kind: "clearing", since: 0 }), null, null],
  ])("%s", (_what, one, at, leftMs) => {
    expect(plannedProgress(one, planned, now)).toMatchObject({ step: at, leftMs });
  });

  it("comes with the steps, in words and with their durations", () => {
    const { steps } = plannedProgress(rollout({ kind: "checking" }), planned, now);
    expect(steps[1]).toEqual({ name: "does checking", brief: "checking", estimatedDuration: 2_000 });
  });
});
