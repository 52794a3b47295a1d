import { describe, expect, it } from "vitest";
import { createCounters, trafficOf } from "../../src/gateway/counters.ts";
import { digestOf } from "../adapters/routers/gateway/setting.ts";

const labels = { environment: "production", process: "order-intake", version: "1.0.0", digest: digestOf("a"), instance: "one" };

describe("counters", () => {
  it("are the same ones for the same labels, and apart for each environment", () => {
    const counters = createCounters(1_000);
    expect(counters.of(labels)).toBe(counters.of({ ...labels }));
    counters.of({ ...labels, environment: "staging" }).begin();
    expect(trafficOf(counters, "staging")).toMatchObject([{ inFlight: 1 }]);
    expect(trafficOf(counters, "production")).toEqual([]);
  });

  it.each([
    ["environment", "staging"],
    ["process", "order-refunds"],
    ["version", "1.1.0"],
    ["digest", digestOf("b")],
    ["instance", "two"],
  ] as const)("are apart by %s: what is deployed again begins at nothing", (label, other) => {
    const counters = createCounters(1_000);
    const counter = counters.of(labels);
    counter.begin();
    counter.end(500, true, 3);
    const fresh = counters.of({ ...labels, [label]: other });
    expect([fresh.requests, fresh.errors, counter.requests]).toEqual([0, 0, 1]);
    expect(fresh.labels[label]).toBe(other);
  });

  it("are forgotten a while after their version has left the table, not before, and not while something is in flight", () => {
    const counters = createCounters(1_000);
    const counter = counters.of(labels);
    counter.begin();
    counters.keep(new Set(), 0);
    counters.keep(new Set(), 5_000);
    expect([...counters.all()]).toEqual([counter]);
    counter.end(200, false, 3);
    counters.keep(new Set([counter]), 6_000);
    counters.keep(new Set(), 7_000);
    counters.keep(new Set(), 7_999);
    expect([...counters.all()]).toEqual([counter]);
    counters.keep(new Set(), 8_000);
    expect([...counters.all()]).toEqual([]);
  });

  it("sort latencies into buckets, each with all below it", () => {
    const counter = createCounters(1_000).of(labels);
    for (const tookMs of [0.5, 1, 7, 400_000]) {
      counter.begin();
      counter.end(200, false, tookMs);
    }
    const count = (leMs: number) => counter.cumulative().find((bucket) => bucket.leMs === leMs)?.count;
    expect([count(1), count(5), count(10), count(60_000), counter.cumulative().at(-1)?.count]).toEqual([2, 2, 3, 3, 4]);
    expect(counter.latencySumMs).toBe(400_008.5);
  });
});
