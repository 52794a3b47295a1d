/** What is written is what happens: settings that change nothing are found at their line. */

import { describe, expect, it } from "vitest";
import { noDefaults, parseEnvironmentFile } from "../../../../src/adapters/manifest/environment/environment-file.ts";
import { atOnce } from "../../../../src/domain/slices.ts";
import { parse, refusals, specOf } from "./reading.ts";

const triggers = "rollbackPolicy: { automatic: { triggers: [{ type: error_rate, threshold: 5% }] } }";
const metrics = "analysis: { metrics: [{ metric: error_rate, threshold: 5% }], onInconclusive: pause }";

describe("a setting without effect", () => {
  it.each([
    ["strategy: { type: blue-green, config: { healthCheckTimeout: 8s } }", "/strategy/config/healthCheckTimeout"],
    [
      "processes: { pay: { strategy: { type: blue-green, config: { healthCheckTimeout: 8s } } } }",
      "/processes/pay/strategy/config/healthCheckTimeout",
    ],
    ["strategy: { type: canary }\ndeploymentTimeout: 1h", "/deploymentTimeout"],
    ["analysis: { onInconclusive: abort }", "/analysis/onInconclusive"],
    ["strategy: { type: rolling, config: { onInconclusive: abort } }", "/strategy/config/onInconclusive"],
    ["rollbackPolicy: { automatic: { timeout: 5m } }", "/rollbackPolicy/automatic/timeout"],
    ["rollbackPolicy: { manual: { enabled: false, approvalRequired: true } }", "/rollbackPolicy/manual/approvalRequired"],
  ])("%s", (lines, pointer) => {
    expect(refusals(lines)).toEqual([`environment/no-effect ${pointer}`]);
  });

  it.each([
    "strategy: { type: blue-green, config: { healthCheckTimeout: 8s, healthCheckUrl: /ok } }",
    "strategy: { type: canary }\nprocesses: { pay: { strategy: { type: rolling } } }\ndeploymentTimeout: 1h",
    "processes: { pay: { strategy: { type: canary } } }\ndeploymentTimeout: 1h",
    `analysis: { onInconclusive: abort }\n${triggers}`,
    "strategy: { type: canary, config: { onInconclusive: pause } }",
    metrics,
    `strategy: { type: recreate }\n${triggers}`,
    "rollbackPolicy: { manual: { approvalRequired: true } }",
    "rollbackPolicy: { manual: { enabled: false, approvalRequired: false } }",
  ])("is none of %s", (lines) => {
    expect(refusals(lines)).toEqual([]);
  });

  it("is a warning where the operator may give what is missing", () => {
    const severities = ["analysis: { onInconclusive: abort }", "strategy: { type: canary }\ndeploymentTimeout: 1h"].map(
      (lines) => parse(lines).findings[0]?.severity,
    );
    expect(severities).toEqual(["warning", "error"]);
  });
});

describe("onInconclusive", () => {
  it("is the environment's, and a strategy's own", () => {
    const spec = specOf(`${metrics}\nprocesses: { pay: { strategy: { type: canary, config: { onInconclusive: proceed } } } }`);
    expect([spec.analysis.onInconclusive, spec.strategy.onInconclusive, spec.strategies.get("pay")?.onInconclusive]).toEqual([
      "pause",
      undefined,
      "proceed",
    ]);
  });

  it("is one of three words", () => {
    expect(refusals("analysis: { onInconclusive: wait }")).toEqual(["schema/enum /analysis/onInconclusive"]);
  });
});

describe("a source of metrics that pinion.yaml does not name", () => {
  const found = (lines: string, metricSources: readonly string[]) => {
    const permits = {
      secrets: new Map(),
      own: { env: new Set<string>(), paths: [] },
      engines: () => ["node-red"],
      flows: () => null,
      metricSources,
      named: [],
    };
    const context = { environment: "live", file: "environment.yaml", defaults: noDefaults, permits };
    return atOnce(parseEnvironmentFile(Buffer.from(`name: live\ntype: production\n${lines}\n`), context)).findings;
  };

  it.each([
    [
      "rollbackPolicy: { automatic: { triggers: [{ type: custom_metric, metric: queue_depth, threshold: 100, source: nosuch }] } }",
      "/rollbackPolicy/automatic/triggers/0/source",
    ],
    ["analysis: { metrics: [{ metric: error_rate, threshold: 1%, source: nosuch }] }", "/analysis/metrics/0/source"],
    ["strategy: { type: canary, config: { analysisSource: nosuch } }", "/strategy/config/analysisSource"],
    [
      "processes: { pay: { strategy: { type: canary, config: { analysisSource: nosuch } } } }",
      "/processes/pay/strategy/config/analysisSource",
    ],
  ])("%s", (lines, pointer) => {
    expect(found(lines, ["prometheus"])).toMatchObject([{ code: "environment/metric", severity: "error", pointer }]);
    expect(found(lines, ["prometheus", "nosuch"])).toEqual([]);
    expect(refusals(lines)).toEqual([]);
  });
});
