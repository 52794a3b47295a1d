import { describe, expect, it } from "vitest";
import { type Counters, createCounters, trafficOf } from "../../src/gateway/counters.ts";
import { createLedger, takeReport } from "../../src/gateway/reports.ts";
import { digestOf } from "../adapters/routers/gateway/setting.ts";

const labels = { environment: "production", process: "order-intake", version: "1.0.0", digest: digestOf("a"), instance: "one" };

/** As they come out at the other end. */
const reportsOf = (counters: Counters) =>
  JSON.parse(JSON.stringify([...counters.all()].map(takeReport))) as readonly ReturnType<typeof takeReport>[];

describe("the counts of workers", () => {
  const worker = () => createCounters(1_000);

  it("are added up, also of two versions on one instance, and each is told once", () => {
    const all = createCounters(1_000);
    const workers = [worker(), worker()].map((counters) => ({ counters, ledger: createLedger(all) }));
    for (const { counters, ledger } of workers) {
      for (const [digit, status, tookMs] of [["a", 200, 3] as const, ["a", 503, 70] as const, ["b", 200, 1] as const]) {
        const counter = counters.of({ ...labels, digest: digestOf(digit) });
        counter.begin();
        counter.end(status, false, tookMs);
      }
      ledger.add(reportsOf(counters));
      ledger.add(reportsOf(counters));
    }
    const [first, second] = trafficOf(all, "production");
    expect(first).toMatchObject({ digest: digestOf("a"), requests: 4, errors: 2, inFlight: 0, latencySumMs: 146 });
    expect(second).toMatchObject({ digest: digestOf("b"), requests: 2, errors: 0, inFlight: 0, latencySumMs: 2 });
    expect(first?.latency.find(({ leMs }) => leMs === 5)?.count).toBe(2);
    expect(first?.latency.at(-1)?.count).toBe(4);
    expect([...all.of({ ...labels }).byStatus]).toEqual([
      [200, 2],
      [503, 2],
    ]);
  });

  it("that are in flight are those of the workers that live", () => {
    const all = createCounters(1_000);
    const [one, two] = [worker(), worker()];
    const [first, second] = [createLedger(all), createLedger(all)];
    one.of(labels).begin();
    one.of(labels).begin();
    two.of(labels).begin();
    two.of(labels).begin();
    two.of(labels).end(200, false, 1);
    first.add(reportsOf(one));
    second.add(reportsOf(two));
    expect(trafficOf(all, "production")).toMatchObject([{ requests: 1, inFlight: 3 }]);
    one.of(labels).end(200, false, 1);
    first.add(reportsOf(one));
    expect(trafficOf(all, "production")).toMatchObject([{ requests: 2, inFlight: 2 }]);
    first.close();
    first.close();
    expect(trafficOf(all, "production")).toMatchObject([{ requests: 2, inFlight: 1 }]);
  });
});
