/** Metric sources of pinion.yaml. */

import type { MetricSourceConfig, SourceAuth } from "../../../domain/config/config.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { MetricName } from "../../../domain/analysis/metrics.ts";
import type { MetricSourceItem, QueriesSection } from "../../../generated/pinion.ts";
import { durationMs } from "../document/durations.ts";
import { durationFindings } from "../environment/amounts.ts";
import type { Say } from "../document/findings.ts";
import { toSecretReference } from "../environment/secret-reference.ts";

/** Names that Pinion's own sources have. */
const reserved: ReadonlySet<string> = new Set(["gateway", "engine", "health"]);

/** What must hold of metric sources beyond their shape. */
export function metricSourceFindings(items: readonly MetricSourceItem[], say: Say): readonly Finding[] {
  return items.flatMap((item, index) => {
    const pointer = `/metricSources/${index}`;
    return [
      ...nameFindings(items, index, say),
      ...authFindings(item, pointer, say),
      ...(URL.canParse(item.url)
        ? []
        : [say(`${pointer}/url`, "config/invalid-url", "this is not an address", "Such as http://127.0.0.1:9090.")]),
      ...durationFindings(item.timeout, `${pointer}/timeout`, { atLeast: "10ms", atMost: "10m" }, say),
    ];
  });
}

/** Metric sources of the right shape. */
export function toMetricSource(item: MetricSourceItem): MetricSourceConfig {
  const { name, type, url, headers = {} } = item;
  const base = { name, auth: toAuth(item), headers, timeoutMs: durationMs(item.timeout ?? "5s") };
  if (type === "http-json") return { ...base, type, url, value: item.value ?? "", count: item.count ?? null };
  return { ...base, type, url: url.replace(/\/+$/, ""), queries: toQueries(item.queries), range: item.range ?? false };
}

function nameFindings(items: readonly MetricSourceItem[], index: number, say: Say): readonly Finding[] {
  const name = items[index]?.name ?? "";
  const at = `/metricSources/${index}/name`;
  if (reserved.has(name)) return [say(at, "config/unknown-value", `${name} is a source of Pinion's own`, "Give it another name.")];
  const first = items.findIndex((item) => item.name === name);
  return first === index ? [] : [say(at, "config/unknown-value", `two sources are called ${name}`, "Give one of them another name.")];
}

function authFindings({ token, username, password }: MetricSourceItem, pointer: string, say: Say): readonly Finding[] {
  if ((username === undefined) !== (password === undefined)) return [say(pointer, "config/auth", "username and password belong together")];
  if (token === undefined || password === undefined) return [];
  return [say(pointer, "config/auth", "use either a token or a password", "Give a token, or username and password.")];
}

function toAuth({ token, username, password }: MetricSourceItem): SourceAuth {
  if (token !== undefined) return { kind: "bearer", token: toSecretReference(token) };
  if (password !== undefined) return { kind: "basic", username: username ?? "", password: toSecretReference(password) };
  return { kind: "none" };
}

function toQueries(section: QueriesSection = {}): Readonly<Partial<Record<MetricName, string>>> {
  const { errorRate, successRate, responseTime, requestCount, healthCheck, customMetric } = section;
  const queries: Readonly<Record<MetricName, string | undefined>> = {
    error_rate: errorRate,
    success_rate: successRate,
    response_time: responseTime,
    request_count: requestCount,
    health_check: healthCheck,
    custom_metric: customMetric,
  };
  return Object.fromEntries(Object.entries(queries).filter(([, query]) => query !== undefined));
}
