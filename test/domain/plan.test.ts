/** What merging a change would do, as a table of changes. */

import { describe, expect, it } from "vitest";
import { type DeploymentPlan, isNothingToDo } from "../../src/domain/deployment-plan.ts";
import { distanceBetween } from "../../src/domain/plan.ts";
import type { StrategySpec } from "../../src/domain/environment.ts";
import { brokenPin, check, environment, finding, metricCheck, pin, plan, rollbackPolicy } from "./planning/snapshots.ts";

const deployed = ({ deployments }: DeploymentPlan) => deployments.map(({ process, from, to }) => `${process} ${from} → ${to}`);
const held = (its: DeploymentPlan) => its.held.map(({ process, reason }) => `${process}: ${reason}`);
describe("a plan deploys", () => {
  it("nothing when nothing has changed", () => {
    const same = environment([pin("a", "1.0.0")]);
    expect(isNothingToDo(plan(same, environment([pin("a", "1.0.0")])))).toBe(true);
  });

  it.each([
    ["another version", [pin("a", "1.0.0")], [pin("a", "1.1.0")], "a 1.0.0 → 1.1.0", "1.1.0 is pinned instead of 1.0.0"],
    ["a new process", [], [pin("a", "1.0.0")], "a null → 1.0.0", "newly pinned"],
    [
      "a draft whose file has changed",
      [pin("a", "1.0.0", { definition: "x" })],
      [pin("a", "1.0.0", { definition: "y" })],
      "a 1.0.0 → 1.0.0",
      "the definition of 1.0.0 has changed",
    ],
    ["what can run again", [brokenPin("a", "1.0.0")], [pin("a", "1.0.0")], "a 1.0.0 → 1.0.0", "it can run now"],
    [
      "a process out that is no longer pinned",
      [pin("a", "1.0.0"), pin("b", "1.0.0")],
      [pin("b", "1.0.0")],
      "a 1.0.0 → null",
      "no longer pinned",
    ],
  ])("%s", (_what, ...[from, to, deployment, why]) => {
    const its = plan(environment(from), environment(to));
    expect(deployed(its)).toEqual([deployment]);
    expect(its.deployments[0]?.why).toBe(why);
    expect(isNothingToDo(its)).toBe(false);
  });

  it.each([
    ["variables", { variables: { A: 2 } }, "the environment's variables have changed"],
    ["secrets", { secrets: { S: { kind: "env", name: "X" } } }, "the environment's secrets have changed"],
  ] as const)("everything anew when the environment's %s change", (_what, settings, why) => {
    const pins = [pin("a", "1.0.0"), pin("b", "2.0.0")];
    const its = plan(environment(pins, { variables: { A: 1 } }), environment(pins, { variables: { A: 1 }, ...settings }));
    expect(its.deployments.map((one) => one.why)).toEqual([why, why]);
    expect(its.settings).toHaveLength(1);
  });

  it("nothing when only other settings change, and shows them", () => {
    const its = plan(environment([pin("a", "1.0.0")]), environment([pin("a", "1.0.0")], { drainTimeoutMs: 9 }));
    expect(its.deployments).toEqual([]);
    expect(its.settings).toEqual([{ pointer: "/drainTimeoutMs", kind: "changed", oldValue: 1000, newValue: 9 }]);
    expect(isNothingToDo(its)).toBe(false);
  });

  it("what is called before its callers, and takes out last", () => {
    const from = environment([pin("aa", "1.0.0")]);
    const to = environment([
      pin("caller", "1.0.0", { needs: { z: "^1.0.0" } }),
      pin("z", "1.0.0", { needs: { zz: "*" } }),
      pin("zz", "1.0.0"),
    ]);
    const its = plan(from, to);
    expect(its.deployments.map(({ process, waitsFor }) => [process, waitsFor])).toEqual([
      ["zz", []],
      ["z", ["zz"]],
      ["caller", ["z"]],
      ["aa", []],
    ]);
    expect(its.dependencies).toContainEqual({ process: "caller", on: "z", range: "^1.0.0", version: "1.0.0" });
  });
});

describe("a plan does not wait for", () => {
  it("what serves already", () => {
    const called = pin("called", "1.0.0");
    const its = plan(
      environment([called, pin("caller", "1.0.0")]),
      environment([called, pin("caller", "1.1.0", { needs: { called: "^1.0.0" } })]),
    );
    expect(its.deployments.map(({ process, waitsFor }) => [process, waitsFor])).toEqual([["caller", []]]);
  });

  it("a release where a prerelease in range is pinned", () => {
    const to = environment([pin("a", "1.0.0", { needs: { b: "^1.0.0" } }), pin("b", "1.5.0-rc.1")]);
    expect(held(plan(null, to))).toEqual([]);
  });
});

describe("a plan holds back", () => {
  it.each([
    ["what is broken", [brokenPin("a", "2.0.0", "is no YAML")], {}, "a: a.yaml:1:2: is no YAML (x/y)"],
    [
      "a draft where only published ones are allowed",
      [pin("a", "2.0.0", { status: "draft" })],
      { allowedVersionTypes: ["published"] },
      "a: 2.0.0 is draft, and only published versions are allowed here",
    ],
    ["an archived version", [pin("a", "2.0.0", { status: "archived" })], {}, "a: 2.0.0 is archived"],
    [
      "what needs something that is not pinned",
      [pin("a", "2.0.0", { needs: { b: "^1.0.0" } })],
      {},
      "a: needs b ^1.0.0, which will not run here",
    ],
    [
      "what needs another version",
      [pin("a", "2.0.0", { needs: { c: "^2.0.0" } }), pin("c", "1.0.0")],
      {},
      "a: needs c ^2.0.0, but 1.0.0 will serve",
    ],
  ] as const)("%s", (_what, pins, settings, reason) => {
    const from = environment([pin("a", "1.0.0"), pin("c", "1.0.0")]);
    expect(held(plan(from, environment([pin("c", "1.0.0"), ...pins], settings)))).toEqual([reason]);
  });

  it("what needs something that is held back itself", () => {
    const from = environment([pin("a", "1.0.0"), pin("b", "1.0.0")]);
    const to = environment([pin("a", "2.0.0", { needs: { b: "^2.0.0" } }), brokenPin("b", "2.0.0")]);
    expect(held(plan(from, to))).toEqual(["a: needs b ^2.0.0, but 1.0.0 will serve", "b: a.yaml:1:2: is broken (x/y)"]);
  });

  it("nothing for the sake of an optional dependency", () => {
    const to = environment([pin("a", "2.0.0", { needs: { b: "^1.0.0" }, optional: ["b"] })]);
    expect(held(plan(null, to))).toEqual([]);
  });

  it("what waits for itself in a circle", () => {
    const to = environment([pin("a", "1.0.0", { needs: { b: "*" } }), pin("b", "1.0.0", { needs: { a: "*" } }), pin("c", "1.0.0")]);
    const its = plan(null, to);
    expect(deployed(its)).toEqual(["c null → 1.0.0"]);
    expect(its.held.map(({ process }) => process)).toEqual(["a", "b"]);
  });

  it("all removals when the last pin is gone, unless that is allowed", () => {
    const from = environment([pin("a", "1.0.0")]);
    expect(held(plan(from, environment([])))).toEqual(["a: all pins are gone: nothing is removed without allowEmpty: true"]);
    expect(deployed(plan(from, environment([], { allowEmpty: true })))).toEqual(["a 1.0.0 → null"]);
  });

  it("all removals while the environment has errors", () => {
    const its = plan(
      environment([pin("a", "1.0.0"), pin("b", "1.0.0")]),
      environment([pin("b", "1.0.0")], {}, [finding("pins.yaml is broken")]),
    );
    expect(held(its)).toEqual([expect.stringContaining("nothing is removed until they are mended")]);
  });

  it("not what was broken before and still is", () => {
    expect(isNothingToDo(plan(environment([brokenPin("a", "1.0.0")]), environment([brokenPin("a", "1.0.0")])))).toBe(true);
  });

  it("everything when environment.yaml cannot be used, or has gone", () => {
    const from = environment([pin("a", "1.0.0")]);
    const unusable = plan(from, environment([pin("a", "2.0.0")], null, [finding("name is missing")]));
    expect(unusable).toMatchObject({ blocked: expect.stringContaining("name is missing"), deployments: [], held: [] });
    expect(plan(from, null)).toMatchObject({ blocked: expect.stringContaining("left running"), type: "staging" });
  });
});

const recreateActions = ["validate", "clear", "remove", "install", "check", "switch"] as const;

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
  const watched = { rollback: rollbackPolicy({ triggers: [metricCheck({})], watchMs: 600_000 }) };

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
      ["validate", "install", "check", "switch", "confirm", "drain", "watch", "remove"],
    ],
    ["recreate under a rollback policy", { strategy: { kind: "recreate" }, ...watched }, "1.1.0", recreateActions],
    ["blue-green", { strategy: blueGreen }, "1.1.0", ["validate", "install", "check", "wait", "switch", "confirm", "drain", "remove"]],
    [
      "blue-green that keeps the old version",
      { strategy: { ...blueGreen, switchTrafficDelayMs: 0, keepOldVersion: true } },
      "1.1.0",
      ["validate", "install", "check", "switch", "confirm", "drain"],
    ],
    ["recreate", { strategy: { kind: "recreate" } }, "1.1.0", recreateActions],
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
      ["staging.a.analyse", "judge 1 min", "judge it for 1 min: success_rate >= 99 %"],
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
      "during integration_test together",
      "during performance_test error_rate <= 5 %",
      "post service_availability",
    ]);
  });

  it("of a caller begin after the last one of what it calls", () => {
    const its = plan(null, environment([pin("caller", "1.0.0", { needs: { called: "*" } }), pin("called", "1.0.0")]));
    const first = its.steps.find(({ id }) => id === "staging.caller.validate");
    expect(first?.dependencies).toEqual(["staging.called.confirm"]);
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

describe("the way back", () => {
  const triggers = [metricCheck({ windowMs: 300_000 })];

  it("is Pinion's own where triggers are watched", () => {
    const to = environment([pin("a", "1.1.0")], { rollback: rollbackPolicy({ triggers, watchMs: 600_000 }) });
    expect(plan(environment([pin("a", "1.0.0")]), to).rollbackPlan.automatic).toEqual({
      triggers: ["error_rate <= 5 % over 5 min"],
      watchedFor: 600_000,
    });
  });

  it.each([
    ["without triggers", { triggers: [] }],
    ["switched off", { enabled: false, triggers }],
  ])("is people's %s", (_, parts) => {
    const to = environment([pin("a", "1.1.0")], { rollback: rollbackPolicy(parts) });
    expect(plan(environment([pin("a", "1.0.0")]), to).rollbackPlan.automatic).toBe(null);
  });
});

describe("the distance between versions", () => {
  it.each([
    [null, "1.0.0", "first"],
    ["1.0.0", "2.0.0", "major"],
    ["1.0.0", "1.1.0", "minor"],
    ["1.1.0", "1.0.9", "minor"],
    ["1.0.0", "1.0.1", "patch"],
    ["1.0.0", "1.0.0", "same"],
    ["1.0.0-a", "1.0.0-b", "prerelease"],
    ["1.0.0", "1.1.0-a", "prerelease"],
  ])("%s → %s is %s", (from, to, distance) => {
    expect(distanceBetween(from, to)).toBe(distance);
  });
});
