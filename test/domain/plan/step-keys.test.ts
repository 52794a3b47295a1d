/** Which states of a rollout are a step for people: states with the same key are one step, states without a key belong to the one before. */

import { expect, it } from "vitest";
import type { StrategySpec } from "../../../src/domain/desired/environment.ts";
import type { RolloutState } from "../../../src/domain/journal/rollout.ts";
import { keyOf } from "../../../src/domain/plan/step-keys.ts";
import { canary } from "../../support/progressive.ts";
import { blueGreen } from "../../support/spec.ts";

const rolling: StrategySpec = { kind: "rolling", batchSize: 1, batchDelayMs: 300, maxUnavailable: 1, healthCheckIntervalMs: 50 };
const batch = { done: ["a"], batch: ["b", "c"], since: 1 };

it.each<[string, RolloutState, StrategySpec, string | null]>([
  ["validating is a step", { kind: "validating" }, blueGreen, "validating"],
  ["installing is a step", { kind: "installing" }, blueGreen, "installing"],
  ["switching is a step", { kind: "switching" }, blueGreen, "switching"],
  ["baking is a step", { kind: "baking", since: 1, until: 2 }, blueGreen, "baking"],
  ["going back is none", { kind: "rejected", why: "bad", since: 1, hadTraffic: true, trigger: "x" }, blueGreen, null],
  ["each step of a canary is one", { kind: "shifting", step: 2, weight: 50, since: 1 }, canary, "shifting 2"],
  ["a canary that has passed waits in its last one", { kind: "shifting", step: 2, weight: 50, since: 1, hasPassed: true }, canary, null],
  ["a batch is drained in one step", { kind: "draining-batch", ...batch }, rolling, "batch b c"],
  ["and updated in the same", { kind: "updating", ...batch }, rolling, "batch b c"],
  ["and checked in the same", { kind: "verifying", ...batch }, rolling, "batch b c"],
  ["and put back in the same", { kind: "restoring", ...batch }, rolling, "batch b c"],
  ["the pause after a batch is a step", { kind: "pausing", done: ["a"], since: 1 }, rolling, "pausing 1"],
  ["not before the first batch", { kind: "pausing", done: [], since: 1 }, rolling, null],
  ["nor without batchDelay", { kind: "pausing", done: ["a"], since: 1 }, { ...rolling, batchDelayMs: 0 }, null],
])("%s", (_what, state, strategy, key) => {
  expect(keyOf({ state, strategy })).toBe(key);
});
