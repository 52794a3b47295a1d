/** What environment.yaml says, with every default filled in and every duration in milliseconds. */

import type { Json } from "./definition.ts";
import type { ValidationName } from "../validation-result.ts";
import type { MetricCheck } from "../analysis/metrics.ts";
import type { EnvironmentName, Percent, ProcessId } from "../names.ts";

/** How many versions that served before stay installed without traffic, and for how long after they were replaced. */
export interface WarmLimit {
  readonly count: number;
  /** Milliseconds; null: no limit. */
  readonly maxAgeMs: number | null;
}

/** What is done when the time for a verdict is over and there is none: back to the stable version, on, or wait for a person. */
export type OnInconclusive = "abort" | "proceed" | "pause";

/** What any strategy may say for itself. */
interface Judged {
  /** Absent: as the environment says. */
  readonly onInconclusive?: OnInconclusive;
}

export interface BlueGreenSpec extends Judged {
  readonly kind: "blue-green";
  /** A path that must answer 2xx on the candidate's private address before it gets traffic. */
  readonly healthCheckUrl: string | null;
  readonly healthCheckTimeoutMs: number;
  /** How long a checked candidate waits before the traffic is switched to it. */
  readonly switchTrafficDelayMs: number;
  /** Keep the version before warm, so that going back to it is a matter of the router alone. */
  readonly keepOldVersion: boolean;
  /** With `keepOldVersion`: how many, and how long. */
  readonly warm: WarmLimit;
}

/** One step of a canary, in order. */
export type CanaryStep =
  | { readonly kind: "weight"; readonly weight: Percent }
  /** `durationMs` null: until a person promotes it. */
  | { readonly kind: "pause"; readonly durationMs: number | null }
  /** At least this long, and until the verdict is healthy. */
  | { readonly kind: "analysis"; readonly durationMs: number };

/** Shifts the traffic in steps, each judged by metrics. */
export interface CanarySpec extends Judged {
  readonly kind: "canary";
  /** Explicit `steps:`, or those that `trafficPercentage`, `incrementPercentage` and `incrementInterval` amount to. The last weight is 100. */
  readonly steps: readonly CanaryStep[];
  /** Judged while traffic is shared, beside the environment's own analysis: what `successThreshold` and `rollbackThreshold` amount to. */
  readonly checks: readonly MetricCheck[];
  /** From the start of the deployment; time spent paused does not count. */
  readonly maxDurationMs: number;
  readonly keepOldVersion: boolean;
  readonly warm: WarmLimit;
}

/** Moves the version from instance to instance. The old version stays installed until the watch is over. */
export interface RollingSpec extends Judged {
  readonly kind: "rolling";
  /** Instances at once. */
  readonly batchSize: number;
  /** Between two batches. */
  readonly batchDelayMs: number;
  /** Instances that may be out of rotation or down at the same time, at least 1. */
  readonly maxUnavailable: number;
  /** How often an updated instance is asked for its health, until it is healthy. */
  readonly healthCheckIntervalMs: number;
}

/** Takes the old version out before the new one comes in; for development. */
export interface RecreateSpec extends Judged {
  readonly kind: "recreate";
}

export type StrategySpec = BlueGreenSpec | CanarySpec | RollingSpec | RecreateSpec;

/** A bounded load of a version's own checks on its private address, judged by an expression. */
export interface PerformanceTest {
  /** Such as `response_time < 2s`; all must hold. */
  readonly checks: readonly MetricCheck[];
  readonly requests: number;
  readonly concurrency: number;
  /** At most so long. */
  readonly durationMs: number;
}

/** Which validations run when. */
export interface ValidationSpec {
  readonly level: "basic" | "comprehensive" | "extensive";
  /** As the level has it, or as listed in the environment. */
  readonly pre: readonly ValidationName[];
  readonly during: readonly ValidationName[];
  readonly post: readonly ValidationName[];
  /** Null: none, unless the strategy has one. */
  readonly healthCheck: { readonly path: string; readonly timeoutMs: number } | null;
  readonly performance: PerformanceTest | null;
  /** After a rollback: what proves that it worked. */
  readonly rollback: readonly ValidationName[];
}

export interface AnalysisSpec {
  /** How often metrics are measured. */
  readonly intervalMs: number;
  /** Judged while a candidate has traffic; all must be healthy for it to get more, or to count as good. */
  readonly checks: readonly MetricCheck[];
  /** Null: as the strategy has it. */
  readonly onInconclusive: OnInconclusive | null;
}

export interface RollbackSpec {
  readonly automatic: {
    readonly enabled: boolean;
    /** One that fails takes the version back, during the rollout and for `bakeMs` after it. */
    readonly triggers: readonly MetricCheck[];
    /** How long a version is watched once it has all the traffic. 0: not at all. */
    readonly bakeMs: number;
    /** At most one automatic rollback of a process in this time. */
    readonly coolDownMs: number;
    /** Older measurements count for nothing. */
    readonly evidenceMaxAgeMs: number;
  };
  readonly manual: { readonly enabled: boolean; readonly approvalRequired: boolean };
}

/** Where the value of a secret comes from; resolved by the controller, never written anywhere. */
export type SecretReference = { readonly kind: "env"; readonly name: string } | { readonly kind: "file"; readonly path: string };

export interface EnvironmentSpec {
  readonly name: EnvironmentName;
  readonly type: "development" | "staging" | "production";
  /** For every process that `strategies` does not name. */
  readonly strategy: StrategySpec;
  /** Of single processes. */
  readonly strategies: ReadonlyMap<ProcessId, StrategySpec>;
  readonly deploymentTimeoutMs: number;
  readonly validation: ValidationSpec;
  readonly analysis: AnalysisSpec;
  readonly rollback: RollbackSpec;
  readonly allowedVersionTypes: readonly ("draft" | "published")[];
  /** Null: no limit. */
  readonly maxConcurrentDeployments: number | null;
  /** Put hand edits in an engine back. Otherwise they are only shown. */
  readonly selfHeal: boolean;
  /** Without it, an environment whose pins all vanished is left as it runs. */
  readonly allowEmpty: boolean;
  /** How long what was taken out stays installed without traffic, so that a revert brings it back at once. */
  readonly pruneDelayMs: number;
  /** How long a request may still run on a version that no longer gets new ones. */
  readonly drainTimeoutMs: number;
  /** How long the router waits for an answer before it says 504. */
  readonly requestTimeoutMs: number;
  /** Ask for the same version for all requests that carry the same value here. */
  readonly sticky: { readonly kind: "header" | "cookie"; readonly name: string } | null;
  readonly variables: Readonly<Record<string, Json>>;
  readonly secrets: Readonly<Record<string, SecretReference>>;
}

/** How a process is rolled out here. */
export function strategyFor({ strategy, strategies }: Pick<EnvironmentSpec, "strategy" | "strategies">, process: ProcessId): StrategySpec {
  return strategies.get(process) ?? strategy;
}
