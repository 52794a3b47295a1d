/** How risky a plan is, and which reasons it gives. */

import { describe, expect, it } from "vitest";
import type { DeploymentPlan } from "../../../src/domain/plan/deployment-plan.ts";
import type { ChangeSummary } from "../../../src/domain/changes/describe.ts";
import type { EnvironmentSpec, StrategySpec } from "../../../src/domain/desired/environment.ts";
import type { PlanDetail } from "../../../src/domain/plan/plan.ts";
import { environment, metricCheck, pin, plan } from "./snapshots.ts";

const risks = ({ riskAssessment: { level, reasons } }: DeploymentPlan) => [
  level,
  ...reasons.map((one) => `${one.level} ${one.process}: ${one.reason}`),
];

describe("risk", () => {
  const breaking: ChangeSummary = {
    impact: "breaking",
    counts: { nodesAdded: 0, nodesRemoved: 1, nodesModified: 0, connectionsAdded: 0, connectionsRemoved: 0, configurationChanges: 0 },
    lines: ["- node x (breaking)"],
    texts: [],
  };

  const canary: StrategySpec = {
    kind: "canary",
    steps: [{ kind: "weight", weight: 5 }],
    checks: [],
    maxDurationMs: 1,
    keepOldVersion: true,
    warm: { count: 1, maxAgeMs: null },
  };

  const analysis = { intervalMs: 1000, checks: [metricCheck({})], onInconclusive: null };
  const unjudged: [string, Partial<EnvironmentSpec>, string, string][] = [
    ["blue-green", { analysis }, "low", "it continues without one (onInconclusive: proceed)"],
    ["pause", { analysis: { ...analysis, onInconclusive: "pause" } }, "medium", "it will wait for a person (onInconclusive: pause)"],
    [
      "a canary",
      { strategy: { ...canary, checks: [metricCheck({})], maxDurationMs: 3_600_000 } },
      "medium",
      "within 1 h it goes back to 1.0.0 and waits for a person (onInconclusive: abort)",
    ],
  ];

  it.each<[string, string, Partial<PlanDetail>, Partial<EnvironmentSpec>, string[]]>([
    ["a patch with checks", "1.0.1", {}, {}, ["low"]],
    ["a major step", "2.0.0", {}, {}, ["medium", "medium a: 1.0.0 → 2.0.0 is a major step"]],
    ["going back", "0.9.0", {}, {}, ["low", "low a: 1.0.0 → 0.9.0 goes back"]],
    ["no checks", "1.0.1", { checks: [] }, {}, ["low", "low a: 1.0.1 has no checks: it gets traffic without a test"]],
    [
      "a break in a major step",
      "2.0.0",
      { changes: breaking },
      {},
      ["medium", "medium a: breaking changes in its definition", "medium a: 1.0.0 → 2.0.0 is a major step"],
    ],
    [
      "a break in a minor step",
      "1.1.0",
      { changes: breaking },
      {},
      ["medium", "medium a: breaking changes, although 1.0.0 → 1.1.0 is a minor step"],
    ],
    ...unjudged.map(([what, settings, level, then]): [string, string, Partial<PlanDetail>, Partial<EnvironmentSpec>, string[]] => [
      `nothing to measure: ${what}`,
      "1.0.1",
      { hasHttpTrigger: false },
      settings,
      [level, `${level} a: a has no HTTP trigger: its metrics will never have a verdict; ${then}`],
    ]),
    ["recreate", "1.0.1", {}, { strategy: { kind: "recreate" } }, ["low", "low a: recreate: it does not answer while it is replaced"]],
    [
      "a major step by a canary",
      "2.0.0",
      {},
      { strategy: canary },
      ["low", "low a: 1.0.0 → 2.0.0 is a major step, but a canary begins with 5 %"],
    ],
    [
      "a major step by a canary of its own in production",
      "2.0.0",
      {},
      { type: "production", strategies: new Map([["a", canary]]) },
      ["medium", "medium a: 1.0.0 → 2.0.0 is a major step, but a canary begins with 5 %", "low null: it is production"],
    ],
    ["a patch in production", "1.0.1", {}, { type: "production" }, ["low", "low null: it is production"]],
    [
      "a major step in production",
      "2.0.0",
      {},
      { type: "production" },
      ["high", "high a: 1.0.0 → 2.0.0 is a major step", "low null: it is production"],
    ],
  ])("of %s", (_what, ...[version, detail, settings, expected]) => {
    const its = plan(environment([pin("a", "1.0.0")], settings), environment([pin("a", version)], settings), { details: { a: detail } });
    expect(risks(its)).toEqual(expected);
  });

  it.each([
    ["with paths", ["/a", "/b"], [], "medium a: it is removed: calls of GET /a, GET /b get 404"],
    ["with many paths", ["/a", "/b", "/c", "/d", "/e"], [], "medium a: it is removed: calls of GET /a, GET /b, GET /c or 2 more get 404"],
    ["without paths", [], [], "medium a: it is removed and no longer runs; it has no paths"],
    [
      "whose paths go to its new name",
      ["/a/:id", "/b"],
      ["/a/:key", "/b"],
      "low a: it is removed; its paths move to new at the same moment",
    ],
    ["of whose paths some go on", ["/a", "/b"], ["/b"], "medium a: it is removed: calls of GET /a get 404; its other paths move to new"],
  ])("of taking a process out %s", (_, paths, others, expected) => {
    const heirs = others.length === 0 ? [] : [pin("new", "1.0.0", { paths: others })];
    const its = plan(environment([pin("a", "1.0.0", { paths }), pin("b", "1.0.0")]), environment([pin("b", "1.0.0"), ...heirs]), {
      details: { new: {} },
    });
    expect(risks(its)).toEqual([expected.split(" ")[0], expected]);
  });

  it("names the gravest reason first", () => {
    const its = plan(environment([pin("a", "1.0.0"), pin("b", "1.0.0")]), environment([pin("a", "0.9.0"), pin("b", "2.0.0")]), {
      details: { a: {}, b: {} },
    });
    expect(risks(its)).toEqual(["medium", "medium b: 1.0.0 → 2.0.0 is a major step", "low a: 1.0.0 → 0.9.0 goes back"]);
  });

  it("of many at once", () => {
    const names = ["a", "b", "c", "d", "e"];
    const its = plan(null, environment(names.map((name) => pin(name, "1.0.0"))), {
      details: Object.fromEntries(names.map((name) => [name, {}])),
    });
    expect(risks(its)).toEqual(["low", "low null: 5 deployments at once"]);
  });

  it("of a caller that stays and does not know the new version", () => {
    const caller = pin("caller", "1.0.0", { needs: { a: "^1.0.0" } });
    const its = plan(environment([pin("a", "1.0.0"), caller]), environment([pin("a", "2.0.0"), caller]), { details: { a: {} } });
    expect(risks(its)[1]).toBe("high caller: 1.0.0, which stays as it is, needs a ^1.0.0, but 2.0.0 will serve");
  });
});
