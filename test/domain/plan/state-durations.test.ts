/** How long a state takes: the median of the same deployments before, else a default. */

import { describe, expect, it } from "vitest";
import type { Deployment } from "../../../src/domain/journal/state.ts";
import { createDurations } from "../../../src/domain/plan/state-durations.ts";
import { rollout } from "../../support/decision-values.ts";

/** It was installing for so long, and did nothing else. */
function took(ms: number, parts: Partial<Deployment> = {}): Deployment {
  const steps = [{ at: 0, state: "installing", code: "Installing", why: "" }];
  return {
    environment: "production",
    process: "orders",
    strategy: "recreate",
    phase: "Succeeded",
    endedAt: ms,
    steps,
    ...parts,
  } as Deployment;
}

describe("installing takes", () => {
  it.each<[string, readonly Deployment[], number, string]>([
    ["the default without a history", [], 2_000, "default, no history"],
    ["the median of the process's own", [took(10), took(90), took(30)], 30, "median of 3 of its own here"],
    ["the middle of the two in the middle", [took(10), took(21)], 16, "median of 2 of its own here"],
    ["that of other processes, where it has none", [took(70, { process: "billing" })], 70, "median of 1 of other processes here"],
    ["not that of others, where it has its own", [took(70, { process: "billing" }), took(10)], 10, "median of 1 of its own here"],
    ["not that of another environment", [took(70, { environment: "staging" })], 2_000, "default, no history"],
    ["not that of another strategy", [took(70, { strategy: "canary" })], 2_000, "default, no history"],
    ["not that of a deployment that failed", [took(70, { phase: "Failed" })], 2_000, "default, no history"],
    ["not that of a deployment that is under way", [took(70, { endedAt: null })], 2_000, "default, no history"],
  ])("%s", (_what, history, ms, from) => {
    const durations = createDurations("production", history)(rollout());
    expect([durations.msIn("installing"), durations.from]).toEqual([ms, from]);
  });
});

it("a state in which only the strategy waits takes no time of its own, whatever the history", () => {
  const paused = took(900, { steps: [{ at: 0, state: "pausing", code: "Rolling", why: "" }] });
  expect(createDurations("production", [paused])(rollout()).msIn("pausing")).toBe(0);
});

it("a state that the history does not have takes the default", () => {
  expect(createDurations("production", [took(10)])(rollout()).msIn("checking")).toBe(1_000);
});
