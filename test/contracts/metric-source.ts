/** What every source of metrics must do, fake or real. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MetricQuery } from "../../src/domain/analysis/metrics.ts";
import type { MetricSource } from "../../src/ports/metric-source.ts";
import { failureOf } from "../support/failure.ts";

/** A source with something to say. */
export interface MetricSourceUnderTest {
  readonly source: MetricSource;
  /** About a version that there is data for. */
  readonly known: MetricQuery;
  /** The same question about a version that nobody has ever seen. */
  readonly never: MetricQuery;
  /** A question that it can never answer. */
  readonly impossible: MetricQuery;
  /** From now on what it asks is out of reach. */
  break(): Promise<void> | void;
  close(): Promise<void> | void;
}

/** Runs the contract on what `make` makes; each test gets its own. */
export function metricSourceContract(name: string, make: () => Promise<MetricSourceUnderTest>): void {
  describe(`${name} keeps the contract of metric sources`, () => {
    let under: MetricSourceUnderTest;
    beforeEach(async () => {
      under = await make();
    });
    afterEach(() => under.close());

    it("says a number, of how much of the window, and of how many requests if it knows", async () => {
      const reading = await under.source.measure(under.known);
      if (reading.kind !== "value") throw new Error(`no value: ${reading.why}`);
      expect(Number.isFinite(reading.value)).toBe(true);
      expect(reading.coveredMs).toBeGreaterThanOrEqual(0);
      expect(reading.coveredMs).toBeLessThanOrEqual(under.known.windowMs);
      if (reading.requests !== null) expect(reading.requests).toBeGreaterThan(0);
    });

    it("says the same when it is asked again and by many at once", async () => {
      const readings = await Promise.all([1, 2, 3].map(() => under.source.measure(under.known)));
      expect(new Set(readings.map((reading) => JSON.stringify(reading))).size).toBe(1);
    });

    it("has nothing to say of a version that it has never seen, and says why", async () => {
      const reading = await under.source.measure(under.never);
      expect(reading).toMatchObject({ kind: "none", why: expect.stringMatching(/\S/) });
    });

    it("refuses a question that it can never answer", async () => {
      expect(await failureOf(under.source.measure(under.impossible))).toMatchObject({ code: "metric/refused" });
    });

    it("is unreachable when what it asks is", async () => {
      await under.break();
      expect(await failureOf(under.source.measure(under.known))).toMatchObject({ code: "metric/unreachable" });
    });

    it("can be asked for nothing by somebody who has given up already", async () => {
      const outcome = await under.source.measure(under.known, AbortSignal.abort()).catch((error: unknown) => error);
      expect(outcome).toBeDefined();
    });
  });
}
