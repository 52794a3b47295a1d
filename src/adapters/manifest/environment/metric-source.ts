/** Where a metric comes from, and which of its figures is meant: the same rules for analysis and for rollback triggers. */

import type { Finding } from "../../../domain/finding.ts";
import type { MetricCheck, MetricName } from "../../../domain/analysis/metrics.ts";
import type { Percentile, Query, Source } from "../../../generated/environment.ts";
import type { Say } from "../document/findings.ts";
import type { ThresholdUnit } from "../../../domain/analysis/thresholds.ts";

/** Sources that Pinion brings, with what each can measure. */
const builtIn: Readonly<Record<string, readonly MetricName[]>> = {
  gateway: ["error_rate", "success_rate", "response_time", "request_count"],
  engine: ["error_rate", "success_rate", "request_count"],
  health: ["health_check"],
};

/** The name of each metric's unit. */
export const unitOfMetric = {
  error_rate: "percent",
  success_rate: "percent",
  response_time: "time",
  request_count: "number",
  health_check: "percent",
  custom_metric: "any",
} as const satisfies Record<MetricName, ThresholdUnit>;

/** What an analysis metric and a trigger have in common. */
export interface Asked {
  readonly metric: MetricName;
  readonly percentile: Percentile | undefined;
  readonly source: Source | undefined;
  readonly query: Query | undefined;
}

/** What must hold of source, query and percentile. */
export function askedFindings({ metric, percentile, source, query }: Asked, pointer: string, say: Say): readonly Finding[] {
  const refuse = (key: string, message: string): readonly Finding[] => [say(`${pointer}${key}`, "environment/metric", message)];
  const name = source ?? defaultSource(metric);
  const measures = name === null ? undefined : builtIn[name];
  if (name === null) return refuse("", `${metric} needs a source: the name of one in pinion.yaml`);
  if (measures !== undefined && !measures.includes(metric)) return refuse("/source", `${name} cannot measure ${metric}`);
  return [
    ...(measures !== undefined && query !== undefined ? refuse("/query", `${name} takes no query`) : []),
    ...(percentile !== undefined && metric !== "response_time" ? refuse("/percentile", `${metric} has no percentiles`) : []),
  ];
}

/** The check's part that says what is measured. */
export function toAsked(asked: Asked): Pick<MetricCheck, "metric" | "source" | "statistic" | "query"> {
  const { metric, percentile, source, query } = asked;
  return { metric, source: source ?? defaultSource(metric) ?? "", statistic: statisticOf(metric, percentile), query: query ?? null };
}

function defaultSource(metric: MetricName): string | null {
  if (metric === "custom_metric") return null;
  return metric === "health_check" ? "health" : "gateway";
}

function statisticOf(metric: MetricName, percentile: Percentile | undefined): MetricCheck["statistic"] {
  if (metric === "response_time") return percentile ?? "p95";
  return metric === "health_check" ? "score" : null;
}
