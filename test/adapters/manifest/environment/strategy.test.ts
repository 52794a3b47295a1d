/** The strategy section: what it means, and what it may not say. */

import { describe, expect, it } from "vitest";
import { strategyFor, type CanarySpec, type CanaryStep } from "../../../../src/domain/desired/environment.ts";
import { parse, refusals, specOf } from "./reading.ts";

const strategy = (type: string, config = "{}") => specOf(`strategy: { type: ${type}, config: ${config} }`).strategy;
const canary = (config = "{}") => strategy("canary", config) as CanarySpec;
const inShort = (steps: readonly CanaryStep[]) =>
  steps.map((step) => (step.kind === "weight" ? step.weight : `${step.kind} ${step.durationMs}`));

describe("a canary", () => {
  it("goes up by equal shares, each judged for an interval", () => {
    expect(inShort(canary("{ trafficPercentage: 20, incrementPercentage: 40%, incrementInterval: 5m }").steps)).toEqual([
      20,
      "analysis 300000",
      60,
      "analysis 300000",
      100,
    ]);
    expect(inShort(canary("{ trafficPercentage: 60, incrementPercentage: 30 }").steps)).toEqual([
      60,
      "analysis 60000",
      90,
      "analysis 60000",
      100,
    ]);
  });

  it("takes its own steps instead, and ends with all of the traffic, said or not", () => {
    const steps = "[{ weight: 20% }, { pause: {} }, { weight: 50 }, { pause: { duration: 1m } }, { analysis: { duration: 90s } }";
    const expected = [20, "pause null", 50, "pause 60000", "analysis 90000", 100];
    expect(inShort(canary(`{ steps: ${steps}] }`).steps)).toEqual(expected);
    expect(inShort(canary(`{ steps: ${steps}, { weight: 100 }] }`).steps)).toEqual(expected);
  });

  it("needs nothing to be said", () => {
    const spec = canary();
    expect(spec).toMatchObject({ maxDurationMs: 3_600_000, keepOldVersion: true, warm: { count: 1, maxAgeMs: null } });
    expect(inShort(spec.steps).slice(0, 3)).toEqual([10, "analysis 60000", 20]);
    expect(spec.checks).toEqual([
      {
        name: "success_rate",
        metric: "success_rate",
        source: "gateway",
        statistic: null,
        query: null,
        windowMs: 60_000,
        minRequests: 10,
        pass: { kind: "fixed", comparison: ">=", value: 99 },
        fail: { kind: "fixed", comparison: "<", value: 95 },
      },
    ]);
  });

  it("is healthy from successThreshold on, unhealthy beyond rollbackThreshold, and holds in between", () => {
    const { checks } = canary('{ successThreshold: 95%, rollbackThreshold: "12.5%", minRequests: 50, analysisSource: engine }');
    expect(checks).toMatchObject([{ source: "engine", minRequests: 50, pass: { value: 95 }, fail: { comparison: "<", value: 87.5 } }]);
  });

  it.each([
    ["a short interval", "{ incrementInterval: 1s }", 5_000],
    ["a long interval", "{ incrementInterval: 20m, maxDuration: 1d }", 600_000],
    ["steps", "{ steps: [{ weight: 1 }, { analysis: { duration: 40s } }, { weight: 2 }, { analysis: { duration: 30s } }] }", 30_000],
  ])("looks back as long as its steps last, within reason: %s", (_, config, windowMs) => {
    expect(canary(config).checks[0]?.windowMs).toBe(windowMs);
  });

  it.each([
    ["trafficPercentage: 0.5", "Write 50% if you mean it."],
    ["incrementPercentage: 0.125", "Write a whole percentage from 1 to 100."],
    ["rollbackThreshold: 0.05", 'Write 5% or "0.05%".'],
  ])("is told what to write instead of %s", (line, hint) => {
    expect(parse(`strategy: { type: canary, config: { ${line} } }`).findings.map((each) => each.hint)).toEqual([hint]);
  });

  it.each([
    ["successThreshold: 0.95", "environment/ambiguous-share", "/successThreshold"],
    ["successThreshold: 1", "environment/ambiguous-share", "/successThreshold"],
    ["rollbackThreshold: 0.05", "environment/ambiguous-share", "/rollbackThreshold"],
    ["trafficPercentage: 0.1", "environment/ambiguous-share", "/trafficPercentage"],
    ["trafficPercentage: 0", "environment/range", "/trafficPercentage"],
    ["trafficPercentage: 12.5", "environment/range", "/trafficPercentage"],
    ["trafficPercentage: 100", "environment/canary-steps", "/trafficPercentage"],
    ["incrementPercentage: 0", "environment/range", "/incrementPercentage"],
    ["incrementInterval: 0", "environment/range", "/incrementInterval"],
    ["successThreshold: 90", "environment/contradiction", "/successThreshold"],
    ["maxDuration: 9m", "environment/canary-too-long", "/maxDuration"],
    ["incrementInterval: 10m", "environment/canary-too-long", ""],
    ["trafficPercentage: 101", "schema/range", "/trafficPercentage"],
    ["successThreshold: 95 percent", "schema/pattern", "/successThreshold"],
    ["minRequests: 0", "schema/range", "/minRequests"],
    ["steps: []", "schema/range", "/steps"],
    ["steps: [{ setWeight: 10 }]", "schema/unknown-property", "/steps/0/setWeight"],
    ["steps: [{ weight: 10, pause: {} }]", "schema/range", "/steps/0"],
    ["steps: [{ pause: {} }, { weight: 10 }]", "environment/canary-steps", "/steps/0"],
    ["steps: [{ weight: 100 }]", "environment/canary-steps", "/steps/0/weight"],
    ["steps: [{ weight: 20 }, { weight: 20 }]", "environment/canary-steps", "/steps/1/weight"],
    ["steps: [{ weight: 20 }, { weight: 100 }, { pause: {} }]", "environment/canary-steps", "/steps/2"],
    ["steps: [{ weight: 20 }, { analysis: { duration: 0 } }]", "environment/range", "/steps/1/analysis/duration"],
    ["steps: [{ weight: 20 }, { analysis: {} }]", "schema/required", "/steps/1/analysis"],
    ["steps: [{ weight: 20 }, { pause: { duration: 2h } }]", "environment/canary-too-long", ""],
    ["steps: [{ weight: 20 }]\n    incrementInterval: 1m", "environment/contradiction", "/incrementInterval"],
    ["healthCheckUrl: /health", "schema/not-allowed", "/healthCheckUrl"],
    ["batchSize: 1", "schema/not-allowed", "/batchSize"],
    ["keepOldVersion: { count: 0 }", "schema/range", "/keepOldVersion/count"],
    ["keepOldVersion: { maxAge: 0 }", "environment/range", "/keepOldVersion/maxAge"],
  ])("may not say %j", (line, code, pointer) => {
    expect(refusals(`strategy:\n  type: canary\n  config:\n    ${line}`)).toEqual([`${code} /strategy/config${pointer}`]);
  });

  it("is told how to write a share that can mean two things", () => {
    expect(parse("strategy: { type: canary, config: { successThreshold: 0.95 } }").findings[0]).toMatchObject({
      message: "0.95 can mean 0.95% or 95%",
      hint: 'Write 95% or "0.95%".',
    });
    expect(canary('{ rollbackThreshold: "0.5%", successThreshold: "99.5%" }').checks[0]?.fail).toMatchObject({ value: 99.5 });
  });

  it("does not count pauses that people end against its time", () => {
    expect(
      inShort(canary("{ maxDuration: 2m, steps: [{ weight: 1 }, { pause: {} }, { analysis: { duration: 1m } }] }").steps),
    ).toHaveLength(4);
  });
});

describe("rolling", () => {
  it("goes one by one unless it is told otherwise", () => {
    expect(strategy("rolling")).toEqual({ kind: "rolling", batchSize: 1, batchDelayMs: 0, maxUnavailable: 1, healthCheckIntervalMs: 1000 });
    expect(strategy("rolling", "{ batchSize: 2, batchDelay: 10s, maxUnavailable: 3, healthCheckInterval: 250 }")).toEqual({
      kind: "rolling",
      batchSize: 2,
      batchDelayMs: 10_000,
      maxUnavailable: 3,
      healthCheckIntervalMs: 250,
    });
  });

  it.each([
    ["batchSize: 0", "schema/range"],
    ["maxUnavailable: 0", "schema/range"],
    ["maxUnavailable: 25%", "schema/type"],
    ["healthCheckInterval: 0", "environment/range"],
    ["keepOldVersion: true", "schema/not-allowed"],
    ["trafficPercentage: 10", "schema/not-allowed"],
  ])("may not say %j", (line, code) => {
    const [key] = line.split(":");
    expect(refusals(`strategy:\n  type: rolling\n  config:\n    ${line}`)).toEqual([`${code} /strategy/config/${key}`]);
  });

  it.each([
    ["batchSize: 3", "Write maxUnavailable: 3, or batchSize: 1."],
    ["batchSize: 3, maxUnavailable: 2", "Write maxUnavailable: 3, or batchSize: 2."],
  ])("does not take more at once than may be unavailable: %s", (config, hint) => {
    const [found] = parse(`strategy: { type: rolling, config: { ${config} } }`).findings;
    expect(found).toMatchObject({ code: "environment/no-effect", pointer: "/strategy/config/batchSize", severity: "error", hint });
  });
});

describe("blue-green", () => {
  it.each([
    ["true", { keepOldVersion: true, warm: { count: 1, maxAgeMs: null } }],
    ["false", { keepOldVersion: false, warm: { count: 0, maxAgeMs: null } }],
    ["{ count: 3 }", { keepOldVersion: true, warm: { count: 3, maxAgeMs: null } }],
    ["{ maxAge: 1h }", { keepOldVersion: true, warm: { count: 1, maxAgeMs: 3_600_000 } }],
  ])("keeps old versions: %s", (keep, expected) => {
    expect(strategy("blue-green", `{ keepOldVersion: ${keep} }`)).toMatchObject(expected);
  });

  it("says where an option belongs that is not its own", () => {
    const [found] = parse("strategy: { type: blue-green, config: { batchSize: 1 } }").findings;
    expect(found?.message).toBe('"batchSize" is not allowed here: it belongs to the strategy rolling');
  });
});

describe("a process", () => {
  it("can have a strategy of its own", () => {
    const spec = specOf("strategy: { type: recreate }\nprocesses: { pay: { strategy: { type: canary } }, other: {} }");
    expect(["pay", "other", "third"].map((process) => strategyFor(spec, process).kind)).toEqual(["canary", "recreate", "recreate"]);
  });

  it.each([
    [
      "processes: { pay: { strategy: { type: canary, config: { incrementInterval: 0 } } } }",
      "environment/range /processes/pay/strategy/config/incrementInterval",
    ],
    ["processes: { Pay: {} }", "schema/pattern /processes/Pay"],
    ["processes: { pay: { strategi: {} } }", "schema/unknown-property /processes/pay/strategi"],
  ])("may not say %j", (lines, expected) => {
    expect(refusals(lines)).toEqual([expected]);
  });
});
