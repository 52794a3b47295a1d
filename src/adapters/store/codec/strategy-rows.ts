/** What a journaled strategy must look like to be believed, with the metrics it is judged by. */

import type { CanaryStep, OnInconclusive, StrategySpec, WarmLimit } from "../../../domain/desired/environment.ts";
import type { Bound, Comparison, MetricCheck, MetricName, Statistic } from "../../../domain/analysis/metrics.ts";
import { isFlag, isNumber, isText, listOf, nullable, oneOf, optional, shape, variants } from "./guards.ts";

const isBound = variants<Bound>({
  fixed: shape({
    comparison: oneOf<Comparison>({ "<": true, "<=": true, ">": true, ">=": true, "==": true, "!=": true }),
    value: isNumber,
  }),
  stable: shape({ maxIncreasePercent: isNumber }),
});

const isMetricCheck = shape<MetricCheck>({
  name: isText,
  metric: oneOf<MetricName>({
    error_rate: true,
    success_rate: true,
    response_time: true,
    request_count: true,
    health_check: true,
    custom_metric: true,
  }),
  source: isText,
  statistic: nullable(oneOf<Statistic>({ p50: true, p95: true, p99: true, mean: true, score: true, failures: true })),
  query: nullable(isText),
  windowMs: isNumber,
  minRequests: isNumber,
  pass: isBound,
  fail: nullable(isBound),
});

const isWarmLimit = shape<WarmLimit>({ count: isNumber, maxAgeMs: nullable(isNumber) });

const isCanaryStep = variants<CanaryStep>({
  weight: shape({ weight: isNumber }),
  pause: shape({ durationMs: nullable(isNumber) }),
  analysis: shape({ durationMs: isNumber }),
});

const onInconclusive = optional(oneOf<OnInconclusive>({ abort: true, proceed: true, pause: true }));

type Body<K extends StrategySpec["kind"]> = Omit<Extract<StrategySpec, { readonly kind: K }>, "kind">;

/** The specification that a rollout began with. */
export const isStrategy = variants<StrategySpec>({
  "blue-green": shape<Body<"blue-green">>({
    healthCheckUrl: nullable(isText),
    healthCheckTimeoutMs: isNumber,
    switchTrafficDelayMs: isNumber,
    keepOldVersion: isFlag,
    warm: isWarmLimit,
    onInconclusive,
  }),
  canary: shape<Body<"canary">>({
    steps: listOf(isCanaryStep),
    checks: listOf(isMetricCheck),
    maxDurationMs: isNumber,
    keepOldVersion: isFlag,
    warm: isWarmLimit,
    onInconclusive,
  }),
  rolling: shape<Body<"rolling">>({
    batchSize: isNumber,
    batchDelayMs: isNumber,
    maxUnavailable: isNumber,
    healthCheckIntervalMs: isNumber,
    onInconclusive,
  }),
  recreate: shape<Body<"recreate">>({ onInconclusive }),
});
