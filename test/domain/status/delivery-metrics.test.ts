import { describe, expect, it } from "vitest";
import type { AlertMetric } from "../../../src/domain/config/config.ts";
import { alertsOf, deliveryOf, deliveryWindowMs } from "../../../src/domain/status/delivery-metrics.ts";
import type { ValidationResult } from "../../../src/domain/validation-result.ts";
import type { Deployment } from "../../../src/domain/journal/state.ts";
import type { DeploymentPhase } from "../../../src/domain/journal/status.ts";
import { deployment } from "../../support/delivery-values.ts";

const now = 100 * 86_400_000;
const ended = (phase: DeploymentPhase, parts: Partial<Deployment> = {}) =>
  deployment({ phase, startedAt: now - 70_000, endedAt: now - 10_000, ...parts });
const times = (count: number, one: Deployment) => Array.from({ length: count }, () => one);
const result = (outcome: ValidationResult["result"]): ValidationResult => ({
  phase: "during",
  scope: "",
  validation: "smoke_test",
  subject: "",
  result: outcome,
  detail: "",
  at: now,
  durationMs: 1,
});

describe("figures of deployments", () => {
  it("say nothing about nothing", () => {
    expect(deliveryOf("production", [], now)).toEqual({
      environment: "production",
      deployments: 0,
      durationMs: null,
      successRate: null,
      failureRate: null,
      rollbackFrequency: null,
      validationPassRate: null,
    });
  });

  it("are shares of what came to an end", () => {
    const history = [...times(6, ended("Succeeded")), ...times(2, ended("RolledBack")), ended("Failed"), ended("Aborted")];
    expect(deliveryOf("production", history, now)).toMatchObject({
      deployments: 10,
      durationMs: 60_000,
      successRate: 0.6,
      failureRate: 0.4,
      rollbackFrequency: 0.2,
    });
  });

  it.each<[string, Partial<Deployment>]>([
    ["healing", { kind: "self-heal", phase: "Failed" }],
    ["a removal", { kind: "prune", phase: "Failed" }],
    ["what a newer commit superseded", { phase: "Superseded" }],
    ["what is still running", { phase: "Running", endedAt: null }],
    ["what was longer ago than the window", { phase: "Failed", endedAt: now - deliveryWindowMs }],
  ])("leave out %s", (_what, parts) => {
    const { deployments, successRate } = deliveryOf("production", [ended("Succeeded"), ended("Failed", parts)], now);
    expect([deployments, successRate]).toEqual([1, 1]);
  });

  it("count a step back as a rollback of what it took back, not as a version of its own", () => {
    const back = ended("Succeeded", { kind: "rollback", version: "1.0.0", from: "1.1.0" });
    expect(deliveryOf("production", [...times(4, ended("Succeeded")), back], now).rollbackFrequency).toBe(0.25);
    const again = ended("Succeeded", { kind: "rollback", version: "1.1.0", from: "1.0.0" });
    expect(deliveryOf("production", [...times(4, ended("Succeeded")), again], now).rollbackFrequency).toBe(0);
    expect(deliveryOf("production", [ended("Succeeded"), back, back], now).rollbackFrequency).toBe(1);
  });

  it("do not count validations that could not be asked", () => {
    const validations = [result("passed"), result("passed"), result("passed"), result("failed"), result("unknown")];
    expect(deliveryOf("production", [ended("Succeeded", { validations })], now).validationPassRate).toBe(0.75);
    expect(deliveryOf("production", [ended("Succeeded", { validations: [result("unknown")] })], now).validationPassRate).toBeNull();
  });
});

describe("alerts", () => {
  const history = [...times(19, ended("Succeeded", { validations: [result("passed")] })), ended("RolledBack")];
  const delivery = deliveryOf("production", history, now);

  it.each<[AlertMetric, number, boolean]>([
    ["deployment_failure_rate", 5, false],
    ["deployment_failure_rate", 4.9, true],
    ["rollback_frequency", 5, false],
    ["rollback_frequency", 4, true],
    ["deployment_success_rate", 95, false],
    ["deployment_success_rate", 96, true],
    ["validation_pass_rate", 100, false],
    ["validation_pass_rate", 101, true],
    ["deployment_duration", 60_000, false],
    ["deployment_duration", 59_999, true],
  ])("%s with a threshold of %s: %s", (metric, threshold, isCrossed) => {
    expect(alertsOf([delivery], [{ metric, threshold }])).toMatchObject([{ environment: "production", metric, threshold, isCrossed }]);
  });

  it("are not raised by nothing", () => {
    const nothing = deliveryOf("staging", [], now);
    expect(alertsOf([nothing], [{ metric: "validation_pass_rate", threshold: 100 }])).toMatchObject([{ value: null, isCrossed: false }]);
  });

  it("hold the later of two thresholds for the same metric", () => {
    const twice = [1, 50].map((threshold) => ({ metric: "deployment_failure_rate", threshold }) as const);
    expect(alertsOf([delivery], twice)).toMatchObject([{ threshold: 50, isCrossed: false }]);
  });
});
