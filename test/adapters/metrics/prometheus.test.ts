import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPrometheusSource, type PrometheusSourceOptions } from "../../../src/adapters/metrics/prometheus.ts";
import type { MetricQuery } from "../../../src/domain/analysis/metrics.ts";
import { failureOf } from "../../support/failure.ts";
import { aQuery, unit } from "../../support/metric-values.ts";
import { openReceiver, type TestReceiver } from "../../support/receiver.ts";

let receiver: TestReceiver;

async function ask(query: Partial<MetricQuery> = {}, change: Partial<PrometheusSourceOptions> = {}) {
  const secrets = { resolve: () => Promise.resolve("s3cret") };
  const auth = { kind: "none" } as const;
  const url = `${new URL(receiver.url).origin}/prom/`;
  const source = createPrometheusSource({
    name: "prom",
    url,
    auth,
    headers: {},
    timeoutMs: 5_000,
    queries: {},
    range: false,
    secrets,
    ...change,
  });
  try {
    return await source.measure(aQuery({ metric: "custom_metric", query: "up", ...query }));
  } finally {
    await source.close();
  }
}

const say = (body: unknown, status = 200) => {
  receiver.answer = { status, body: typeof body === "string" ? body : JSON.stringify(body) };
};
const vector = (...values: readonly string[]) => ({
  resultType: "vector",
  result: values.map((value) => ({ metric: {}, value: [1, value] })),
});
const matrix = (...values: readonly string[]) => ({
  resultType: "matrix",
  result: [{ metric: {}, values: values.map((value) => [1, value]) }],
});
const sent = () => receiver.requests.map(({ path, body }) => [path, Object.fromEntries(new URLSearchParams(body))] as const);

beforeEach(async () => {
  receiver = await openReceiver();
  say({ status: "success", data: vector("3.5") });
});
afterEach(() => receiver.close());

describe("a question", () => {
  it("is of the window's end", async () => {
    expect(await ask()).toEqual({ kind: "value", value: 3.5, requests: null, coveredMs: 30_000 });
    expect(sent()).toEqual([["/prom/api/v1/query", { query: "up", time: "1000.000", timeout: "5000ms" }]]);
  });

  it("or of the whole window, in at most 60 steps", async () => {
    say({ status: "success", data: matrix("1", "NaN", "3") });
    expect(await ask({ windowMs: 600_000 }, { range: true })).toEqual({ kind: "value", value: 2, requests: null, coveredMs: 20_000 });
    expect(sent()).toEqual([
      ["/prom/api/v1/query_range", { query: "up", start: "400.000", end: "1000.000", step: "10.000", timeout: "5000ms" }],
    ]);
  });

  it("has its window in words that Prometheus reads", async () => {
    await ask({ query: "rate(x[{{window}}])", windowMs: 90_000 });
    await ask({ query: "rate(x[{{window}}])", windowMs: 1_500 });
    expect(sent().map(([, { query }]) => query)).toEqual(["rate(x[90s])", "rate(x[1500ms])"]);
  });

  it.each([`a"} or vector(0) #`, "a\\", "a\nb", "a`b", "a b", "", "ä"])("is not asked with %j filled in", async (process) => {
    const query = `up{job="{{process}}"}`;
    const failure = await failureOf(ask({ query, unit: { ...unit("a"), process } }));
    expect(failure).toMatchObject({ code: "metric/refused", message: expect.stringContaining("{{process}}") });
    expect(receiver.requests).toEqual([]);
  });

  it("comes with who asks", async () => {
    await ask({}, { auth: { kind: "bearer", token: { kind: "env", name: "T" } } });
    expect(receiver.requests[0]?.headers.authorization).toBe("Bearer s3cret");
  });

  it("without a query of one's own is one of the gateway's metrics, with the number of requests", async () => {
    expect(await ask({ metric: "response_time", query: null })).toMatchObject({ value: 3.5, requests: 3.5 });
    const queries = sent().map(([, { query }]) => query);
    expect(queries).toEqual([expect.stringContaining("histogram_quantile(0.95, "), expect.stringMatching(/^sum\(increase\(.*_count\{/)]);
    expect(queries[1]).toContain(`environment="production",process="orders",digest="${unit("a").digest}"`);
  });

  it("of one's own in place of the gateway's has no number of requests, unless that is said too", async () => {
    expect(await ask({ metric: "error_rate", query: null }, { queries: { error_rate: "x" } })).toMatchObject({ requests: null });
    expect(sent()).toHaveLength(1);
  });
});

describe("an answer", () => {
  it.each([
    ["no series", vector(), /no data/],
    ["NaN", vector("NaN"), /no number/],
    ["an infinity", vector("+Inf"), /no number/],
    ["a range of nothing but NaN", matrix("NaN", "NaN"), /no number/],
    ["a scalar that is NaN", { resultType: "scalar", result: [1, "NaN"] }, /no number/],
  ])("of %s says nothing", async (_, data, why) => {
    say({ status: "success", data });
    expect(await ask()).toEqual({ kind: "none", why: expect.stringMatching(why) });
  });

  it("that may be partial says nothing, a remark about the query does not matter", async () => {
    say({ status: "success", data: vector("1"), warnings: ["PromQL info: x", "a store is down"] });
    expect(await ask()).toEqual({ kind: "none", why: "prom warns: a store is down" });
    say({ status: "success", data: vector("1"), warnings: ["PromQL info: x"] });
    expect(await ask()).toMatchObject({ kind: "value" });
  });

  it.each([
    [400, { status: "error", errorType: "bad_data", error: "parse error: oh" }, "metric/refused", /parse error: oh/],
    [422, { status: "error", errorType: "execution", error: "many-to-many" }, "metric/refused", /many-to-many/],
    [401, "unauthorized", "metric/unreachable", /check the token/],
    [404, "<html>", "metric/unreachable", /404/],
    [503, { status: "error", errorType: "timeout", error: "query timed out" }, "metric/unreachable", /timed out/],
    [200, { hello: "world" }, "metric/unreachable", /200/],
    [200, "hello", "metric/unreachable", /not JSON/],
    [200, { status: "success", data: { resultType: "string", result: [1, "x"] } }, "metric/refused", /string/],
    [200, { status: "success", data: vector("1", "2") }, "metric/refused", /2 series/],
  ])("with status %d and %j is %s", async (status, body, code, message) => {
    say(body, status);
    expect(await failureOf(ask())).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  const long = `s3cret\u001b[2J ${"no ".repeat(10_000)}`;

  it.each([
    ["an error", { status: "error", error: long }, 500],
    ["a warning", { status: "success", data: vector("1"), warnings: [long] }, 200],
    ["a type of result", { status: "success", data: { resultType: long, result: [] } }, 200],
  ])("is quoted shortened and without secrets: %s", async (_what, body, status) => {
    say(body, status);
    const asked = ask({}, { auth: { kind: "bearer", token: { kind: "env", name: "T" } } });
    const text = await asked.then(
      (reading) => (reading.kind === "none" ? reading.why : ""),
      (error: Error) => error.message,
    );
    expect(text).toMatch(/\*{3}.*no no/u);
    expect(text.length).toBeLessThan(300);
    expect(text).not.toContain("\u001b");
  });

  it("that does not come in time is none", async () => {
    receiver.answer = null;
    expect(await failureOf(ask({}, { timeoutMs: 20 }))).toMatchObject({
      code: "metric/unreachable",
      message: expect.stringContaining("20 ms"),
    });
  });
});
