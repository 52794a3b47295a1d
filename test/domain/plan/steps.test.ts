/** The steps of a plan, by strategy. */

import { describe, expect, it } from "vitest";
import type { StrategySpec } from "../../../src/domain/desired/environment.ts";
import { check, environment, metricCheck, pin, plan, rollbackPolicy } from "./snapshots.ts";

const recreateActions = ["validate", "clear", "remove", "install", "check", "switch", "confirm"] as const;

describe("steps", () => {
  const blueGreen = {
    kind: "blue-green",
    healthCheckUrl: "/health",
    healthCheckTimeoutMs: 1,
    switchTrafficDelayMs: 2000,
    keepOldVersion: false,
    warm: { count: 0, maxAgeMs: null },
  } as const;

  const canary = {
    kind: "canary",
    steps: [
      { kind: "weight", weight: 20 },
      { kind: "analysis", durationMs: 60_000 },
      { kind: "weight", weight: 50 },
      { kind: "pause", durationMs: null },
      { kind: "weight", weight: 100 },
    ],
    checks: [metricCheck({ name: "success_rate", pass: { kind: "fixed", comparison: ">=", value: 99 } })],
    maxDurationMs: 1,
    keepOldVersion: true,
    warm: { count: 1, maxAgeMs: null },
  } as const satisfies StrategySpec;
  const rolling = { kind: "rolling", batchSize: 2, batchDelayMs: 5000, maxUnavailable: 2, healthCheckIntervalMs: 1000 } as const;
  const watched = { rollback: rollbackPolicy({ triggers: [metricCheck({})], bakeMs: 600_000 }) };

  const unwatched = { rollback: rollbackPolicy({ enabled: false, triggers: [metricCheck({})], bakeMs: 600_000 }) };

  it.each([
    [
      "a canary",
      { strategy: canary },
      "1.1.0",
      ["validate", "install", "check", "shift", "analyse", "shift", "pause", "switch", "confirm", "drain"],
    ],
    ["rolling", { strategy: rolling }, "1.1.0", ["validate", "roll", "switch", "confirm", "drain", "remove"]],
    [
      "blue-green under a rollback policy",
      { strategy: { ...blueGreen, switchTrafficDelayMs: 0 }, ...watched },
      "1.1.0",
      ["validate", "install", "check", "switch", "confirm", "drain", "bake", "remove"],
    ],
    ["recreate under a rollback policy", { strategy: { kind: "recreate" }, ...watched }, "1.1.0", [...recreateActions, "bake"]],
    ["blue-green", { strategy: blueGreen }, "1.1.0", ["validate", "install", "check", "wait", "switch", "confirm", "drain", "remove"]],
    [
      "blue-green that keeps the old version",
      { strategy: { ...blueGreen, switchTrafficDelayMs: 0, keepOldVersion: true } },
      "1.1.0",
      ["validate", "install", "check", "switch", "confirm", "drain"],
    ],
    ["recreate", { strategy: { kind: "recreate" } }, "1.1.0", recreateActions],
    ["recreate with a time to watch, and nothing to watch for", { ...unwatched, strategy: { kind: "recreate" } }, "1.1.0", recreateActions],
  ] as const)("of %s", (_what, settings, version, actions) => {
    const its = plan(environment([pin("a", "1.0.0")], settings), environment([pin("a", version)], settings));
    expect(its.steps.map(({ action }) => action)).toEqual(actions);
    expect(its.steps.map(({ order }) => order)).toEqual(actions.map((_, index) => index + 1));
    for (const [index, step] of its.steps.entries()) expect(step.dependencies).toEqual(index === 0 ? [] : [its.steps[index - 1]?.id]);
  });

  it("of a canary say shares, limits and ids of their own", () => {
    const its = plan(environment([pin("a", "1.0.0")]), environment([pin("a", "1.1.0")], { strategy: canary }));
    const shown = its.steps.slice(3, 8).map(({ id, name, brief }) => [id, brief, name]);
    expect(shown).toEqual([
      ["staging.a.shift", "20 %", "give a 1.1.0 20 % of the traffic"],
      ["staging.a.analyse", "judge 1 min", "judge it for 1 min: success_rate >= 99 %; abort when there is no verdict"],
      ["staging.a.shift-2", "50 %", "give a 1.1.0 50 % of the traffic"],
      ["staging.a.pause", "wait for a person", "wait until a person promotes it"],
      ["staging.a.switch", "switch", "switch all traffic to a 1.1.0"],
    ]);
  });

  it.each([
    ["a canary", canary],
    ["rolling", rolling],
  ])("of %s where nothing runs yet are those of blue-green", (_, strategy) => {
    const its = plan(null, environment([pin("a", "1.1.0")], { strategy }));
    expect(its.steps.map(({ action }) => action)).toEqual(["validate", "install", "check", "switch", "confirm"]);
  });

  it("of a process follow its own strategy", () => {
    const strategies = new Map([["b", canary]]);
    const from = environment([pin("a", "1.0.0"), pin("b", "1.0.0")]);
    const its = plan(from, environment([pin("a", "1.1.0"), pin("b", "1.1.0")], { strategies }));
    expect(its.deployments.map(({ process, strategy }) => [process, strategy])).toEqual([
      ["a", "blue-green"],
      ["b", "canary"],
    ]);
    expect(its.settings).toMatchObject([{ pointer: "/strategies/b", kind: "added" }]);
  });

  it("ask what the environment's validation lists", () => {
    const validation = {
      level: "extensive",
      pre: [],
      during: ["integration_test", "performance_test"],
      post: ["service_availability"],
      healthCheck: null,
      performance: { checks: [metricCheck({})], requests: 1, concurrency: 1, durationMs: 1 },
      rollback: [],
    } as const;
    const checks = [check("alone"), { ...check("together"), kind: "integration" as const }];
    const its = plan(null, environment([pin("a", "1.0.0")], { validation }), { details: { a: { checks } } });
    expect(its.validationChecks.map(({ phase, validation: name, subject }) => `${phase} ${name} ${subject}`.trim())).toEqual([
      "pre process_validation",
      "during integration_test together",
      "during performance_test error_rate <= 5 %",
      "post service_availability",
    ]);
  });

  it("of a caller begin as soon as what it calls serves", () => {
    const its = plan(null, environment([pin("caller", "1.0.0", { needs: { called: "*" } }), pin("called", "1.0.0")]));
    const first = its.steps.find(({ id }) => id === "staging.caller.validate");
    expect(first?.dependencies).toEqual(["staging.called.switch"]);
  });

  it("ask health, all checks before traffic, and only harmless ones with it", () => {
    const detail = { checks: [check("reads"), check("writes", "POST")] };
    const its = plan(environment([pin("a", "1.0.0")]), environment([pin("a", "1.1.0")], { strategy: blueGreen }), {
      details: { a: detail },
    });
    const asked = its.validationChecks.map(({ phase, validation, subject }) => `${phase} ${validation} ${subject}`.trim());
    expect(asked).toEqual([
      "pre process_validation",
      "pre environment_validation",
      "pre dependency_validation",
      "during step_validation installation",
      "during step_validation endpoints",
      "during health_check /health",
      "during smoke_test reads",
      "during smoke_test writes",
      "post service_availability",
      "post smoke_test reads",
      "post monitoring_setup",
    ]);
  });

  it("back are the reverse, and fast where the old version is kept", () => {
    const from = environment([pin("a", "1.0.0")]);
    const to = environment([pin("a", "1.1.0"), pin("b", "1.0.0", { needs: { a: "*" } })]);
    expect(plan(from, to).rollbackPlan.steps.map(({ process, version, how }) => [process, version, how])).toEqual([
      ["b", null, "remove"],
      ["a", "1.0.0", "switch-back"],
    ]);
    const recreate = { strategy: { kind: "recreate" } } as const;
    expect(plan(from, environment([pin("a", "1.1.0")], recreate)).rollbackPlan.steps[0]?.how).toBe("reinstall");
    expect(plan(from, environment([pin("a", "1.1.0")], { strategy: blueGreen })).rollbackPlan.steps[0]?.how).toBe("reinstall");
  });
});
