import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compares, describeBound, describeFiring, figureOf, firing, judgeChecks } from "../../../src/domain/analysis/verdicts.ts";
import type { Bound, Measured, MetricCheck, Reading } from "../../../src/domain/analysis/metrics.ts";

const at = { now: 100_000, maxAgeMs: 10_000 };

function check(change: Partial<MetricCheck> = {}): MetricCheck {
  return {
    name: "error_rate",
    metric: "error_rate",
    source: "gateway",
    statistic: null,
    query: null,
    windowMs: 30_000,
    minRequests: 10,
    pass: fixed("<=", 5),
    fail: null,
    ...change,
  };
}

function fixed(comparison: Extract<Bound, { kind: "fixed" }>["comparison"], value: number): Bound {
  return { kind: "fixed", comparison, value };
}

function stable(maxIncreasePercent: number): Bound {
  return { kind: "stable", maxIncreasePercent };
}

function value(of: number, requests: number | null = 143): Reading {
  return { kind: "value", value: of, requests, coveredMs: 30_000 };
}

const none: Reading = { kind: "none", why: "no request in 30 s" };

function measured(of: MetricCheck, candidate: Reading, change: Partial<Measured> = {}): Measured {
  return { check: of, candidate, stable: null, at: 99_000, since: 0, ...change };
}

function judged(of: MetricCheck, candidate: Reading, change: Partial<Measured> = {}) {
  return judgeChecks([measured(of, candidate, change)], [of], at);
}

describe("judging by a fixed threshold", () => {
  it.each([
    ["<", 4.9, "healthy"],
    ["<", 5, "unhealthy"],
    ["<=", 5, "healthy"],
    ["<=", 5.1, "unhealthy"],
    [">", 5, "unhealthy"],
    [">", 5.1, "healthy"],
    [">=", 5, "healthy"],
    [">=", 4.9, "unhealthy"],
    ["==", 5, "healthy"],
    ["==", 4, "unhealthy"],
    ["!=", 4, "healthy"],
    ["!=", 5, "unhealthy"],
  ] as const)("healthy when %s 5: %f is %s", (comparison, seen, kind) => {
    expect(judged(check({ pass: fixed(comparison, 5) }), value(seen)).kind).toBe(kind);
  });

  it("says what was seen, of how many, and what is allowed", () => {
    expect(judged(check(), value(21.34))).toEqual({
      kind: "unhealthy",
      why: "error_rate 21.34 % of 143 requests in 30 s, allowed <= 5 %",
    });
  });

  it("says that of times and counts in their units", () => {
    const p95 = check({
      name: "response_time p95",
      metric: "response_time",
      statistic: "p95",
      windowMs: 30_000,
      pass: fixed("<", 2_000),
    });
    expect(judged(p95, value(2_500, 1))).toMatchObject({ kind: "unknown" });
    expect(judged(p95, value(2_500.4))).toMatchObject({
      why: "response_time p95 2500 ms of 143 requests in 30 s, allowed < 2000 ms",
    });
    const count = check({ name: "request_count", metric: "request_count", pass: fixed(">", 10) });
    expect(judged(count, value(3, 3))).toEqual({ kind: "unhealthy", why: "request_count 3 in 30 s, allowed > 10" });
  });

  it("says how much of the window it knows of", () => {
    const young: Reading = { kind: "value", value: 30, requests: 20, coveredMs: 1_800 };
    expect(judged(check({ pass: fixed("<=", 5) }), young)).toMatchObject({ why: "error_rate 30 % of 20 requests in 2 s, allowed <= 5 %" });
  });

  it("compares no quantile that is the slowest request of all", () => {
    const slower = check({ metric: "response_time", statistic: "p95", minRequests: 10, pass: { kind: "stable", maxIncreasePercent: 50 } });
    const against = (requests: number) => judged(slower, value(500, requests), { stable: value(100, 1_000) }).kind;
    expect([against(39), against(40)]).toEqual(["unknown", "unhealthy"]);
  });

  it("what neither passes nor fails is unknown", () => {
    const both = check({ pass: fixed("<=", 1), fail: fixed(">", 5) });
    expect(judged(both, value(1)).kind).toBe("healthy");
    expect(judged(both, value(3))).toEqual({
      kind: "unknown",
      about: "error_rate between",
      why: "error_rate: 3 % of 143 requests in 30 s: neither <= 1 % nor > 5 %",
    });
    expect(judged(both, value(6))).toEqual({
      kind: "unhealthy",
      why: "error_rate 6 % of 143 requests in 30 s, fails when > 5 %",
    });
  });
});

describe("what says nothing", () => {
  it.each<[string, Reading, RegExp]>([
    ["no reading", none, /error_rate: no request in 30 s/],
    ["too few requests", value(100, 9), /only 9 requests in 30 s, at least 10/],
    ["NaN", value(Number.NaN), /not a number/],
    ["infinity", value(Number.POSITIVE_INFINITY), /not a number/],
    ["infinity below", value(Number.NEGATIVE_INFINITY), /not a number/],
  ])("%s is unknown", (_, reading, why) => {
    expect(judged(check(), reading)).toMatchObject({ kind: "unknown", why: expect.stringMatching(why) });
  });

  it("what is older than allowed is unknown, at the limit it still counts", () => {
    expect(judged(check(), value(0), { at: 89_999 })).toMatchObject({ kind: "unknown", why: expect.stringContaining("10 s ago") });
    expect(judged(check(), value(0), { at: 90_000 }).kind).toBe("healthy");
  });

  it.each([1, 3_600_000])("a measurement of %i ms later than now, as when the clock was set back, says nothing", (ms) => {
    const later = { at: at.now + ms };
    for (const seen of [0, 90])
      expect(judged(check(), value(seen), later)).toMatchObject({ kind: "unknown", why: expect.stringContaining("in the future") });
    expect(judged(check(), value(90), { at: at.now }).kind).toBe("unhealthy");
  });

  it("a source that counts no requests needs none", () => {
    expect(judged(check(), value(0, null)).kind).toBe("healthy");
  });

  it("what is wanted and not measured is unknown, also when something else of that name is", () => {
    expect(judgeChecks([], [check()], at)).toEqual({ kind: "unknown", why: "error_rate is not measured yet" });
    for (const change of [{ windowMs: 60_000 }, { source: "prometheus" }, { query: "up" }, { metric: "success_rate" }] as const)
      expect(judgeChecks([measured(check(change), value(0))], [check()], at).kind).toBe("unknown");
  });

  it("a bound that changed since is judged as it is now", () => {
    expect(judgeChecks([measured(check(), value(3))], [check({ pass: fixed("<=", 1) })], at).kind).toBe("unhealthy");
    expect(judgeChecks([measured(check(), value(3))], [check({ pass: stable(50) })], at).kind).toBe("unknown");
  });
});

describe("judging several checks", () => {
  const bad = check({ name: "bad" });
  const good = check({ name: "good" });
  const dark = check({ name: "dark" });
  const all = [measured(dark, none), measured(good, value(0)), measured(bad, value(50))];

  it("one bad is bad, whatever else is not known", () => {
    expect(judgeChecks(all, [dark, good, bad], at)).toMatchObject({ kind: "unhealthy", why: expect.stringMatching(/^bad 50 %/) });
  });

  it("one unknown holds", () => {
    expect(judgeChecks(all, [good, dark], at).kind).toBe("unknown");
  });

  it("nothing wanted is healthy", () => {
    expect(judgeChecks(all, [], at)).toEqual({ kind: "healthy" });
  });
});

describe("comparing with the stable version", () => {
  const slower = check({ name: "response_time p95", metric: "response_time", statistic: "p95", pass: stable(50) });

  it.each([
    ["response_time", 400, 600, "healthy"],
    ["response_time", 400, 601, "unhealthy"],
    ["response_time", 3, 23, "healthy"],
    ["response_time", 3, 24, "unhealthy"],
    ["response_time", 100, 150, "healthy"],
    ["response_time", 100, 151, "unhealthy"],
    ["error_rate", 2, 3, "healthy"],
    ["error_rate", 2, 3.1, "unhealthy"],
    ["error_rate", 0, 0.5, "healthy"],
    ["error_rate", 0, 0.6, "unhealthy"],
    ["success_rate", 90, 45, "healthy"],
    ["success_rate", 90, 44, "unhealthy"],
    ["success_rate", 90, 100, "healthy"],
    ["custom_metric", 0, 0, "healthy"],
    ["custom_metric", 0, 0.01, "unhealthy"],
    ["custom_metric", -10, -5, "healthy"],
    ["custom_metric", -10, -4, "unhealthy"],
  ] as const)("%s %f on stable allows 50 %%: %f is %s", (metric, before, now, kind) => {
    expect(judged({ ...slower, metric, statistic: null }, value(now), { stable: value(before) }).kind).toBe(kind);
  });

  it("says what the stable version has", () => {
    expect(judged(slower, value(820), { stable: value(400) })).toEqual({
      kind: "unhealthy",
      why: "response_time p95 820 ms of 143 requests in 30 s, stable 400 ms, allowed at most 50 % more than stable",
    });
  });

  it("is unknown when the stable version says nothing, and nothing to hold by when there is none", () => {
    expect(judged(slower, value(820), { stable: none })).toMatchObject({
      kind: "unknown",
      why: expect.stringContaining("nothing to compare"),
    });
    expect(judged(slower, value(820), { stable: value(400, 3) })).toMatchObject({
      kind: "unknown",
      why: expect.stringContaining("only 3 requests of the stable version"),
    });
    expect(judged(slower, value(820), { stable: value(Number.NaN) }).kind).toBe("unknown");
    expect(judged(slower, value(820)).kind).toBe("healthy");
    expect(judged({ ...slower, fail: stable(100) }, value(820)).kind).toBe("healthy");
  });

  it("may pass by one measure and fail by another", () => {
    const both = { ...slower, pass: fixed("<", 500), fail: stable(100) };
    expect(judged(both, value(450), { stable: value(400) }).kind).toBe("healthy");
    expect(judged(both, value(700), { stable: value(400) }).kind).toBe("unknown");
    expect(judged(both, value(900), { stable: value(400) }).kind).toBe("unhealthy");
    expect(judged(both, value(450), { stable: none }).kind).toBe("unknown");
    expect([compares(both), compares(slower), compares(check())]).toEqual([true, true, false]);
  });
});

describe("triggers", () => {
  it.each([
    ["error_rate", "error_rate"],
    ["error_rate_spike", "error_rate_spike"],
    ["performance_degradation", "performance_degradation"],
    ["health_check_failure 2", "health_check_failure"],
    ["my own words", "error_rate"],
  ])("%s fires as %s", (name, trigger) => {
    const spike = check({ name });
    expect(firing([measured(spike, value(50))], [spike], at)).toMatchObject({ kind: "unhealthy", trigger });
  });

  it("do not fire when nothing is known, and one that fires is not hidden by one that is not known", () => {
    const dark = check({ name: "dark" });
    const spike = check({ name: "error_rate_spike" });
    expect(firing([], [dark], at)).toMatchObject({ kind: "unknown" });
    expect(firing([measured(spike, value(50))], [dark, spike], at)).toMatchObject({ kind: "unhealthy", trigger: "error_rate_spike" });
    expect(firing([measured(spike, value(5))], [spike], at)).toEqual({ kind: "healthy", trigger: "" });
    expect(firing([], [], at).kind).toBe("healthy");
  });
});

describe("figures", () => {
  it("carry both values, the limit and the verdict", () => {
    const slower = check({ metric: "response_time", statistic: "mean", name: "response_time", pass: stable(50) });
    expect(figureOf(measured(slower, value(820), { stable: value(400) }), at)).toEqual({
      name: "response_time",
      unit: "ms",
      candidate: 820,
      stable: 400,
      limit: "at most 50 % more than stable",
      requests: 143,
      verdict: "unhealthy",
      why: expect.stringContaining("stable 400 ms"),
    });
  });

  it("say nothing where there is nothing to say", () => {
    expect(figureOf(measured(check(), none), at)).toMatchObject({ candidate: null, requests: null, verdict: "unknown" });
    expect(figureOf(measured(check(), value(Number.NaN)), at).candidate).toBeNull();
  });

  it("describe what is healthy", () => {
    const score = check({ metric: "health_check", statistic: "score", pass: stable(10) });
    expect(describeBound(score)).toBe("at most 10 % less than stable");
    expect(describeBound(check({ metric: "health_check", statistic: "failures", pass: fixed("<", 3) }))).toBe("< 3");
    expect(describeFiring(check({ metric: "health_check", statistic: "failures", pass: fixed("<", 3) }))).toBe(">= 3");
    expect(describeFiring(score)).toBe("more than 10 % less than stable");
    expect(describeFiring(check({ pass: fixed(">=", 99), fail: fixed("<", 95) }))).toMatch(/^< 95/u);
  });
});

it("never calls healthy what is not a number, too little or too old", () => {
  const odd = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY));
  fc.assert(
    fc.property(odd, odd, fc.nat(20), fc.nat(20_000), (seen, before, requests, age) => {
      const either = check({ pass: stable(50) });
      const verdict = judgeChecks([measured(either, value(seen, requests), { stable: value(before), at: at.now - age })], [either], at);
      const isUsable = Number.isFinite(seen) && Number.isFinite(before) && requests >= 10 && age <= at.maxAgeMs;
      expect(verdict.kind === "unknown").toBe(!isUsable);
    }),
  );
});
