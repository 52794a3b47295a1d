/** The analysis section: metrics that a candidate is judged by while it shares the traffic. */

import type { AnalysisSpec } from "../../../domain/desired/environment.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { Bound, Comparison, MetricCheck, MetricName } from "../../../domain/analysis/metrics.ts";
import type { AnalysisMetricItem, AnalysisSection } from "../../../generated/environment.ts";
import { durationMs } from "../document/durations.ts";
import type { Say } from "../document/findings.ts";
import { durationFindings, percentOf, readThreshold, shareFindings, thresholdForms } from "./amounts.ts";
import { type Asked, askedFindings, toAsked, unitOfMetric } from "./metric-source.ts";

const defaults = { interval: "5s", window: "30s", minRequests: 20 } as const;

/** How long one can look back. */
export const windowLimits = { atLeast: "1s", atMost: "1h" } as const;

/** What is good where no comparison is written. */
const goodWhen = {
  error_rate: "<=",
  success_rate: ">=",
  response_time: "<=",
  request_count: ">=",
  health_check: ">=",
  custom_metric: "<=",
} as const satisfies Record<MetricName, Comparison>;

/** Metrics of which a comparison with the stable version says something. */
const comparable: ReadonlySet<MetricName> = new Set(["error_rate", "success_rate", "response_time", "custom_metric"]);

/** What must hold in an analysis section beyond its shape. */
export function analysisFindings(section: AnalysisSection, pointer: string, say: Say): readonly Finding[] {
  const metrics = section.metrics ?? [];
  return [
    ...durationFindings(section.interval, `${pointer}/interval`, { atLeast: "100ms", atMost: "10m" }, say),
    ...durationFindings(section.window, `${pointer}/window`, windowLimits, say),
    ...metrics.flatMap((item, index) => metricFindings(item, `${pointer}/metrics/${index}`, say)),
    ...nameFindings(metrics, `${pointer}/metrics`, say),
  ];
}

/** An analysis section with its defaults. */
export function toAnalysis(section: AnalysisSection = {}): AnalysisSpec {
  return {
    intervalMs: durationMs(section.interval ?? defaults.interval),
    checks: (section.metrics ?? []).map((item) => toCheck(item, section)),
    onInconclusive: section.onInconclusive ?? null,
  };
}

function metricFindings(item: AnalysisMetricItem, pointer: string, say: Say): readonly Finding[] {
  return [
    ...askedFindings(askedOf(item), pointer, say),
    ...durationFindings(item.window, `${pointer}/window`, windowLimits, say),
    ...boundFindings(item, pointer, say),
  ];
}

function boundFindings({ metric, threshold, comparedToStable }: AnalysisMetricItem, pointer: string, say: Say): readonly Finding[] {
  if ((threshold === undefined) === (comparedToStable === undefined)) {
    const message = threshold === undefined ? "nothing says what is good" : "threshold and comparedToStable are two measures of one metric";
    return [say(pointer, "environment/contradiction", message, "Say one of threshold and comparedToStable.")];
  }
  if (threshold === undefined) return comparisonFindings(metric, comparedToStable, { pointer: `${pointer}/comparedToStable`, say });
  const at = `${pointer}/threshold`;
  const unit = unitOfMetric[metric];
  const ambiguous = unit === "percent" ? shareFindings(threshold, at, say) : [];
  if (ambiguous.length > 0) return ambiguous;
  return readThreshold(threshold, unit) === null
    ? [say(at, "environment/threshold", `${threshold} is no threshold of ${metric}: ${thresholdForms[unit]} is needed`)]
    : [];
}

interface Where {
  readonly pointer: string;
  readonly say: Say;
}

function comparisonFindings(metric: MetricName, amount: number | string | undefined, { pointer, say }: Where): readonly Finding[] {
  if (comparable.has(metric)) return shareFindings(amount, pointer, say);
  return [say(pointer, "environment/metric", `comparing the ${metric} of two versions says nothing about them`)];
}

function nameFindings(metrics: readonly AnalysisMetricItem[], pointer: string, say: Say): readonly Finding[] {
  const names = metrics.map(nameOf);
  return names.flatMap((name, index) => {
    if (names.indexOf(name) === index) return [];
    return [say(`${pointer}/${index}`, "environment/metric", `two metrics are called "${name}"`, "Give one of them its own `name`.")];
  });
}

function toCheck(item: AnalysisMetricItem, section: AnalysisSection): MetricCheck {
  return {
    name: nameOf(item),
    ...toAsked(askedOf(item)),
    windowMs: durationMs(item.window ?? section.window ?? defaults.window),
    minRequests: item.minRequests ?? section.minRequests ?? defaults.minRequests,
    pass: boundOf(item),
    fail: null,
  };
}

function askedOf({ metric, percentile, source, query }: AnalysisMetricItem): Asked {
  return { metric, percentile, source, query };
}

function boundOf({ metric, threshold, comparedToStable }: AnalysisMetricItem): Bound {
  if (comparedToStable !== undefined) return { kind: "stable", maxIncreasePercent: percentOf(comparedToStable) };
  const read = readThreshold(threshold ?? 0, unitOfMetric[metric]);
  return { kind: "fixed", comparison: read?.comparison ?? goodWhen[metric], value: read?.value ?? 0 };
}

function nameOf(item: AnalysisMetricItem): string {
  if (item.name !== undefined) return item.name;
  const { metric } = item;
  const compared = item.comparedToStable === undefined ? "" : " compared to stable";
  return `${metric === "response_time" ? `${metric} ${item.percentile ?? "p95"}` : metric}${compared}`;
}
