/** What is measured of a version while it has traffic, and what its values are held against. */

import type { EnvironmentName, Instant, ProcessId, UnitRef } from "../names.ts";

/** The metrics by the names the seed gives them. */
export type MetricName = "error_rate" | "success_rate" | "response_time" | "request_count" | "health_check" | "custom_metric";

/** Which figure of a metric: a quantile or the mean of response times; the score (0..100) or the number of failures of health checks. */
export type Statistic = "p50" | "p95" | "p99" | "mean" | "score" | "failures";

export type Comparison = "<" | "<=" | ">" | ">=" | "==" | "!=";

export type Bound =
  /** `value` in the metric's unit: percent for rates and scores, milliseconds for times, else a plain number. */
  | { readonly kind: "fixed"; readonly comparison: Comparison; readonly value: number }
  /** At most so many percent more than the stable version over the same window (for `success_rate`: less). */
  | { readonly kind: "stable"; readonly maxIncreasePercent: number };

/** One metric with what is good and what is bad. */
export interface MetricCheck {
  /** Names it to people; unique in its list: `error_rate`, `response_time p95`. */
  readonly name: string;
  readonly metric: MetricName;
  /** `gateway`, `engine`, `health`, or the name of a source in pinion.yaml. */
  readonly source: string;
  /** Null where the metric has only one. */
  readonly statistic: Statistic | null;
  /** What a source of pinion.yaml is asked; null: its own rule for this metric. */
  readonly query: string | null;
  readonly windowMs: number;
  /** Fewer in the window say nothing; for sources that count none it has no meaning. */
  readonly minRequests: number;
  /** Healthy when this holds. */
  readonly pass: Bound;
  /** Unhealthy when this holds; null: whenever `pass` does not. What is neither is unknown. */
  readonly fail: Bound | null;
}

/** What a source says about one version over one window. */
export type Reading =
  | {
      readonly kind: "value";
      readonly value: number;
      /** Requests, or whatever it counts, in the window; null: the source does not say. */
      readonly requests: number | null;
      /** How much of the window there is data for, in milliseconds. */
      readonly coveredMs: number;
    }
  /** There is nothing to say about it, such as a window without a request. */
  | {
      readonly kind: "none";
      readonly why: string;
      /** It had no request in the window, or measuring has only begun: the source is not at fault. */
      readonly isQuiet?: true;
    };

/** A question to a source. */
export interface MetricQuery {
  readonly environment: EnvironmentName;
  readonly unit: UnitRef;
  readonly metric: MetricName;
  readonly statistic: Statistic | null;
  readonly query: string | null;
  readonly windowMs: number;
  /** The window's end. */
  readonly until: Instant;
  /** Counts from before this time are not used: the controller was down. */
  readonly notBefore?: Instant;
}

/** Something that shall be measured as long as it is asked for. */
export interface MetricRequest {
  readonly deployment: string;
  readonly process: ProcessId;
  readonly check: MetricCheck;
  readonly candidate: UnitRef;
  /** What the candidate did before, as in an earlier deployment of the same version, says nothing about this one. */
  readonly since: Instant;
  /** Null: there is nothing to compare with. */
  readonly stable: UnitRef | null;
  /** When the stable version lost all its traffic; its window ends there. Null: it still has some. */
  readonly stableUntil: Instant | null;
  readonly intervalMs: number;
}

/** What was measured for one request. */
export interface Measured {
  readonly check: MetricCheck;
  readonly candidate: Reading;
  /** Null when the check does not compare, or there is no stable version to compare with. */
  readonly stable: Reading | null;
  readonly at: Instant;
  /** Since when it has been measured without a gap, such as a controller that was down. */
  readonly since: Instant;
}
