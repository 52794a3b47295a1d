/** What a rollout does next if nothing disturbs it, and when: in the words of its strategy. */

import { describe, expect, it } from "vitest";
import type { Rollout, RolloutState } from "../../../src/domain/journal/rollout.ts";
import { dueAt, nextStepOf } from "../../../src/domain/strategies/next-step.ts";
import { canary, errorRate } from "../../support/progressive.ts";
import { blueGreen, spec } from "../../support/spec.ts";
import { rolloutIn, spec as rolling } from "./rolling-values.ts";

const now = 10_000;
const instances = ["a", "b"].map((id) => ({ id, state: "ready", why: "" }) as const);
const delayed = { ...blueGreen, switchTrafficDelayMs: 4_000 };
const shifting = (step: number, weight: number): RolloutState => ({ kind: "shifting", step, weight, since: 8_000 });

interface Row {
  readonly when: string;
  readonly state: RolloutState;
  readonly rollout?: Partial<Rollout>;
  readonly text: string;
  readonly due?: number;
}

const rows: readonly Row[] = [
  { when: "validating", state: { kind: "validating" }, text: "valid; installing beside the running version, without traffic" },
  { when: "installing", state: { kind: "installing" }, text: "installed; checking it on its private address" },
  { when: "checking", state: { kind: "checking" }, text: "checks passed: switching all traffic" },
  {
    when: "checking with switchTrafficDelay",
    state: { kind: "checking" },
    rollout: { strategy: delayed },
    text: "checks passed; switching in 4000 ms",
  },
  {
    when: "waiting for switchTrafficDelay",
    state: { kind: "waiting", since: 8_000 },
    rollout: { strategy: delayed },
    text: "switchTrafficDelay is over: switching all traffic",
    due: 12_000,
  },
  { when: "switching", state: { kind: "switching" }, text: "has all traffic; validating through the public address" },
  {
    when: "validated with all the traffic",
    state: { kind: "post-deployment" },
    text: "validated with traffic; 1.0.0 finishes its requests in flight",
  },
  {
    when: "baking",
    state: { kind: "baking", since: 8_000, until: 15_000 },
    text: "has all traffic, and stayed healthy while it was watched; 1.0.0 is kept warm",
    due: 15_000,
  },
  { when: "going back", state: { kind: "rejected", why: "bad", since: 1, hadTraffic: true, trigger: "x" }, text: "bad" },
  {
    when: "a canary analyses",
    state: shifting(1, 20),
    rollout: { strategy: canary },
    text: "step 3 of 4: giving it 50 % of the traffic",
    due: 13_000,
  },
  {
    when: "a canary waits for a person",
    state: shifting(3, 50),
    rollout: { strategy: canary },
    text: "it continues when a person promotes it",
  },
  {
    when: "paths are handed over",
    state: { kind: "handing-over", since: 1 },
    text: "all the traffic, in one moment with the processes with which its paths change owner",
  },
  {
    when: "rolling pauses before its first batch",
    state: { kind: "pausing", done: [], since: 1 },
    rollout: { strategy: rolling },
    text: "taking a out of rotation",
    due: 501,
  },
  {
    when: "rolling installs on a batch",
    state: { kind: "updating", done: [], batch: ["a"], since: 1 },
    rollout: { strategy: rolling },
    text: "installed; checking it on a",
  },
  {
    when: "rolling has put back its last batch",
    state: { kind: "restoring", done: ["a"], batch: ["b"], since: 1 },
    rollout: { strategy: rolling },
    text: "checked on every instance: switching all traffic",
  },
  {
    when: "a removal has no requests left",
    state: { kind: "clearing", since: 1 },
    rollout: { kind: "prune", candidate: null },
    text: "gets no traffic any more",
  },
];

describe("the next step when", () => {
  it.each(rows)("$when", ({ state, rollout = {}, text, due = null }) => {
    expect(nextStepOf(rolloutIn(state, { strategy: blueGreen, ...rollout }), { spec, instances, now })).toEqual({ text, due });
  });

  it("a version is to be watched: it bakes", () => {
    const watching = { ...spec, analysis: { ...spec.analysis, checks: [errorRate] } };
    const draining = rolloutIn({ kind: "draining", since: 1 }, { strategy: blueGreen });
    expect(nextStepOf(draining, { spec: watching, instances, now }).text).toBe("has all traffic; watched by the rollback policy");
    expect(nextStepOf(draining, { spec, instances, now }).text).toBe("has all traffic; 1.0.0 is kept warm");
  });
});

it.each<[string, RolloutState, Rollout["strategy"], number | null]>([
  ["at the end of the bake time", { kind: "baking", since: 1, until: 77 }, blueGreen, 77],
  ["at the end of the delay", { kind: "waiting", since: 5 }, delayed, 4_005],
  ["at no known time while it installs", { kind: "installing" }, blueGreen, null],
  ["at no known time at a weight", shifting(0, 20), canary, null],
])("is due %s", (_what, state, strategy, due) => {
  expect(dueAt({ state, strategy })).toBe(due);
});
