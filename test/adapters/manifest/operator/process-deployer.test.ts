import { describe, expect, it } from "vitest";
import { parseControllerConfig } from "../../../../src/adapters/manifest/operator/controller-config.ts";
import { PinionError } from "../../../../src/domain/errors.ts";

const parse = (text: string) => parseControllerConfig(text, "pinion.yaml");
const repository = "repository: { url: https://git.example.com/config.git }\n";

/** `code line` of every finding of a refused document. */
function refusal(text: string): readonly string[] {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof PinionError && error.code === "config/invalid")
      return error.findings.map((found) => `${found.code} ${found.line}`);
    throw error;
  }
  return [];
}

describe("the process deployer's document", () => {
  const deployer = (lines: string): string => `${repository}process_deployer:\n${lines}`;

  it("gives defaults to environments that do not say", () => {
    const config = parse(
      deployer(`  automated_deployment:
    enabled: true
    deployment_strategy: "blue_green"
    deployment_timeout: "10m"
    parallel_deployments: 3
    deployment_validation:
      - { validation: health_check, endpoint: /health, timeout: 30s }
  environment_management:
    environments:
      - environment: staging
        auto_deploy: true
`),
    );
    expect(config.defaults).toMatchObject({
      strategy: { kind: "blue-green", healthCheckUrl: null },
      validation: { healthCheck: { path: "/health", timeoutMs: 30_000 } },
      deploymentTimeoutMs: 600_000,
      maxConcurrentDeployments: 3,
    });
    expect(config.environments).toEqual(["staging"]);
    expect(config.warnings).toEqual([]);
  });

  it.each([
    ["every environment has a level", "basic", "basic", "no effect in any environment that is listed"],
    ["some have one", "basic", null, "no effect in staging"],
  ])("says that phases have no effect where %s", (_when, staging, production, expected) => {
    const level = (name: string | null) => (name === null ? "" : `, validation_level: ${name}`);
    const { warnings } = parse(
      deployer(`  deployment_validation:
    validation_phases:
      - { phase: deployment, validations: [step_validation] }
  environment_management:
    environments:
      - { environment: staging${level(staging)} }
      - { environment: production${level(production)} }
`),
    );
    expect(warnings.map(({ line, message }) => `${line} ${message}`)).toEqual([
      expect.stringMatching(new RegExp(`^4 "validation_phases" has ${expected}`, "u")),
    ]);
  });

  it("says that all figures are shown, also those that are not listed", () => {
    const list = (names: string) => parse(deployer(`  deployment_monitoring:\n    monitoring_metrics: [${names}]\n`)).warnings;
    expect(list("rollback_frequency").map(({ message }) => message)).toEqual([
      expect.stringContaining('"monitoring_metrics" is not supported yet and has no effect: all figures are always shown'),
    ]);
    expect(list("deployment_duration, deployment_success_rate, rollback_frequency, validation_pass_rate")).toEqual([]);
  });

  it("says which validations run where an environment has no level of its own", () => {
    const { defaults, warnings } = parse(
      deployer(`  automated_deployment:
    deployment_validation:
      - { validation: performance_test, threshold: "response_time < 500ms" }
  deployment_validation:
    validation_phases:
      - { phase: deployment, validations: [step_validation, smoke_test] }
      - { phase: post_deployment, validations: [performance_test, service_availability] }
  environment_management:
    environments:
      - { environment: staging, validation_level: extensive, rollback_enabled: false }
`),
    );
    expect(warnings.map(({ pointer }) => pointer)).toEqual(["/processDeployer/deploymentValidation/validationPhases"]);
    expect(defaults.validation.phases).toEqual({
      pre: null,
      during: ["step_validation", "smoke_test", "performance_test"],
      post: ["service_availability"],
    });
    expect(defaults.validation.performance?.checks).toMatchObject([{ metric: "response_time", pass: { comparison: "<", value: 500 } }]);
    expect(defaults.byEnvironment.get("staging")).toEqual({ level: "extensive", isAutomatic: false });
  });

  it("says what rolls back where an environment does not", () => {
    const { defaults, alertThresholds } = parse(
      deployer(`  rollback_management:
    rollback_triggers:
      - { trigger: health_check_failure, threshold: 3, timeout: 5m }
      - { trigger: performance_degradation, threshold: "50%", timeout: 10m }
      - { trigger: error_rate_spike, threshold: "10%", timeout: 5m }
    rollback_validation:
      - { validation: data_integrity, enabled: false }
      - { validation: service_availability, enabled: true }
  deployment_monitoring:
    monitoring_metrics: [deployment_duration, validation_pass_rate]
    alert_thresholds:
      - { metric: deployment_failure_rate, threshold: "5%" }
`),
    );
    expect(defaults.rollback.triggers).toMatchObject([
      { name: "health_check_failure", statistic: "failures", windowMs: 300_000, pass: { kind: "fixed", comparison: "<", value: 3 } },
      { name: "performance_degradation", statistic: "p95", windowMs: 600_000, pass: { kind: "stable", maxIncreasePercent: 50 } },
      { name: "error_rate_spike", windowMs: 300_000, pass: { kind: "fixed", comparison: "<=", value: 10 } },
    ]);
    expect(defaults.validation.rollback).toEqual(["service_availability"]);
    expect(alertThresholds).toEqual([{ metric: "deployment_failure_rate", threshold: 5 }]);
  });

  it.each([
    ["  rollback_management: { enabled: false }\n", false],
    ["  rollback_management: { rollback_strategy: manual }\n", false],
    ["  rollback_management: { enabled: true, rollback_strategy: automatic }\n", null],
  ])("switches automatic rollbacks by %j", (lines, expected) => {
    expect(parse(deployer(lines)).defaults.rollback.isAutomatic).toBe(expected);
  });

  it.each(["canary", "rolling"])("makes %s the strategy of environments that name none", (strategy) => {
    expect(parse(deployer(`  automated_deployment: { deployment_strategy: ${strategy} }\n`)).defaults.strategy?.kind).toBe(strategy);
  });

  it.each([
    ["  environment_management:\n    environments:\n      - environment: a\n        approval_required: true\n", 6],
    ["  deployment_validation:\n    validation_phases:\n      - phase: pre_deployment\n        validations:\n          - smoke_test\n", 7],
    ["  automated_deployment:\n    deployment_validation:\n      - validation: smoke_test\n        tests: [a]\n", 6],
    ["  automated_deployment:\n    deployment_validation:\n      - validation: health_check\n", 5],
    ["  deployment_monitoring:\n    enabled: false\n", 4],
    ["  version_management:\n    version_history: 100\n", 4],
  ])("warns of what has no effect: %j", (lines, line) => {
    expect(parse(deployer(lines)).warnings.map((found) => [found.code, found.severity, found.line])).toEqual([
      ["option/not-supported", "warning", line],
    ]);
  });

  it.each([
    ["a switch whose neglect would deploy", "  automated_deployment:\n    enabled: false\n", ["option/not-supported 4"]],
    ["an unknown option", "  automated_deployment:\n    deploy_strategy: x\n", ["schema/unknown-property 4"]],
    [
      "an unknown validation",
      "  automated_deployment:\n    deployment_validation:\n      - validation: helth_check\n",
      ["config/unknown-value 5"],
    ],
    [
      "an unknown trigger",
      "  rollback_management:\n    rollback_triggers:\n      - trigger: error_rate_spikes\n",
      ["config/unknown-value 5"],
    ],
    [
      "a trigger that looks back for ever",
      "  rollback_management:\n    rollback_triggers:\n      - trigger: error_rate_spike\n        timeout: 9d\n",
      ["environment/range 6"],
    ],
    [
      "an unknown proof",
      "  rollback_management:\n    rollback_validation:\n      - validation: data_integrty\n",
      ["config/unknown-value 5"],
    ],
    [
      "a threshold that is none",
      '  automated_deployment:\n    deployment_validation:\n      - validation: performance_test\n        threshold: "respnse_time < 2s"\n',
      ["environment/threshold 6"],
    ],
    ["an unknown metric", "  deployment_monitoring:\n    monitoring_metrics:\n      - rollbacks\n", ["config/unknown-value 5"]],
    [
      "an alert at nothing",
      "  deployment_monitoring:\n    alert_thresholds:\n      - metric: rollback_frequency\n        threshold: often\n",
      ["environment/threshold 6"],
    ],
  ])("refuses %s", (_, lines, expected) => {
    expect(refusal(deployer(lines))).toEqual(expected);
  });
});
