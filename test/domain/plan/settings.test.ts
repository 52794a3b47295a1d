/** Changed settings in the words of environment.yaml. */

import { describe, expect, it } from "vitest";
import type { CanarySpec, EnvironmentSpec } from "../../../src/domain/desired/environment.ts";
import { describeSettings } from "../../../src/domain/plan/settings.ts";
import { metricCheck, rollbackPolicy, spec } from "./snapshots.ts";

const canary: CanarySpec = {
  kind: "canary",
  steps: [
    { kind: "weight", weight: 20 },
    { kind: "analysis", durationMs: 5000 },
    { kind: "pause", durationMs: null },
    { kind: "weight", weight: 100 },
  ],
  checks: [
    metricCheck({
      name: "success_rate",
      pass: { kind: "fixed", comparison: ">=", value: 99 },
      fail: { kind: "fixed", comparison: "<", value: 95 },
    }),
  ],
  maxDurationMs: 3_600_000,
  keepOldVersion: true,
  warm: { count: 2, maxAgeMs: 60_000 },
};

const triggers = (parts: Parameters<typeof metricCheck>[0]) => ({ rollback: rollbackPolicy({ triggers: [metricCheck(parts)] }) });

type Parts = Partial<EnvironmentSpec>;

describe("a changed setting reads as", () => {
  it.each<[string, Parts, Parts, readonly string[]]>([
    ["a time", { drainTimeoutMs: 10_000 }, { drainTimeoutMs: 90_000 }, ["~ drainTimeout 10 s → 90 s"]],
    ["a time that rounds alike", { drainTimeoutMs: 1000 }, { drainTimeoutMs: 1001 }, ["~ drainTimeout 1000 ms → 1001 ms"]],
    ["a new limit", {}, { maxConcurrentDeployments: 3 }, ["+ restrictions.maxConcurrentDeployments 3"]],
    ["a list", {}, { allowedVersionTypes: ["published"] }, ["~ restrictions.allowedVersionTypes draft, published → published"]],
    ["a variable", { variables: { A: 1 } }, { variables: { B: "x" } }, ["- variables.A 1", '+ variables.B "x"']],
    ["where a secret is", {}, { secrets: { KEY: { kind: "env", name: "SHOP_KEY" } } }, ["+ secrets.KEY env SHOP_KEY"]],
    ["a sticky header", {}, { sticky: { kind: "header", name: "x-session" } }, ["+ sticky header x-session"]],
    ["a trigger", {}, triggers({}), ["+ rollbackPolicy.automatic.triggers error_rate > 5 % over 30 s"]],
    [
      "a trigger that only needs more requests",
      triggers({}),
      triggers({ minRequests: 50 }),
      [
        "~ rollbackPolicy.automatic.triggers error_rate > 5 % over 30 s, from 10 requests, gateway → > 5 % over 30 s, from 50 requests, gateway",
      ],
    ],
    [
      "a metric",
      {},
      { analysis: { intervalMs: 1000, checks: [metricCheck({})], onInconclusive: null } },
      ["+ analysis.metrics error_rate <= 5 % over 30 s"],
    ],
    [
      "another strategy, without the options of the one before",
      {},
      { strategy: canary },
      [
        "~ strategy blue-green → canary",
        "~ strategy.keepOldVersion 1 → 2, at most 1 min",
        "+ strategy.steps 20 %, judge 5 s, wait for a person, 100 %",
        "+ strategy.maxDuration 1 h",
        "+ strategy.thresholds success_rate >= 99 % (fails when < 95 %) over 30 s",
      ],
    ],
    [
      "a process without a strategy of its own any more",
      { strategies: new Map([["pay", canary]]) },
      {},
      ["- processes.pay.strategy canary"],
    ],
  ])("%s", (_what, from, to, lines) => {
    expect(describeSettings(spec(from), spec(to))).toEqual(lines);
  });

  it("nothing where nothing changed", () => {
    expect(describeSettings(spec({ strategy: canary, ...triggers({}) }), spec({ strategy: canary, ...triggers({}) }))).toEqual([]);
  });
});
