/** Analysis and rollback policy: which checks they amount to, and what they may not say. */

import { describe, expect, it } from "vitest";
import { noDefaults } from "../../../../src/adapters/manifest/environment/environment-file.ts";
import type { MetricCheck } from "../../../../src/domain/analysis/metrics.ts";
import { parse, refusals, specOf } from "./reading.ts";

const fixed = (comparison: string, value: number) => ({ kind: "fixed", comparison, value });
const metric = (item: string) => specOf(`analysis: { metrics: [{ ${item} }] }`).analysis.checks[0];
const trigger = (item: string) => specOf(`rollbackPolicy: { automatic: { triggers: [{ ${item} }] } }`).rollback.automatic.triggers[0];

describe("a metric of the analysis", () => {
  it.each<[string, Partial<MetricCheck> | object]>([
    ["metric: error_rate, threshold: 5%", { name: "error_rate", source: "gateway", statistic: null, pass: fixed("<=", 5), fail: null }],
    ["metric: error_rate, threshold: 5", { pass: fixed("<=", 5) }],
    ["metric: success_rate, threshold: 99.5%", { pass: fixed(">=", 99.5) }],
    ["metric: response_time, threshold: 500ms", { name: "response_time p95", statistic: "p95", pass: fixed("<=", 500) }],
    ["metric: response_time, percentile: p99, threshold: < 2s", { name: "response_time p99", statistic: "p99", pass: fixed("<", 2000) }],
    [
      "metric: response_time, comparedToStable: 50%",
      { name: "response_time p95 compared to stable", pass: { kind: "stable", maxIncreasePercent: 50 } },
    ],
    ["metric: request_count, threshold: 100, minRequests: 0", { minRequests: 0, pass: fixed(">=", 100) }],
    ["metric: health_check, threshold: 90", { source: "health", statistic: "score", pass: fixed(">=", 90) }],
    [
      "metric: custom_metric, name: depth, source: prom, query: q, threshold: < 5",
      { name: "depth", source: "prom", query: "q", pass: fixed("<", 5) },
    ],
    ["metric: custom_metric, source: prom, query: q, threshold: '> -5'", { pass: fixed(">", -5) }],
    ["metric: error_rate, source: engine, threshold: 1, window: 5m", { source: "engine", windowMs: 300_000 }],
  ])("%s", (item, expected) => {
    expect(metric(item)).toMatchObject(expected);
  });

  it("takes window and minRequests of the section where it does not say", () => {
    const { analysis } = specOf("analysis: { interval: 1s, window: 10s, minRequests: 5, metrics: [{ metric: error_rate, threshold: 1 }] }");
    expect(analysis).toMatchObject({ intervalMs: 1000, checks: [{ windowMs: 10_000, minRequests: 5 }] });
    expect(metric("metric: error_rate, threshold: 1")).toMatchObject({ windowMs: 30_000, minRequests: 20 });
  });

  it.each([
    ["metric: error_rate", "environment/contradiction", ""],
    ["metric: error_rate, threshold: 5, comparedToStable: 5", "environment/contradiction", ""],
    ["metric: error_rate, threshold: 0.05", "environment/ambiguous-share", "/threshold"],
    ["metric: error_rate, threshold: 2s", "environment/threshold", "/threshold"],
    ["metric: error_rate, threshold: 101%", "environment/threshold", "/threshold"],
    ["metric: error_rate, threshold: -5", "environment/threshold", "/threshold"],
    ["metric: response_time, threshold: 5%", "environment/threshold", "/threshold"],
    ["metric: request_count, threshold: many", "environment/threshold", "/threshold"],
    ["metric: request_count, comparedToStable: 5%", "environment/metric", "/comparedToStable"],
    ["metric: error_rate, percentile: p95, threshold: 5", "environment/metric", "/percentile"],
    ["metric: error_rate, query: q, threshold: 5", "environment/metric", "/query"],
    ["metric: response_time, source: engine, threshold: 5", "environment/metric", "/source"],
    ["metric: health_check, source: gateway, threshold: 5", "environment/metric", "/source"],
    ["metric: custom_metric, threshold: 5", "environment/metric", ""],
    ["metric: error_rate, threshold: 5, window: 2h", "environment/range", "/window"],
    ["metric: error_rat, threshold: 5", "schema/enum", "/metric"],
  ])("may not say %j", (item, code, pointer) => {
    expect(refusals(`analysis: { metrics: [{ ${item} }] }`)).toEqual([`${code} /analysis/metrics/0${pointer}`]);
  });

  it("has a name of its own", () => {
    const two = "{ metric: error_rate, threshold: 5 }, { metric: error_rate, threshold: 9, window: 5m }";
    expect(refusals(`analysis: { metrics: [${two}] }`)).toEqual(["environment/metric /analysis/metrics/1"]);
    expect(refusals(`analysis: { metrics: [${two.replace("9", "9, name: long")}] }`)).toEqual([]);
  });

  it("is not measured at once all the time", () => {
    expect(refusals("analysis: { interval: 1ms }")).toEqual(["environment/range /analysis/interval"]);
  });
});

describe("a trigger", () => {
  it.each<[string, object]>([
    [
      "type: error_rate, threshold: 10%, duration: 5m",
      { name: "error_rate", windowMs: 300_000, minRequests: 10, pass: fixed("<=", 10), fail: null },
    ],
    ["type: response_time, percentile: p99, threshold: 2s", { statistic: "p99", windowMs: 60_000, pass: fixed("<=", 2000) }],
    ["type: health_check, threshold: 80", { source: "health", statistic: "score", pass: fixed(">=", 80) }],
    [
      "type: custom_metric, metric: queue_depth, source: prom, threshold: 100",
      { name: "queue_depth", query: "queue_depth", pass: fixed("<=", 100) },
    ],
    [
      "type: custom_metric, metric: up, query: 'up{a=\"b\"}', source: prom, threshold: < 1",
      { name: "up", query: 'up{a="b"}', pass: fixed(">=", 1) },
    ],
    ["type: error_rate_spike", { name: "error_rate_spike", metric: "error_rate", windowMs: 300_000, pass: fixed("<=", 10) }],
    [
      "type: performance_degradation",
      { metric: "response_time", statistic: "p95", windowMs: 600_000, pass: { kind: "stable", maxIncreasePercent: 50 } },
    ],
    ["type: performance_degradation, threshold: 120%", { pass: { kind: "stable", maxIncreasePercent: 120 } }],
    ["type: health_check_failure", { source: "health", statistic: "failures", windowMs: 300_000, pass: fixed("<", 3) }],
    ["type: health_check_failure, threshold: 5, duration: 1m", { windowMs: 60_000, pass: fixed("<", 5) }],
  ])("%s", (item, expected) => {
    expect(trigger(item)).toMatchObject(expected);
  });

  it.each([
    ["type: error_rate", "environment/threshold", ""],
    ["type: error_rate, threshold: '> 5%'", "environment/threshold", "/threshold"],
    ["type: error_rate, threshold: 0.1", "environment/ambiguous-share", "/threshold"],
    ["type: health_check_failure, threshold: 0", "environment/threshold", "/threshold"],
    ["type: performance_degradation, threshold: 2s", "environment/threshold", "/threshold"],
    ["type: error_rate_spike, duration: 2h", "environment/range", "/duration"],
    ["type: error_rate_spike, metric: x", "environment/metric", "/metric"],
    ["type: custom_metric, metric: x, threshold: 1", "environment/metric", ""],
    ["type: error_spike", "schema/enum", "/type"],
  ])("may not say %j", (item, code, pointer) => {
    expect(refusals(`rollbackPolicy: { automatic: { triggers: [{ ${item} }] } }`)).toEqual([
      `${code} /rollbackPolicy/automatic/triggers/0${pointer}`,
    ]);
  });

  it("is told from another of its kind", () => {
    const { triggers } = specOf(
      "rollbackPolicy: { automatic: { triggers: [{ type: error_rate, threshold: 50%, duration: 5s }, { type: error_rate, threshold: 5% }] } }",
    ).rollback.automatic;
    expect(triggers.map(({ name }) => name)).toEqual(["error_rate", "error_rate #2"]);
  });
});

describe("the rollback policy", () => {
  const automatic = (lines: string) => specOf(`rollbackPolicy: { automatic: ${lines} }`).rollback.automatic;

  it.each([
    ["nothing is watched without triggers", "{}", { enabled: true, bakeMs: 0, coolDownMs: 300_000, evidenceMaxAgeMs: 60_000 }],
    ["ten minutes with them", "{ triggers: [{ type: error_rate_spike }] }", { bakeMs: 600_000 }],
    ["as long as is said", "{ triggers: [{ type: error_rate_spike }], timeout: 20s, coolDown: 0 }", { bakeMs: 20_000, coolDownMs: 0 }],
    ["not when it is off", "{ enabled: false, triggers: [{ type: error_rate_spike }] }", { enabled: false, bakeMs: 0 }],
  ])("watches: %s", (_, lines, expected) => {
    expect(automatic(lines)).toMatchObject(expected);
  });

  it("warns of triggers that are switched off", () => {
    const { spec, findings } = parse("rollbackPolicy: { automatic: { enabled: false, triggers: [{ type: error_rate_spike }] } }");
    expect(spec).not.toBeNull();
    expect(findings).toMatchObject([{ severity: "warning", code: "environment/no-effect", pointer: "/rollbackPolicy/automatic/enabled" }]);
    expect(parse("rollbackPolicy: { automatic: { enabled: false } }").findings).toEqual([]);
  });

  it("gives evidence the time of three measurements", () => {
    expect(specOf("analysis: { interval: 1m }").rollback.automatic.evidenceMaxAgeMs).toBe(180_000);
    expect(refusals("analysis: { interval: 1m }\nrollbackPolicy: { automatic: { evidenceMaxAge: 2m } }")).toEqual([
      "environment/range /rollbackPolicy/automatic/evidenceMaxAge",
    ]);
  });

  it("says whether people may, and whether others must agree", () => {
    expect(specOf("rollbackPolicy: { manual: { enabled: false, approvalRequired: true } }").rollback.manual).toEqual({
      enabled: false,
      approvalRequired: true,
    });
  });

  it("takes the operator's word for what it does not say", () => {
    const triggers = specOf("rollbackPolicy: { automatic: { triggers: [{ type: error_rate_spike }] } }").rollback.automatic.triggers;
    const defaults = { ...noDefaults, rollback: { isAutomatic: null, triggers } };
    expect(specOf("", defaults).rollback.automatic).toMatchObject({ triggers: [{ name: "error_rate_spike" }], bakeMs: 600_000 });
    expect(specOf("rollbackPolicy: { automatic: { triggers: [] } }", defaults).rollback.automatic).toMatchObject({
      triggers: [],
      bakeMs: 0,
    });
  });

  it.each([
    [null, true, true],
    [null, false, false],
    [false, true, false],
    [false, null, false],
    [null, null, true],
  ])("is automatic: the operator says %s for all and %s for this one: %s", (all, one, expected) => {
    const byEnvironment = new Map([["live", { level: null, isAutomatic: one }]]);
    const defaults = { ...noDefaults, rollback: { isAutomatic: all, triggers: null }, byEnvironment };
    expect(specOf("", defaults).rollback.automatic.enabled).toBe(expected);
    expect(specOf("rollbackPolicy: { automatic: { enabled: true } }", defaults).rollback.automatic.enabled).toBe(true);
  });
});
