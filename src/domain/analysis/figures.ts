/** How measured values read to people: `21.3 %`, `143 requests in 30 s`. */

import type { MetricCheck, Reading } from "./metrics.ts";
import type { Verdict } from "../validation-result.ts";

/** One metric, with its value and what it is held against. */
export interface Figure {
  readonly name: string;
  readonly unit: "%" | "ms" | "";
  /** Null: nothing to say. */
  readonly candidate: number | null;
  /** Null: not compared, or nothing to say. */
  readonly stable: number | null;
  /** `<= 5 %`, `at most 50 % more than stable`. */
  readonly limit: string;
  readonly requests: number | null;
  readonly verdict: Verdict["kind"];
  readonly why: string;
}

/** The unit of what a check measures. */
export function unitOf({ metric, statistic }: Pick<MetricCheck, "metric" | "statistic">): Figure["unit"] {
  if (metric === "response_time") return "ms";
  if (metric === "error_rate" || metric === "success_rate") return "%";
  return metric === "health_check" && statistic !== "failures" ? "%" : "";
}

/** `21.3 %`, `820 ms`, `12`: exact enough to be told from its limit, short enough to be read. */
export function describeValue(value: number, unit: Figure["unit"]): string {
  const short = Number(value.toPrecision(4));
  return unit === "" ? String(short) : `${short} ${unit}`;
}

/** `500 ms`, `30 s`, `90 s`, `5 min`, `2 h`. */
export function describeDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms >= 3_600_000 && ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000} min`;
  return `${Math.round(ms / 100) / 10} s`;
}

/** `error_rate 21.3 % of 143 requests in 30 s`. */
export function describeReading(check: MetricCheck, reading: Extract<Reading, { kind: "value" }>): string {
  return `${check.name} ${describeAmount(check, reading)}`;
}

/** The same without the name of the check. */
export function describeAmount(check: MetricCheck, reading: Extract<Reading, { kind: "value" }>): string {
  const isCount = check.metric === "request_count";
  const requests = reading.requests === null || isCount ? "" : ` of ${countRequests(reading.requests)}`;
  return `${describeValue(reading.value, unitOf(check))}${requests} in ${describeDuration(coveredOf(check, reading))}`;
}

/** Of the window, only what there is data for; a window that is all but covered is covered. */
function coveredOf({ windowMs }: MetricCheck, { coveredMs }: Extract<Reading, { kind: "value" }>): number {
  return coveredMs <= 0 || coveredMs > windowMs * 0.8 ? windowMs : 1_000 * Math.max(1, Math.ceil(coveredMs / 1_000));
}

/** `1 request`, `143 requests`. */
export function countRequests(count: number): string {
  const rounded = Math.round(count);
  return `${rounded} request${rounded === 1 ? "" : "s"}`;
}
