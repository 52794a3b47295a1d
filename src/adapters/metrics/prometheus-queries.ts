/** What Prometheus is asked when nobody says what: the gateway's own metrics, which it scrapes from the gateway. */

import type { MetricName, Statistic } from "../../domain/analysis/metrics.ts";

/** Queries by metric; in the units of Pinion: percent, milliseconds, plain numbers. */
export type PrometheusQueries = Readonly<Partial<Record<MetricName, string>>>;

const unit = `environment="{{environment}}",process="{{process}}",digest="{{digest}}"`;
const duration = "pinion_gateway_request_duration_seconds";
const grown = (metric: string) => `increase(${metric}{${unit}}[{{window}}])`;
const errors = `sum(${grown("pinion_gateway_errors_total")})`;
const requests = `sum(${grown(`${duration}_count`)})`;
const quantiles: Readonly<Partial<Record<Statistic, number>>> = { p50: 0.5, p95: 0.95, p99: 0.99 };

/** Null when the gateway has no metric for it. */
export function gatewayQuery(metric: MetricName, statistic: Statistic | null): string | null {
  switch (metric) {
    case "error_rate":
      return `100 * ${errors} / ${requests}`;
    case "success_rate":
      return `100 - 100 * ${errors} / ${requests}`;
    case "request_count":
      return requests;
    case "response_time":
      return responseTime(statistic ?? "p95");
    case "health_check":
    case "custom_metric":
      return null;
    default:
      throw new Error(`unexpected metric: ${String(metric satisfies never)}`);
  }
}

function responseTime(statistic: Statistic): string {
  const quantile = quantiles[statistic];
  if (quantile === undefined) return `1000 * sum(${grown(`${duration}_sum`)}) / ${requests}`;
  return `1000 * histogram_quantile(${quantile}, sum by (le) (${grown(`${duration}_bucket`)}))`;
}
