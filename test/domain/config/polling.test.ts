import { describe, expect, it } from "vitest";
import { nextPoll } from "../../../src/domain/config/polling.ts";

const policy = { intervalMs: 30_000, jitter: 0.1, maxBackoffMs: 300_000 };
const at = (failures: number, random = 0.5) => nextPoll(policy, { now: 1_000, failures, random }).at - 1_000;

describe("the next poll", () => {
  it.each([
    ["all is well", 0, 30_000],
    ["one failure", 1, 30_000],
    ["two in a row", 2, 60_000],
    ["three in a row", 3, 120_000],
    ["five in a row: the limit", 5, 300_000],
    ["a weekend of failures", 10_000, 300_000],
  ])("after %s", (_, failures, waitMs) => {
    expect(at(failures)).toBe(waitMs);
  });

  it.each([
    [0, 27_000],
    [0.5, 30_000],
    [1, 33_000],
  ])("is spread by the jitter: a draw of %d waits %i ms", (random, waitMs) => {
    expect(at(0, random)).toBe(waitMs);
  });

  it("never comes sooner after failures than without, however long the interval", () => {
    expect(nextPoll({ ...policy, intervalMs: 3_600_000 }, { now: 0, failures: 9, random: 0.5 }).at).toBe(3_600_000);
  });

  it("says why it waits", () => {
    expect(nextPoll(policy, { now: 0, failures: 0, random: 0.5 }).why).toBe("the poll interval");
    expect(nextPoll(policy, { now: 0, failures: 3, random: 0.5 }).why).toBe("3 failed in a row; waiting 120 s");
  });
});
