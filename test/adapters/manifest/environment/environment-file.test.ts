import { describe, expect, it } from "vitest";
import { noDefaults, parseEnvironmentFile } from "../../../../src/adapters/manifest/environment/environment-file.ts";
import { atOnce } from "../../../../src/domain/slices.ts";
import type { EnvironmentDefaults } from "../../../../src/domain/config/config.ts";

const parse = (text: string, defaults: EnvironmentDefaults = noDefaults) =>
  atOnce(parseEnvironmentFile(Buffer.from(text), { environment: "live", file: "environment.yaml", defaults, permits: null }));

describe("environment.yaml", () => {
  it("needs no more than name and type", () => {
    expect(parse("name: live\ntype: production\n").spec).toEqual({
      name: "live",
      type: "production",
      strategy: {
        kind: "blue-green",
        healthCheckUrl: null,
        healthCheckTimeoutMs: 10_000,
        switchTrafficDelayMs: 0,
        keepOldVersion: true,
        warm: { count: 1, maxAgeMs: null },
      },
      strategies: new Map(),
      validation: {
        level: "comprehensive",
        pre: ["process_validation", "environment_validation", "dependency_validation"],
        during: ["step_validation", "health_check", "smoke_test", "integration_test"],
        post: ["service_availability", "smoke_test", "monitoring_setup"],
        healthCheck: null,
        performance: null,
        rollback: ["service_availability", "data_integrity"],
      },
      analysis: { intervalMs: 5000, checks: [], onInconclusive: null },
      rollback: {
        automatic: { enabled: true, triggers: [], bakeMs: 0, coolDownMs: 300_000, evidenceMaxAgeMs: 60_000 },
        manual: { enabled: true, approvalRequired: false },
      },
      deploymentTimeoutMs: 1_800_000,
      allowedVersionTypes: ["published"],
      maxConcurrentDeployments: null,
      selfHeal: true,
      allowEmpty: false,
      pruneDelayMs: 300_000,
      drainTimeoutMs: 30_000,
      requestTimeoutMs: 30_000,
      sticky: null,
      variables: {},
      secrets: {},
    });
  });

  it("is obeyed in everything it says", () => {
    const { spec } = parse(`name: live
type: staging
strategy: { type: blue-green, config: { healthCheckUrl: /ok, healthCheckTimeout: 1s, switchTrafficDelay: 2s, keepOldVersion: false } }
deploymentTimeout: 5m
restrictions: { allowedVersionTypes: [draft], maxConcurrentDeployments: 2 }
selfHeal: false
allowEmpty: true
pruneDelay: 90s
drainTimeout: 1.5s
requestTimeout: 250
sticky: { header: X-Session }
variables: { A: text, B: 1, C: { d: [true, null] } }
secrets: { K: { env: KEY }, F: { file: /f } }
`);
    expect(spec).toMatchObject({
      strategy: { healthCheckUrl: "/ok", healthCheckTimeoutMs: 1000, switchTrafficDelayMs: 2000, keepOldVersion: false },
      deploymentTimeoutMs: 300_000,
      allowedVersionTypes: ["draft"],
      maxConcurrentDeployments: 2,
      selfHeal: false,
      allowEmpty: true,
      pruneDelayMs: 90_000,
      drainTimeoutMs: 1500,
      requestTimeoutMs: 250,
      sticky: { kind: "header", name: "x-session" },
      variables: { A: "text", B: 1, C: { d: [true, null] } },
      secrets: { K: { kind: "env", name: "KEY" }, F: { kind: "file", path: "/f" } },
    });
  });

  it("takes the operator's defaults for what it does not say, and only for that", () => {
    const defaults: EnvironmentDefaults = {
      ...noDefaults,
      strategy: { kind: "recreate" },
      deploymentTimeoutMs: 1000,
      maxConcurrentDeployments: 3,
    };
    expect(parse("name: live\ntype: staging\n", defaults).spec).toMatchObject({
      strategy: { kind: "recreate" },
      deploymentTimeoutMs: 1000,
      maxConcurrentDeployments: 3,
    });
    const said =
      "name: live\ntype: staging\nstrategy: { type: blue-green }\ndeploymentTimeout: 2s\nrestrictions: { maxConcurrentDeployments: 1 }\n";
    expect(parse(said, defaults).spec).toMatchObject({
      strategy: { kind: "blue-green" },
      deploymentTimeoutMs: 2000,
      maxConcurrentDeployments: 1,
    });
  });

  it.each([
    ["strategy: { type: recreate, config: {} }", "schema/not-allowed"],
    ["strategy: { type: bluegreen }", "schema/enum"],
    ["requiresApproval: true", "option/not-supported"],
    ["restrictions: { requiresApproval: true }", "option/not-supported"],
    ["restrictions: { allowedVersionTypes: [] }", "schema/range"],
    ["restrictions: { allowedVersionTypes: [draft, draft] }", "schema/duplicate"],
    ["variables: { PINION_X: 1 }", "environment/reserved-variable"],
    ["variables: { a-b: 1 }", "schema/pattern"],
    ["variables: { A: 1 }\nsecrets: { A: { env: A } }", "environment/variable-twice"],
    ["secrets: { A: { env: A, file: /a } }", "schema/range"],
    ["sticky: { header: x, cookie: y }", "schema/range"],
    ["selfHeal: yes", "schema/type"],
    ["selfheal: true", "schema/unknown-property"],
    ["drainTimeout: 5 minutes", "schema/pattern"],
  ])("refuses %j with %s", (line, code) => {
    const { spec, findings } = parse(`name: live\ntype: production\n${line}\n`);
    expect([spec, findings.map((found) => found.code)]).toEqual([null, [code]]);
  });

  it("names the option that was meant", () => {
    expect(parse("name: live\ntype: production\nselfheal: true\n").findings[0]?.hint).toBe("Did you mean selfHeal?");
  });
});
