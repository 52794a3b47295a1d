/** Validation levels, lists and tests with settings. */

import { describe, expect, it } from "vitest";
import { noDefaults } from "../../../../src/adapters/manifest/environment/environment-file.ts";
import type { EnvironmentDefaults } from "../../../../src/domain/config/config.ts";
import { parse, refusals, specOf } from "./reading.ts";

const validation = (lines: string, defaults: EnvironmentDefaults = noDefaults) => specOf(`validation: ${lines}`, defaults).validation;

describe("validation", () => {
  it.each([
    ["basic", ["step_validation", "health_check", "smoke_test"], ["service_availability"]],
    [
      "comprehensive",
      ["step_validation", "health_check", "smoke_test", "integration_test"],
      ["service_availability", "smoke_test", "monitoring_setup"],
    ],
    [
      "extensive",
      ["step_validation", "health_check", "smoke_test", "integration_test", "performance_test"],
      ["service_availability", "smoke_test", "integration_test", "monitoring_setup"],
    ],
  ])("of the level %s", (level, during, post) => {
    const pre = ["process_validation", "environment_validation", "dependency_validation"];
    expect(validation(`{ level: ${level} }`)).toMatchObject({ level, pre, during, post });
  });

  it("is comprehensive where nothing is said, and proves rollbacks", () => {
    expect(specOf("").validation).toMatchObject({
      level: "comprehensive",
      healthCheck: null,
      performance: null,
      rollback: ["service_availability", "data_integrity"],
    });
  });

  it("is what is listed, phase by phase", () => {
    expect(validation("{ level: basic, preDeployment: [], deployment: [smoke_test], rollbackValidation: [data_integrity] }")).toMatchObject(
      {
        pre: [],
        during: ["smoke_test"],
        post: ["service_availability"],
        rollback: ["data_integrity"],
      },
    );
  });

  it("asks a health endpoint", () => {
    expect(validation("{ healthCheck: { endpoint: /health, timeout: 3s } }").healthCheck).toEqual({ path: "/health", timeoutMs: 3000 });
    expect(validation("{ healthCheck: { endpoint: /health } }").healthCheck?.timeoutMs).toBe(10_000);
  });

  it("puts a load on a version, with what must hold under it", () => {
    const { performance } = validation("{ level: extensive }");
    expect(performance).toMatchObject({ requests: 50, concurrency: 4, durationMs: 10_000 });
    expect(performance?.checks).toMatchObject([{ name: "response_time p95", statistic: "p95", pass: { comparison: "<", value: 2000 } }]);
    const own = validation(
      "{ performanceTest: { threshold: 'response_time.p99 < 500ms and error_rate <= 1%', requests: 9, concurrency: 2, duration: 1s } }",
    );
    expect(own.during).toContain("performance_test");
    expect(own.performance).toMatchObject({ requests: 9, concurrency: 2, durationMs: 1000 });
    expect(own.performance?.checks.map(({ name, windowMs }) => [name, windowMs])).toEqual([
      ["response_time p99", 1000],
      ["error_rate", 1000],
    ]);
  });

  it.each([
    ["{ performanceTest: { threshold: 'response_tim < 2s' } }", "environment/threshold /validation/performanceTest/threshold"],
    ["{ performanceTest: { threshold: 'health_check > 2' } }", "environment/threshold /validation/performanceTest/threshold"],
    ["{ performanceTest: { duration: 0 } }", "environment/range /validation/performanceTest/duration"],
    ["{ performanceTest: { requests: 0 } }", "schema/range /validation/performanceTest/requests"],
    ["{ deployment: [smoke_test], performanceTest: {} }", "environment/no-effect /validation/performanceTest"],
    ["{ deployment: [smoke_test], healthCheck: { endpoint: /h } }", "environment/no-effect /validation/healthCheck"],
    ["{ healthCheck: { endpoint: h } }", "schema/pattern /validation/healthCheck/endpoint"],
    ["{ level: thorough }", "schema/enum /validation/level"],
    ["{ deployment: [smoke_tests] }", "schema/enum /validation/deployment/0"],
    ["{ postDeployment: [smoke_test, smoke_test] }", "schema/duplicate /validation/postDeployment/1"],
  ])("may not be %j", (lines, expected) => {
    expect(refusals(`validation: ${lines}`)).toEqual([expected]);
  });

  it("points into an expression that it cannot read", () => {
    const [found] = parse("validation: { performanceTest: { threshold: 'response_time < 2 years' } }").findings;
    expect(found?.message).toContain("character 19: ");
  });

  describe("with an operator's defaults", () => {
    const defaults: EnvironmentDefaults = {
      ...noDefaults,
      validation: {
        ...noDefaults.validation,
        phases: { pre: null, during: ["smoke_test"], post: [] },
        healthCheck: { path: "/up", timeoutMs: 1 },
      },
      byEnvironment: new Map([["other", { level: "extensive", isAutomatic: null }]]),
    };

    it("has the operator's lists where no level is said", () => {
      expect(specOf("", defaults).validation).toMatchObject({ during: ["smoke_test"], post: [], healthCheck: { path: "/up" } });
    });

    it("has the level that is said, by the environment or by the operator", () => {
      expect(validation("{ level: basic }", defaults).post).toEqual(["service_availability"]);
      const byEnvironment: EnvironmentDefaults["byEnvironment"] = new Map([["live", { level: "extensive", isAutomatic: null }]]);
      const here = { ...defaults, byEnvironment };
      expect(specOf("", here).validation).toMatchObject({ level: "extensive", performance: { requests: 50 } });
      expect(validation("{ level: basic }", here)).toMatchObject({ level: "basic", performance: null });
    });
  });
});
