/** A plain environment: blue-green, with nothing measured and nothing watched. */

import type { BlueGreenSpec, EnvironmentSpec } from "../../src/domain/desired/environment.ts";

export const environment = "production";

export const blueGreen: BlueGreenSpec = {
  kind: "blue-green",
  healthCheckUrl: null,
  healthCheckTimeoutMs: 1_000,
  switchTrafficDelayMs: 0,
  keepOldVersion: true,
  warm: { count: 1, maxAgeMs: null },
};

export const spec: EnvironmentSpec = {
  name: environment,
  type: "production",
  strategy: blueGreen,
  strategies: new Map(),
  deploymentTimeoutMs: 600_000,
  validation: {
    level: "comprehensive",
    pre: ["process_validation", "environment_validation", "dependency_validation"],
    during: ["step_validation", "health_check", "smoke_test"],
    post: ["service_availability", "smoke_test", "monitoring_setup"],
    healthCheck: null,
    performance: null,
    rollback: [],
  },
  analysis: { intervalMs: 1_000, checks: [], onInconclusive: null },
  rollback: {
    automatic: { enabled: true, triggers: [], bakeMs: 0, coolDownMs: 300_000, evidenceMaxAgeMs: 60_000 },
    manual: { enabled: true, approvalRequired: false },
  },
  allowedVersionTypes: ["published"],
  maxConcurrentDeployments: null,
  selfHeal: true,
  allowEmpty: false,
  pruneDelayMs: 0,
  drainTimeoutMs: 30_000,
  requestTimeoutMs: 30_000,
  sticky: null,
  variables: {},
  secrets: {},
};
