import { describe, expect, it } from "vitest";
import { createTally } from "../../src/demo/tally.ts";

describe("what became of the questions", () => {
  it("is nothing at first", () => {
    expect(createTally().counts).toEqual({ requests: 0, failed: 0, firstFailure: null, byVersion: new Map() });
  });

  it("tells the versions apart, and when each answered first, last and badly", () => {
    const tally = createTally();
    tally.add({ at: 0, version: "1.0.0", failure: null });
    tally.add({ at: 10, version: "2.0.0", failure: null });
    tally.add({ at: 20, version: "2.0.0", failure: "status 500" });
    tally.add({ at: 30, version: "2.0.0", failure: "status 502" });
    tally.add({ at: 40, version: "1.0.0", failure: null });
    expect(tally.counts).toEqual({
      requests: 5,
      failed: 2,
      firstFailure: "status 500",
      byVersion: new Map([
        ["1.0.0", { answers: 2, failed: 0, firstAt: 0, lastAt: 40, firstFailedAt: null }],
        ["2.0.0", { answers: 3, failed: 2, firstAt: 10, lastAt: 30, firstFailedAt: 20 }],
      ]),
    });
  });

  it("counts what nobody answered as failed", () => {
    const tally = createTally();
    tally.add({ at: 0, version: null, failure: "connection refused" });
    expect(tally.counts).toMatchObject({ requests: 1, failed: 1, firstFailure: "connection refused", byVersion: new Map() });
  });
});
