/** Environments as snapshots, in few words. */

import type { DeploymentPlan } from "../../../src/domain/plan/deployment-plan.ts";
import type { EnvironmentSpec, RollbackSpec } from "../../../src/domain/desired/environment.ts";
import type { Finding } from "../../../src/domain/finding.ts";
import type { MetricCheck } from "../../../src/domain/analysis/metrics.ts";
import { makePlan, type PlanDetail } from "../../../src/domain/plan/plan.ts";
import type { Check, Dependency } from "../../../src/domain/desired/version.ts";
import type { EnvironmentSnapshot, PinnedVersion, VersionStatus } from "../../../src/domain/desired/snapshot.ts";
import type { Deployment } from "../../../src/domain/journal/state.ts";

export function spec(parts: Partial<EnvironmentSpec> = {}): EnvironmentSpec {
  return {
    name: "staging",
    type: "staging",
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
      rollback: ["service_availability"],
    },
    analysis: { intervalMs: 1000, checks: [], onInconclusive: null },
    rollback: rollbackPolicy({}),
    deploymentTimeoutMs: 60_000,
    allowedVersionTypes: ["draft", "published"],
    maxConcurrentDeployments: null,
    selfHeal: true,
    allowEmpty: false,
    pruneDelayMs: 300_000,
    drainTimeoutMs: 1000,
    requestTimeoutMs: 1000,
    sticky: null,
    variables: {},
    secrets: {},
    ...parts,
  };
}

export function rollbackPolicy(automatic: Partial<RollbackSpec["automatic"]>): RollbackSpec {
  return {
    automatic: { enabled: true, triggers: [], bakeMs: 0, coolDownMs: 0, evidenceMaxAgeMs: 60_000, ...automatic },
    manual: { enabled: true, approvalRequired: false },
  };
}

/** An error rate of at most 5 %. */
export function metricCheck(parts: Partial<MetricCheck>): MetricCheck {
  return {
    name: "error_rate",
    metric: "error_rate",
    source: "gateway",
    statistic: null,
    query: null,
    windowMs: 30_000,
    minRequests: 10,
    pass: { kind: "fixed", comparison: "<=", value: 5 },
    fail: null,
    ...parts,
  };
}

export interface Pinned {
  readonly needs?: Readonly<Record<string, string>>;
  readonly optional?: readonly string[];
  readonly status?: VersionStatus;
  readonly definition?: string;
  /** Each is a GET. */
  readonly paths?: readonly string[];
}

/** A version that can run. */
export function pin(
  process: string,
  version: string,
  { needs = {}, optional = [], status = "published", definition = version, paths = [] }: Pinned = {},
): PinnedVersion {
  const dependencies = Object.entries(needs).map(([name, range]): Dependency => ({
    type: "workflow",
    name,
    version: range,
    required: !optional.includes(name),
  }));
  const endpoints = paths.map((path) => ({ method: "GET", path }));
  return {
    kind: "runnable",
    status,
    summary: { process, version, engine: "node-red", definitionDigest: `sha256-${definition}`, dependencies, hasChecks: true, endpoints },
  };
}

export function finding(message: string): Finding {
  return { file: "a.yaml", line: 1, column: 2, pointer: "", code: "x/y", severity: "error", message, hint: "" };
}

/** A version that cannot run. */
export function brokenPin(process: string, version: string, message = "is broken"): PinnedVersion {
  return { kind: "broken", process, version, findings: [finding(message)] };
}

export function environment(
  pins: readonly PinnedVersion[],
  parts: Partial<EnvironmentSpec> | null = {},
  findings: readonly Finding[] = [],
): EnvironmentSnapshot {
  const idOf = (pinned: PinnedVersion): string => (pinned.kind === "runnable" ? pinned.summary.process : pinned.process);
  return {
    name: "staging",
    spec: parts === null ? null : spec(parts),
    pins: new Map(pins.map((pinned) => [idOf(pinned), pinned])),
    quarantine: [],
    findings,
  };
}

export function check(name: string, method = "GET"): Check {
  return { name, kind: "smoke", request: { method, path: "/", headers: {} }, expect: { status: 200, headers: {} }, timeoutMs: 1000 };
}

export interface Extras {
  readonly details?: Readonly<Record<string, Partial<PlanDetail>>>;
  readonly history?: readonly Deployment[];
  readonly instances?: readonly string[];
}

/** The plan from one to the other; a process without details has nothing to compare, and no checks. */
export function plan(
  from: EnvironmentSnapshot | null,
  to: EnvironmentSnapshot | null,
  { details = {}, history = [], instances = [] }: Extras = {},
): DeploymentPlan {
  const known = Object.entries(details).map(([process, detail]) => [process, { changes: null, checks: [check("a")], ...detail }] as const);
  return makePlan({ environment: "staging", from, to, details: new Map(known), history, instances });
}
