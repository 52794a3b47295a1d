import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHttpJsonSource, type HttpJsonSourceOptions } from "../../../src/adapters/metrics/http-json.ts";
import { parsePointer } from "../../../src/adapters/metrics/json-pointer.ts";
import type { MetricQuery } from "../../../src/domain/analysis/metrics.ts";
import { metricSourceContract } from "../../contracts/metric-source.ts";
import { failureOf } from "../../support/failure.ts";
import { aQuery, unit } from "../../support/metric-values.ts";
import { openReceiver, type TestReceiver } from "../../support/receiver.ts";

let receiver: TestReceiver;
const address = (path: string) => new URL(receiver.url).origin + path;

function open(change: Partial<HttpJsonSourceOptions> = {}) {
  const secrets = { resolve: () => Promise.resolve("s3cret\n") };
  const auth = { kind: "none" } as const;
  const url = address("/stats/{{digest}}");
  return createHttpJsonSource({
    name: "stats",
    url,
    value: "/data/0/rate",
    count: null,
    auth,
    headers: {},
    timeoutMs: 5_000,
    secrets,
    ...change,
  });
}

async function ask(change: Partial<HttpJsonSourceOptions> = {}, query: Partial<MetricQuery> = {}) {
  const source = open(change);
  try {
    return await source.measure(aQuery(query));
  } finally {
    await source.close();
  }
}

const say = (body: unknown, status = 200) => {
  receiver.answer = { status, body: typeof body === "string" ? body : JSON.stringify(body) };
};

beforeEach(async () => {
  receiver = await openReceiver();
  say({ data: [{ rate: 2.5, requests: "40" }] });
});
afterEach(() => receiver.close());

metricSourceContract("the HTTP JSON source", async () => {
  const source = open();
  return {
    source: {
      measure(query, signal) {
        say(query.unit.digest === unit("a").digest ? { data: [{ rate: 2.5 }] } : { data: [] });
        return source.measure(query, signal);
      },
    },
    known: aQuery(),
    never: aQuery({ unit: unit("b") }),
    impossible: aQuery({ query: "rate" }),
    break: () => receiver.close(),
    close: () => source.close(),
  };
});

describe("the HTTP JSON source", () => {
  it("takes the value and the count from where it is told", async () => {
    expect(await ask({ count: "/data/0/requests" })).toEqual({ kind: "value", value: 2.5, requests: 40, coveredMs: 30_000 });
    expect(receiver.requests).toMatchObject([{ method: "GET", path: `/stats/${unit("a").digest}` }]);
  });

  it("encodes what it fills in", async () => {
    const url = address(
      "/a?p={{process}}&w={{window}}&ms={{windowMs}}&t={{since}}-{{until}}&m={{metric}}.{{statistic}}&q={{ query }}&v={{version}}",
    );
    const odd = { process: "a&b=/../#", version: "1.0.0+build", digest: unit("a").digest };
    await ask({ url }, { unit: odd, query: "x y", metric: "response_time", statistic: "p95" });
    expect(receiver.requests[0]?.path).toBe(
      "/a?p=a%26b%3D%2F..%2F%23&w=30s&ms=30000&t=970000-1000000&m=response_time.p95&q=x%20y&v=1.0.0%2Bbuild",
    );
  });

  it.each([
    ["a number", 3, 3],
    ["a numeric text", " -1.5e2 ", -150],
    ["another text", "12 apples", null],
    ["hexadecimal", "0x10", null],
    ["an empty text", "", null],
    ["a boolean", true, null],
    ["null", null, null],
    ["a list", [3], null],
    ["nothing", undefined, null],
    ["a number beyond all", "1e999", null],
  ])("%s is %j: %s", async (_, seen, value) => {
    say({ data: [{ rate: seen }] });
    expect(await ask()).toMatchObject(
      value === null ? { kind: "none", why: "stats has no number at /data/0/rate" } : { kind: "value", value },
    );
  });

  it("without the count it is told to have, it says nothing", async () => {
    expect(await ask({ count: "/nowhere" })).toEqual({ kind: "none", why: "stats has no number at /nowhere" });
  });

  it.each([
    [400, "metric/refused"],
    [422, "metric/refused"],
    [401, "metric/unreachable"],
    [404, "metric/unreachable"],
    [302, "metric/unreachable"],
    [429, "metric/unreachable"],
    [500, "metric/unreachable"],
  ])("status %d is %s", async (status, code) => {
    say({ data: [{ rate: 1 }] }, status);
    expect(await failureOf(ask())).toMatchObject({ code, message: expect.stringContaining(String(status)) });
  });

  it.each([
    ["what is no JSON", "<html>", /not JSON/],
    ["more than 1 MiB", JSON.stringify("x".repeat(1024 * 1024)), /longer than/],
  ])("%s is no answer", async (_, body, message) => {
    say(body);
    expect(await failureOf(ask())).toMatchObject({ code: "metric/unreachable", message: expect.stringMatching(message) });
  });

  it("gives up in time, and when its caller does", async () => {
    receiver.answer = null;
    expect(await failureOf(ask({ timeoutMs: 20 }))).toMatchObject({
      code: "metric/unreachable",
      message: expect.stringContaining("20 ms"),
    });
    const source = open();
    const caller = new AbortController();
    const asked = source.measure(aQuery(), caller.signal);
    setImmediate(() => caller.abort());
    expect(await failureOf(asked)).toMatchObject({ code: "metric/unreachable" });
    await source.close();
  });

  it("shows who it is, and tells nobody", async () => {
    const token = { kind: "env", name: "TOKEN" } as const;
    await ask({ auth: { kind: "bearer", token }, headers: { "x-scope": "shop" } });
    await ask({ auth: { kind: "basic", username: "ann", password: token } });
    expect(receiver.requests.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer s3cret",
      `Basic ${Buffer.from("ann:s3cret").toString("base64")}`,
    ]);
    expect(receiver.requests[0]?.headers["x-scope"]).toBe("shop");
    say("nope", 401);
    const failure = await failureOf(ask({ url: address("/a?key=hidden"), auth: { kind: "bearer", token } }));
    expect(failure.message).not.toMatch(/s3cret|hidden/);
  });

  it("refuses a pointer that is none, and a placeholder that does not exist", async () => {
    expect(() => open({ value: "data" })).toThrow(/no JSON pointer/);
    expect(() => open({ count: "/a~2" })).toThrow(/no JSON pointer/);
    expect(await failureOf(ask({ url: address("/{{constructor}}") }))).toMatchObject({ code: "metric/refused" });
  });
});

it.each([
  ["", { a: 1 }, { a: 1 }],
  ["/a/1", { a: [5, 6] }, 6],
  ["/a/01", { a: [5, 6] }, undefined],
  ["/a/-", { a: [5, 6] }, undefined],
  ["/a~1b/~0/~01", { "a/b": { "~": { "~1": 7 } } }, 7],
  ["/", { "": 8 }, 8],
  ["/__proto__", {}, undefined],
  ["/length", "text", undefined],
])("the pointer %j finds in %j: %j", (pointer, document, found) => {
  expect(parsePointer(pointer)?.(document)).toEqual(found);
});
