/** How long deployments are expected to take. */

import { describe, expect, it } from "vitest";
import type { Deployment } from "../../../src/domain/journal/state.ts";
import { environment, metricCheck, pin, plan, rollbackPolicy } from "./snapshots.ts";
import { saying } from "../../support/reason.ts";

/** All of its time went into installing it. */
function stepsTaking(durationMs: number): Deployment["steps"] {
  const before = ["started", "validating", "installing"].map((state) => ({ state, at: 0 }));
  const after = ["checking", "shifting", "switching", "post-deployment", "draining", "Succeeded"].map((state) => ({
    state,
    at: durationMs,
  }));
  return [...before, ...after].map((step) => ({ ...step, code: "AsPinned", why: "" }));
}

describe("estimates", () => {
  function past(process: string, durationMs: number, parts: Partial<Deployment> = {}): Deployment {
    const about = {
      environment: "staging",
      process,
      kind: "deploy",
      version: "1.0.0",
      digest: null,
      from: null,
      strategy: "blue-green",
      commit: "c",
      trigger: null,
    } as const;
    return {
      id: "i",
      ...about,
      startedAt: 0,
      endedAt: durationMs,
      phase: "Succeeded",
      reason: saying(""),
      steps: stepsTaking(durationMs),
      validations: [],
      changes: null,
      handEdits: [],
      deploymentPlan: null,
      rollbackPlan: null,
      ...parts,
    };
  }
  const [from, to] = [
    environment([pin("a", "1.0.0"), pin("b", "1.0.0")]),
    environment([pin("a", "1.1.0"), pin("b", "1.1.0", { needs: { a: "*" } })]),
  ];

  it("are medians of the process's own deployments, else of others' here, else a default that says so", () => {
    const history = [
      past("a", 1000),
      past("a", 9000),
      past("a", 3000),
      past("z", 50, { environment: "production" }),
      past("a", 7, { phase: "Failed" }),
      past("b", 1, { endedAt: null }),
    ];
    const its = plan(from, to, { history });
    expect(its.deployments.map((one) => [one.estimatedDuration, one.estimatedFrom])).toEqual([
      [3000, "median of 3 of its own here"],
      [3000, "median of 3 of other processes here"],
    ]);
    expect(plan(from, to).deployments[0]).toMatchObject({ estimatedDuration: 5000, estimatedFrom: "default, no history" });
  });

  it("add up for what waits for each other, and not for what does not", () => {
    const history = [past("a", 1000), past("b", 500), past("c", 800)];
    expect(plan(from, to, { history }).estimatedDuration).toBe(1500);
    const free = environment([pin("a", "1.1.0"), pin("b", "1.1.0"), pin("c", "1.1.0")]);
    expect(plan(null, free, { history }).estimatedDuration).toBe(1000);
  });

  it("mind how many may be under way at once", () => {
    const history = [past("a", 1000), past("b", 500), past("c", 800)];
    const pins = [pin("a", "1.1.0"), pin("b", "1.1.0"), pin("c", "1.1.0")];
    expect(plan(null, environment(pins, { maxConcurrentDeployments: 1 }), { history }).estimatedDuration).toBe(2300);
    expect(plan(null, environment(pins, { maxConcurrentDeployments: 2 }), { history }).estimatedDuration).toBe(1300);
  });

  it("count what is waited for in any case, also where it went faster before", () => {
    const strategy = {
      kind: "canary",
      steps: [
        { kind: "weight", weight: 50 },
        { kind: "analysis", durationMs: 20_000 },
        { kind: "pause", durationMs: null },
        { kind: "pause", durationMs: 10_000 },
        { kind: "weight", weight: 100 },
      ],
      checks: [],
      maxDurationMs: 1,
      keepOldVersion: true,
      warm: { count: 1, maxAgeMs: null },
    } as const;
    const settings = { strategy, rollback: rollbackPolicy({ triggers: [metricCheck({})], bakeMs: 60_000 }) };
    const canary = environment([pin("a", "1.1.0")], settings);
    expect(plan(environment([pin("a", "1.0.0")], settings), canary).deployments[0]?.estimatedDuration).toBe(95_000);
    expect(plan(null, canary).deployments[0]?.estimatedDuration).toBe(64_500);
    const history = [past("a", 1000, { strategy: "canary" })];
    expect(plan(environment([pin("a", "1.0.0")], settings), canary, { history }).deployments[0]?.estimatedDuration).toBe(91_000);
  });

  it("do not let a caller, or a process that needs its place, wait for a version that serves already and only bakes", () => {
    const watched = { rollback: rollbackPolicy({ triggers: [metricCheck({})], bakeMs: 60_000 }) };
    const history = [past("a", 1000), past("b", 500)];
    const called = environment([pin("a", "1.1.0"), pin("b", "1.1.0", { needs: { a: "*" } })], watched);
    expect(plan(from, called, { history }).estimatedDuration).toBe(61_500);
    const inTurn = environment([pin("a", "1.1.0"), pin("b", "1.1.0")], { ...watched, maxConcurrentDeployments: 1 });
    expect(plan(from, inTurn, { history }).estimatedDuration).toBe(61_500);
  });

  it("count every instance that a rolling deployment goes to", () => {
    const strategy = { kind: "rolling", batchSize: 1, batchDelayMs: 0, maxUnavailable: 1, healthCheckIntervalMs: 1000 } as const;
    const to = environment([pin("a", "1.1.0")], { strategy });
    const [one, two] = [["a"], ["a", "b"]].map((instances) => plan(environment([pin("a", "1.0.0")]), to, { instances }).estimatedDuration);
    expect(two).toBeGreaterThan(one ?? Infinity);
  });
});
