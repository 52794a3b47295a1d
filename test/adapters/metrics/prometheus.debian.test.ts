import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPrometheusSource, type PrometheusSourceOptions } from "../../../src/adapters/metrics/prometheus.ts";
import { createCounters } from "../../../src/gateway/counters.ts";
import { renderMetrics } from "../../../src/gateway/prometheus.ts";
import type { MetricQuery } from "../../../src/domain/analysis/metrics.ts";
import { metricSourceContract } from "../../contracts/metric-source.ts";
import { failureOf } from "../../support/failure.ts";
import { aQuery, unit } from "../../support/metric-values.ts";
import { startPrometheus, type TestPrometheus } from "../../support/prometheus.ts";

/** Long enough for all tests of this file: what is asked for came at their beginning. */
const windowMs = 600_000;
let prometheus: TestPrometheus;
const counters = createCounters(60_000);
const labels = (letter: string) => ({ environment: "production", ...unit(letter), instance: "one" });

/** Ten answers: two errors, one of them slow. */
function tenAnswers(letter: string): void {
  const counter = counters.of(labels(letter));
  for (const [index, tookMs] of [7, 7, 7, 7, 7, 7, 7, 7, 7, 700].entries()) {
    counter.begin();
    counter.end(index > 7 ? 500 : 200, index > 7, tookMs);
  }
}

beforeAll(async () => {
  counters.of(labels("a"));
  prometheus = await startPrometheus(() => `${renderMetrics(counters, [])}temperature{room="a"} 20\ntemperature{room="b"} 30\nodd NaN\n`);
  await prometheus.scraped(2);
  // A counter's growth is seen between two scrapes: it must have been there at 0 first.
  tenAnswers("a");
  await prometheus.scraped(3);
});
afterAll(() => prometheus.stop());

function open(change: Partial<PrometheusSourceOptions> = {}) {
  const secrets = { resolve: () => Promise.reject(new Error("no secret is needed")) };
  const auth = { kind: "none" } as const;
  return createPrometheusSource({
    name: "prometheus",
    url: prometheus.url,
    auth,
    headers: {},
    timeoutMs: 60_000,
    queries: {},
    range: false,
    secrets,
    ...change,
  });
}

async function ask(change: Partial<MetricQuery>, options: Partial<PrometheusSourceOptions> = {}) {
  const source = open(options);
  try {
    return await source.measure(aQuery({ windowMs, until: Date.now(), ...change }));
  } finally {
    await source.close();
  }
}

metricSourceContract("the Prometheus source", async () => {
  let source = open();
  const until = Date.now();
  return {
    source: { measure: (query, signal) => source.measure(query, signal) },
    known: aQuery({ windowMs, until }),
    never: aQuery({ unit: unit("f"), until }),
    impossible: aQuery({ metric: "custom_metric", until }),
    async break() {
      await source.close();
      source = open({ url: "http://127.0.0.1:1" });
    },
    close: () => source.close(),
  };
});

describe("a real Prometheus that scrapes the gateway", () => {
  it.each([
    ["error_rate", null, 20, 0],
    ["success_rate", null, 80, 0],
    ["response_time", "mean", 76.3, 1],
    ["response_time", "p50", 5 + (5 * 5) / 9, 1],
    ["response_time", "p99", 500 + 500 * 0.9, 1],
  ] as const)("knows %s %s without being told how", async (metric, statistic, value, digits) => {
    const reading = await ask({ metric, statistic });
    expect(reading).toMatchObject({ kind: "value", coveredMs: windowMs, value: expect.closeTo(value, digits) });
    // Prometheus extrapolates growth to the window's edges, so a count is an estimate.
    expect(reading.kind === "value" && (reading.requests ?? 0)).toBeGreaterThan(8);
  });

  it("answers queries of one's own, with placeholders filled in", async () => {
    const query = `pinion_gateway_requests_total{process="{{process}}",version="{{ version }}",digest="{{digest}}",environment="{{environment}}",code="500"}`;
    expect(await ask({ metric: "custom_metric", query })).toEqual({ kind: "value", value: 2, requests: null, coveredMs: windowMs });
    expect(await ask({ metric: "custom_metric", query: "42" })).toMatchObject({ value: 42 });
    expect(await ask({ metric: "error_rate" }, { queries: { error_rate: "7", request_count: "8" } })).toMatchObject({
      value: 7,
      requests: 8,
    });
  });

  it("averages a range", async () => {
    const query = `temperature{room="a"}`;
    const reading = await ask({ metric: "custom_metric", query, windowMs: 30_000 }, { range: true });
    expect(reading).toMatchObject({ kind: "value", value: 20 });
  });

  it.each([
    ["nothing", "no_such_metric", "no data"],
    ["a NaN", "odd", "no number"],
    ["an infinity", "vector(1) / 0", "no number"],
  ])("%s is nothing to say", async (_, query, why) => {
    expect(await ask({ metric: "custom_metric", query })).toEqual({ kind: "none", why: expect.stringContaining(why) });
  });

  it.each([
    ["bad syntax", "sum(", /parse error/],
    ["several series", "temperature", /2 series/],
    ["a string", `"text"`, /string, not a number/],
    ["a range as an instant", "temperature[5m]", /matrix|2 series/],
    ["an unknown placeholder", `up{job="{{job}}"}`, /\{\{job\}\} is unknown; there are environment, process/],
  ])("refuses %s, in the server's words where it has some", async (_, query, message) => {
    expect(await failureOf(ask({ metric: "custom_metric", query }))).toMatchObject({
      code: "metric/refused",
      message: expect.stringMatching(message),
    });
  });
});
