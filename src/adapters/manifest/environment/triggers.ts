/** Triggers of the rollback policy: what takes a version back, as checks that hold as long as it need not be. */

import type { Finding } from "../../../domain/finding.ts";
import type { Bound, Comparison, MetricCheck, MetricName, Statistic } from "../../../domain/analysis/metrics.ts";
import type { TriggerItem } from "../../../generated/environment.ts";
import { durationMs } from "../document/durations.ts";
import type { Say } from "../document/findings.ts";
import type { ThresholdUnit } from "../../../domain/analysis/thresholds.ts";
import { durationFindings, percentOf, readThreshold, shareFindings, thresholdForms } from "./amounts.ts";
import { windowLimits } from "./analysis.ts";
import { type Asked, askedFindings, toAsked } from "./metric-source.ts";

interface TriggerKind {
  readonly metric: MetricName;
  readonly unit: ThresholdUnit;
  /** Null: it has to be said. */
  readonly threshold: string | null;
  readonly duration: string;
  /** When all is well; `stable`: at most so many percent more than the stable version. */
  readonly holds: Comparison | "stable";
  readonly statistic?: Statistic;
}

const kinds = {
  error_rate: { metric: "error_rate", unit: "percent", threshold: null, duration: "1m", holds: "<=" },
  response_time: { metric: "response_time", unit: "time", threshold: null, duration: "1m", holds: "<=" },
  health_check: { metric: "health_check", unit: "percent", threshold: null, duration: "1m", holds: ">=" },
  custom_metric: { metric: "custom_metric", unit: "any", threshold: null, duration: "1m", holds: "<=" },
  error_rate_spike: { metric: "error_rate", unit: "percent", threshold: "10%", duration: "5m", holds: "<=" },
  performance_degradation: { metric: "response_time", unit: "percent", threshold: "50%", duration: "10m", holds: "stable" },
  health_check_failure: { metric: "health_check", unit: "number", threshold: "3", duration: "5m", holds: "<", statistic: "failures" },
} as const satisfies Record<TriggerItem["type"], TriggerKind>;

/** The types by name. */
export const triggerTypes = Object.keys(kinds) as readonly TriggerItem["type"][];

const defaultMinRequests = 10;

/** A comparison that a trigger fires on, as the one that holds until then. */
const opposite = { "<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "==" } as const satisfies Record<Comparison, Comparison>;

/** What must hold of a trigger beyond its shape. */
export function triggerFindings(item: TriggerItem, pointer: string, say: Say): readonly Finding[] {
  return [
    ...metricFindings(item, pointer, say),
    ...askedFindings(askedOf(item), pointer, say),
    ...durationFindings(item.duration, `${pointer}/duration`, windowLimits, say),
    ...thresholdFindings(item, pointer, say),
  ];
}

/** Triggers of the right shape, each with a name of its own. */
export function toTriggers(items: readonly TriggerItem[]): readonly MetricCheck[] {
  const names = items.map(nameOf);
  return items.map((item, index) => {
    const earlier = names.slice(0, index).filter((name) => name === names[index]).length;
    return toTrigger(item, earlier === 0 ? nameOf(item) : `${nameOf(item)} #${earlier + 1}`);
  });
}

function metricFindings({ type, metric }: TriggerItem, pointer: string, say: Say): readonly Finding[] {
  if (type === "custom_metric" || metric === undefined) return [];
  return [say(`${pointer}/metric`, "environment/metric", `${type} has a metric already`, "Remove it, or use custom_metric.")];
}

function thresholdFindings({ type, threshold }: TriggerItem, pointer: string, say: Say): readonly Finding[] {
  const kind: TriggerKind = kinds[type];
  if (threshold === undefined) return kind.threshold === null ? [say(pointer, "environment/threshold", `${type} needs a threshold`)] : [];
  const at = `${pointer}/threshold`;
  const ambiguous = kind.unit === "percent" ? shareFindings(threshold, at, say) : [];
  if (ambiguous.length > 0) return ambiguous;
  const wrong = whyNoThreshold(type, kind, threshold);
  return wrong === null ? [] : [say(at, "environment/threshold", wrong)];
}

/** What is wrong with a threshold; null: nothing. */
function whyNoThreshold(type: TriggerItem["type"], kind: TriggerKind, threshold: number | string): string | null {
  if (kind.holds === "stable") return isIncrease(threshold) ? null : `${threshold} is no increase: write it like 50%`;
  const read = readThreshold(threshold, kind.unit);
  if (read === null) return `${threshold} is no threshold of ${type}: ${thresholdForms[kind.unit]} is needed`;
  if (read.comparison !== null && type !== "custom_metric")
    return `${type} fires ${kind.holds === ">=" ? "below" : "above"} its threshold; write the value alone`;
  const isCount = Number.isInteger(read.value) && read.value >= 1;
  return type === "health_check_failure" && !isCount ? `${threshold} is no number of failures` : null;
}

function isIncrease(threshold: number | string): boolean {
  return /^[0-9]+(\.[0-9]+)?\s?%?$/.test(String(threshold));
}

function toTrigger(item: TriggerItem, name: string): MetricCheck {
  const kind: TriggerKind = kinds[item.type];
  const asked = toAsked(askedOf(item));
  return {
    name,
    ...asked,
    statistic: kind.statistic ?? asked.statistic,
    query: item.query ?? item.metric ?? null,
    windowMs: durationMs(item.duration ?? kind.duration),
    minRequests: item.minRequests ?? defaultMinRequests,
    pass: holdsWhile(item, kind),
    fail: null,
  };
}

function holdsWhile(item: TriggerItem, { holds, threshold, unit }: TriggerKind): Bound {
  const said = item.threshold ?? threshold ?? 0;
  if (holds === "stable") return { kind: "stable", maxIncreasePercent: percentOf(said) };
  const read = readThreshold(said, unit);
  const comparison = read?.comparison ?? null;
  return { kind: "fixed", comparison: comparison === null ? holds : opposite[comparison], value: read?.value ?? 0 };
}

function askedOf({ type, percentile, source, query }: TriggerItem): Asked {
  return { metric: kinds[type].metric, percentile, source, query };
}

function nameOf({ type, metric }: TriggerItem): string {
  return type === "custom_metric" && metric !== undefined ? metric : type;
}
