import { describe, expect, it } from "vitest";
import { describeLoad, type Load, type LoadSample, whyLoadFails } from "../../../src/domain/validation/load.ts";
import type { Comparison, MetricCheck, MetricName, Statistic } from "../../../src/domain/analysis/metrics.ts";

const answered = (durationMs: number): LoadSample => ({ kind: "answered", durationMs });
const wrong = (durationMs: number): LoadSample => ({ kind: "wrong", durationMs, why: "expected status 200, got 500" });
const cut = (durationMs: number): LoadSample => ({ kind: "cut", durationMs });

function loadOf(...samples: readonly LoadSample[]): Load {
  return { samples, tookMs: 1_000, endedAt: 5_000 };
}

function times(count: number, sample: LoadSample): readonly LoadSample[] {
  return Array.from({ length: count }, () => sample);
}

function holds(metric: MetricName, comparison: Comparison, value: number, more: Partial<MetricCheck> = {}): MetricCheck {
  const pass = { kind: "fixed", comparison, value } as const;
  return { name: metric, metric, source: "", statistic: null, query: null, windowMs: 0, minRequests: 0, pass, fail: null, ...more };
}

function faster(statistic: Statistic | null, ms: number): MetricCheck {
  return holds("response_time", "<", ms, { statistic });
}

describe("a load", () => {
  const quick = times(98, answered(10));
  it.each<[string, Load, readonly MetricCheck[], string | null]>([
    ["that is fast enough passes", loadOf(...quick), [faster("p95", 20)], null],
    [
      "is judged by p95 where no figure is named",
      loadOf(...times(10, answered(10)), ...times(90, answered(50))),
      [faster(null, 20)],
      "response_time 50 ms",
    ],
    ["with two slow answers of a hundred passes by p95", loadOf(...quick, answered(900), answered(900)), [faster("p95", 20)], null],
    [
      "with two slow answers of a hundred fails by p99",
      loadOf(...quick, answered(900), answered(900)),
      [faster("p99", 20)],
      "response_time 900 ms",
    ],
    ["is judged by the mean where that is wanted", loadOf(answered(10), answered(30)), [faster("mean", 20)], "response_time 20 ms"],
    ["must hold all of its limits", loadOf(...quick), [faster("p95", 20), holds("request_count", ">", 200)], "request_count 98"],
    [
      "with a wrong answer fails",
      loadOf(...quick, wrong(10)),
      [faster("p95", 20)],
      "1 of 99 requests not answered as expected: expected status 200",
    ],
    ["may have wrong answers within a limit for errors", loadOf(...quick, wrong(10)), [holds("error_rate", "<", 5)], null],
    ["may not have more of them", loadOf(...times(9, answered(10)), wrong(10)), [holds("success_rate", ">=", 95)], "success_rate 90 %"],
    [
      "of which nothing is right fails, whatever the limit",
      loadOf(wrong(1)),
      [holds("error_rate", "<=", 100)],
      "1 of 1 request not answered as expected",
    ],
    ["without any answer in time fails", loadOf(cut(900), cut(900)), [faster("p95", 2_000)], "no answer to 2 requests within 1 s"],
    ["that hangs in the end is not faster for it", loadOf(answered(10), cut(900)), [faster("p95", 20)], "response_time 900 ms"],
    ["that is cut off early in a request is not slower for it", loadOf(answered(10), answered(15), cut(3)), [faster("p95", 20)], null],
    [
      "with errors that come fast is not faster for them",
      loadOf(answered(30), ...times(9, wrong(1))),
      [faster("p50", 20), holds("error_rate", "<", 95)],
      "response_time 30 ms",
    ],
    ["with too few answers to say anything fails", loadOf(answered(1)), [{ ...faster("p95", 20), minRequests: 10 }], "only 1 request"],
    [
      "cannot be held against what it does not measure",
      loadOf(answered(1)),
      [holds("custom_metric", "<", 1)],
      "a load test does not measure it",
    ],
    [
      "cannot be held against the stable version",
      loadOf(answered(1)),
      [{ ...faster("p50", 1), pass: { kind: "stable", maxIncreasePercent: 50 } }],
      "only the candidate gets the load",
    ],
  ])("%s", (_what, load, checks, why) => {
    const seen = whyLoadFails(load, checks);
    if (why === null) expect(seen).toBeNull();
    else expect(seen).toContain(why);
  });

  it("is told with its figures", () => {
    expect(describeLoad(loadOf(...times(9, answered(10)), answered(200), wrong(10)))).toBe(
      "11 requests in 1 s: p50 10 ms, p95 200 ms, p99 200 ms, 9.09 % errors",
    );
    expect(describeLoad(loadOf(cut(1_000)))).toBe("1 request in 1 s: no answer as expected");
  });
});
