/** Metrics from a Prometheus server, or from whatever else speaks its HTTP API. */

import { PinionError } from "../../domain/errors.ts";
import type { MetricQuery, Reading } from "../../domain/analysis/metrics.ts";
import type { MetricSource } from "../../ports/metric-source.ts";
import { createJsonClient, fieldsOf, type JsonAnswer, type JsonClient, type JsonClientOptions, statusError } from "./json-client.ts";
import { gatewayQuery, type PrometheusQueries } from "./prometheus-queries.ts";
import { fill, plainWord } from "./template.ts";

export interface PrometheusSourceOptions extends JsonClientOptions {
  /** Base of the server, such as `http://prometheus:9090`. */
  readonly url: string;
  /** Instead of the queries over the gateway's metrics. */
  readonly queries: PrometheusQueries;
  /** Ask for the whole window and take the average, instead of the value at its end. */
  readonly range: boolean;
}

/** A source whose connections can be let go of. */
export interface ClosableSource extends MetricSource {
  close(): Promise<void>;
}

const mostPoints = 60;

/** A query must give one series or a number. A server that warns that its data may be partial says nothing. */
export function createPrometheusSource(options: PrometheusSourceOptions): ClosableSource {
  const client = createJsonClient(options);
  return {
    async measure(query, signal) {
      const ask = (template: string) => askFor({ client, options, query, template, signal });
      const asked = queriesFor(query, options);
      const [value, requests] = await Promise.all([ask(asked.value), asked.requests === null ? null : ask(asked.requests)]);
      if (value.kind === "none" || requests === null) return value;
      return requests.kind === "none" ? requests : { ...value, requests: requests.value };
    },
    close: () => client.close(),
  };
}

interface Asking {
  readonly client: JsonClient;
  readonly options: PrometheusSourceOptions;
  readonly query: MetricQuery;
  readonly template: string;
  readonly signal: AbortSignal | undefined;
}

/** The number of requests is asked for too where it is known how. */
function queriesFor({ metric, statistic, query }: MetricQuery, { name, queries }: PrometheusSourceOptions): Asked {
  if (query !== null) return { value: query, requests: null };
  const own = queries[metric];
  const value = own ?? gatewayQuery(metric, statistic);
  if (value === null) throw new PinionError("metric/refused", `${name} has no query for ${metric}: give it one`);
  return { value, requests: queries.request_count ?? (own === undefined ? gatewayQuery("request_count", null) : null) };
}

interface Asked {
  readonly value: string;
  readonly requests: string | null;
}

async function askFor({ client, options, query, template, signal }: Asking): Promise<Reading> {
  const base = options.url.replace(/\/+$/, "");
  const text = fill(template, query, plainWord);
  const seconds = (instant: number) => (instant / 1_000).toFixed(3);
  const timeout = `${options.timeoutMs}ms`;
  const { until, windowMs } = query;
  const stepMs = Math.max(1_000, Math.ceil(windowMs / mostPoints));
  const form = options.range
    ? { query: text, start: seconds(until - windowMs), end: seconds(until), step: (stepMs / 1_000).toFixed(3), timeout }
    : { query: text, time: seconds(until), timeout };
  const answer = await client.ask({ url: `${base}/api/v1/${options.range ? "query_range" : "query"}`, form, signal });
  return readingOf(answer, { name: options.name, windowMs, stepMs, quote: answer.quote });
}

interface About {
  readonly name: string;
  readonly windowMs: number;
  readonly stepMs: number;
  readonly quote: JsonAnswer["quote"];
}

function readingOf({ status, body }: JsonAnswer, about: About): Reading {
  const { quote } = about;
  const { status: said, error, warnings, data } = fieldsOf(body);
  if (said !== "success") throw statusError(about.name, status, typeof error === "string" ? quote(error) : "");
  const warning = warningIn(warnings);
  return warning === null ? readingIn(fieldsOf(data), about) : none(`${about.name} warns: ${quote(warning)}`);
}

function readingIn({ resultType, result }: Readonly<Record<string, unknown>>, about: About): Reading {
  if (resultType === "scalar") return valueOf([result], about);
  if (!Array.isArray(result) || (resultType !== "vector" && resultType !== "matrix"))
    throw new PinionError("metric/refused", `${about.name}: the query gives a ${about.quote(String(resultType))}, not a number`);
  if (result.length > 1)
    throw new PinionError("metric/refused", `${about.name}: the query gives ${result.length} series; make them one, as with sum()`);
  if (result.length === 0) return none(`${about.name} has no data`);
  const { value, values } = fieldsOf(result[0]);
  return valueOf(resultType === "vector" ? [value] : values, about);
}

/** Remarks about the query itself are none. */
function warningIn(warnings: unknown): string | null {
  const texts: readonly unknown[] = Array.isArray(warnings) ? warnings : [];
  const serious = texts.find((text) => typeof text === "string" && !text.startsWith("PromQL info"));
  return typeof serious === "string" ? serious : null;
}

/** The average of the points that are numbers. */
function valueOf(points: unknown, { name, windowMs, stepMs }: About): Reading {
  const numbers = (Array.isArray(points) ? points : []).map(numberOf).filter((number) => number !== null);
  if (numbers.length === 0) return none(`${name} has no data: the result is no number`);
  const isRange = numbers.length > 1;
  return {
    kind: "value",
    value: numbers.reduce((sum, number) => sum + number / numbers.length, 0),
    requests: null,
    coveredMs: isRange ? Math.min(windowMs, numbers.length * stepMs) : windowMs,
  };
}

/** Of a point `[time, "value"]`; null for NaN and infinities. */
function numberOf(point: unknown): number | null {
  const text: unknown = Array.isArray(point) ? point[1] : null;
  const number = typeof text === "string" && text !== "" ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : null;
}

function none(why: string): Reading {
  return { kind: "none", why };
}
