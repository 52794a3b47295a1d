/** How well deployments go in an environment: the seed's four figures over the latest history, and which of them are alarming. */

import { isStepBack } from "../journal/step-back.ts";
import type { AlertMetric, AlertThreshold } from "../config/config.ts";
import { assertNever, type EnvironmentName, type Instant } from "../names.ts";
import type { Deployment } from "../journal/state.ts";

/** How far back the figures look. */
export const deliveryWindowMs = 30 * 86_400_000;
/** The newest deployments of an environment that count, at most. */
export const deliveryLimit = 500;

/** Shares are 0..1; null: there is nothing to say yet. */
export interface Delivery {
  readonly environment: EnvironmentName;
  /** Changes that came to an end: neither healing nor removals, nor what a newer commit superseded. */
  readonly deployments: number;
  /** Mean of those that succeeded, from start to end. */
  readonly durationMs: number | null;
  readonly successRate: number | null;
  readonly failureRate: number | null;
  /** Rolled back, by Pinion or by a later step back to an older version, of all deployments of new versions. */
  readonly rollbackFrequency: number | null;
  /** Of the validations that had a result; what could not be asked does not count. */
  readonly validationPassRate: number | null;
}

export interface Alert {
  readonly environment: EnvironmentName;
  readonly metric: AlertMetric;
  /** As configured: percent, or milliseconds for `deployment_duration`. */
  readonly threshold: number;
  /** In the same unit; null: there is nothing to say yet. */
  readonly value: number | null;
  readonly isCrossed: boolean;
}

/** The figures of one environment. `history` is its own, in any order. */
export function deliveryOf(environment: EnvironmentName, history: readonly Deployment[], now: Instant): Delivery {
  const recent = history.filter((one) => isChange(one) && (one.endedAt ?? 0) > now - deliveryWindowMs);
  const forward = recent.filter((one) => !isStepBack(one));
  const succeeded = recent.filter(({ phase }) => phase === "Succeeded");
  const successRate = share(succeeded.length, recent.length);
  const rollbacks = forward.filter(({ phase }) => phase === "RolledBack").length + (recent.length - forward.length);
  return {
    environment,
    deployments: recent.length,
    durationMs: mean(succeeded.map(({ startedAt, endedAt }) => (endedAt ?? startedAt) - startedAt)),
    successRate,
    failureRate: successRate === null ? null : 1 - successRate,
    rollbackFrequency: share(Math.min(rollbacks, forward.length), forward.length),
    validationPassRate: validationPassRate(recent),
  };
}

/** Every threshold for every environment; of two for the same metric the later one. Nothing to say crosses none. */
export function alertsOf(deliveries: readonly Delivery[], thresholds: readonly AlertThreshold[]): readonly Alert[] {
  const byMetric = new Map(thresholds.map(({ metric, threshold }) => [metric, threshold]));
  return deliveries.flatMap((delivery) =>
    [...byMetric].map(([metric, threshold]) => {
      const value = valueOf(delivery, metric);
      return {
        environment: delivery.environment,
        metric,
        threshold,
        value,
        isCrossed: value !== null && isBeyond(metric, value, threshold),
      };
    }),
  );
}

function isChange({ kind, endedAt, phase }: Deployment): boolean {
  return (kind === "deploy" || kind === "rollback") && endedAt !== null && phase !== "Superseded";
}

function validationPassRate(deployments: readonly Deployment[]): number | null {
  const results = deployments.flatMap(({ validations }) => validations).filter(({ result }) => result !== "unknown");
  return share(results.filter(({ result }) => result === "passed").length, results.length);
}

function valueOf(delivery: Delivery, metric: AlertMetric): number | null {
  switch (metric) {
    case "deployment_duration":
      return delivery.durationMs;
    case "deployment_success_rate":
      return percent(delivery.successRate);
    case "deployment_failure_rate":
      return percent(delivery.failureRate);
    case "rollback_frequency":
      return percent(delivery.rollbackFrequency);
    case "validation_pass_rate":
      return percent(delivery.validationPassRate);
    default:
      return assertNever(metric);
  }
}

/** Success and pass rates alert below their threshold, all others above. */
function isBeyond(metric: AlertMetric, value: number, threshold: number): boolean {
  const isGoodWhenHigh = metric === "deployment_success_rate" || metric === "validation_pass_rate";
  return isGoodWhenHigh ? value < threshold : value > threshold;
}

/** Rounded, so that 1 - 0.95 is 5 % and not a hair more. */
function percent(of: number | null): number | null {
  return of === null ? null : Math.round(of * 1e8) / 1e6;
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
