/** A page of metrics with something in every family, and with names that try to break out of their labels. */

import { metricsPieces, type MetricsView } from "../../src/surfaces/http/metrics.ts";
import { deploymentCount } from "./delivery-values.ts";
import { freeze, noon, process, progress, repository, revert } from "../surfaces/http/pictures.ts";

const quarantined = [
  { version: "1.5.0", digest: `sha256-${"a".repeat(64)}`, why: "errors", at: noon, rollbackId: "rb-1", isInGit: true },
] as const;

export const metricsView: MetricsView = {
  overview: {
    store: null,
    repository,
    findings: [],
    environments: [
      {
        name: "production",
        observedAt: noon - 2_000,
        type: "production",
        url: "http://127.0.0.1:1",
        instances: [
          { id: "blue", state: "ready", why: "" },
          { id: "green", state: "down", why: "gone" },
        ],
        findings: [],
        freeze,
        processes: [
          process("order-intake", { sync: "OutOfSync", health: "Progressing", phase: "Running", progress }),
          process("billing", { revert, quarantined }),
          process('odd"\\\nname', { desired: null, actual: [], phase: null, health: "Missing" }),
        ],
      },
      {
        name: "staging",
        observedAt: null,
        type: "staging",
        url: "http://127.0.0.1:2",
        instances: [],
        findings: [],
        freeze: null,
        processes: [],
      },
    ],
  },
  deploymentCounts: [
    deploymentCount(),
    deploymentCount({ process: "billing", count: 1, durationMs: 30_000 }),
    deploymentCount({ phase: "RolledBack", trigger: "error_rate", count: 3, durationMs: 9_000 }),
    deploymentCount({ phase: "RolledBack", trigger: "manual", count: 1, durationMs: 1_000 }),
    deploymentCount({ kind: "rollback", phase: "Failed", strategy: "blue-green", trigger: "timeout", count: 9, durationMs: 500 }),
    deploymentCount({ kind: "rollback", strategy: "blue-green", trigger: "manual", count: 1, durationMs: 500 }),
    deploymentCount({ kind: "rollback", strategy: "blue-green", count: 4, durationMs: 500 }),
    deploymentCount({ kind: "self-heal", strategy: "self-heal", count: 7, durationMs: 7_000 }),
  ],
  deliveries: [
    {
      environment: "production",
      deployments: 10,
      durationMs: 61_500,
      successRate: 0.6,
      failureRate: 0.4,
      rollbackFrequency: 0.2,
      validationPassRate: 0.75,
    },
    {
      environment: "staging",
      deployments: 0,
      durationMs: null,
      successRate: null,
      failureRate: null,
      rollbackFrequency: null,
      validationPassRate: null,
    },
  ],
  alerts: [
    { environment: "production", metric: "deployment_failure_rate", threshold: 5, value: 40, isCrossed: true },
    { environment: "production", metric: "deployment_duration", threshold: 600_000, value: 61_500, isCrossed: false },
  ],
  notifications: [{ notifier: "slack", delivered: 5, givenUp: 1, retried: 2, pending: 3 }],
  process: { version: "0.1.0", startedAt: noon, now: noon, residentBytes: 100_000_000, cpuSeconds: 1.5 },
};

/** The page of a view as one text. */
export function pageOf(view: MetricsView): string {
  return [...metricsPieces(view)].join("");
}
