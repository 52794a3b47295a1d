/** The performance test: a bounded load, and what must hold under it. */

import type { PerformanceTest } from "../../../domain/desired/environment.ts";
import { type Condition, parseExpression } from "../../../domain/analysis/thresholds.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { MetricCheck } from "../../../domain/analysis/metrics.ts";
import type { ValidationSection } from "../../../generated/environment.ts";
import { durationMs } from "../document/durations.ts";
import type { Say } from "../document/findings.ts";
import { nearest } from "../document/suggest.ts";
import { durationFindings } from "./amounts.ts";

type Section = NonNullable<ValidationSection["performanceTest"]>;

const defaults = { threshold: "response_time < 2s", requests: 50, concurrency: 4, duration: "10s" } as const;

/** What a load can measure by itself. */
const measurable: ReadonlySet<string> = new Set(["error_rate", "success_rate", "response_time", "request_count"]);

/** What must hold of a performance test beyond its shape. */
export function performanceFindings(section: Section, pointer: string, say: Say): readonly Finding[] {
  return [
    ...durationFindings(section.duration, `${pointer}/duration`, { atLeast: "100ms", atMost: "10m" }, say),
    ...(section.threshold === undefined ? [] : expressionFindings(section.threshold, `${pointer}/threshold`, say)),
  ];
}

/** What is wrong with a threshold such as `response_time < 2s`. */
export function expressionFindings(text: string, pointer: string, say: Say): readonly Finding[] {
  const parsed = parseExpression(text, nearest);
  if (parsed.kind === "invalid")
    return [say(pointer, "environment/threshold", `"${text}", character ${parsed.position + 1}: ${parsed.message}`, hint)];
  const strange = parsed.conditions.find(({ metric }) => !measurable.has(metric));
  return strange ? [say(pointer, "environment/threshold", `a performance test does not measure ${strange.metric}`, hint)] : [];
}

const hint = "Such as `response_time < 2s` or `response_time.p99 < 500ms and error_rate <= 1%`.";

/** A performance test with its defaults. */
export function toPerformance(section: Section): PerformanceTest {
  const duration = durationMs(section.duration ?? defaults.duration);
  const parsed = parseExpression(section.threshold ?? defaults.threshold, nearest);
  return {
    checks: parsed.kind === "conditions" ? parsed.conditions.map((condition) => toCheck(condition, duration)) : [],
    requests: section.requests ?? defaults.requests,
    concurrency: section.concurrency ?? defaults.concurrency,
    durationMs: duration,
  };
}

function toCheck({ metric, statistic, comparison, value }: Condition, windowMs: number): MetricCheck {
  return {
    name: statistic === null ? metric : `${metric} ${statistic}`,
    metric,
    source: "performance_test",
    statistic,
    query: null,
    windowMs,
    minRequests: 1,
    pass: { kind: "fixed", comparison, value },
    fail: null,
  };
}
