import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearest } from "../../../src/adapters/manifest/document/suggest.ts";
import { longestExpression, parseExpression, parseThreshold } from "../../../src/domain/analysis/thresholds.ts";
import { runs } from "../../support/thorough.ts";

function parsed(text: string): readonly string[] {
  const result = parseExpression(text, nearest);
  if (result.kind === "invalid") throw new Error(`${result.position}: ${result.message}`);
  return result.conditions.map(({ metric, statistic, comparison, value }) => [metric, statistic, comparison, value].join(" "));
}

describe("an expression", () => {
  it.each([
    ["response_time < 2s", ["response_time p95 < 2000"]],
    ["error_rate <= 5%", ["error_rate  <= 5"]],
    ["response_time.p95 < 500ms", ["response_time p95 < 500"]],
    ["success_rate >= 99% and response_time.p99 < 2s", ["success_rate  >= 99", "response_time p99 < 2000"]],
    ["request_count > 10", ["request_count  > 10"]],
    ["custom_metric != -0.5", ["custom_metric  != -0.5"]],
    ["health_check.failures < 3, health_check >= 99.5 %", ["health_check failures < 3", "health_check score >= 99.5"]],
    ["response_time.mean<1.5min&&response_time.p50 == 20", ["response_time mean < 90000", "response_time p50 == 20"]],
    ["  \n error_rate\t<5 and\n success_rate>95 ", ["error_rate  < 5", "success_rate  > 95"]],
  ])("%j is read", (text, conditions) => {
    expect(parsed(text)).toEqual(conditions);
  });

  it.each<[string, number, RegExp]>([
    ["", 0, /expected a metric \(error_rate, .*\), found the end/],
    ["response_tme < 2s", 0, /did you mean response_time\?/],
    ["RESPONSE_TIME < 2s", 0, /did you mean response_time\?/],
    ["response_time.p90 < 2s", 14, /expected a statistic of response_time \(p95, p50, p99, mean\), found "p90"; did you mean p95\?/],
    ["error_rate.p95 < 2", 10, /has only one statistic/],
    ["error_rate = 5", 11, /expected a comparison .*did you mean ==\?/],
    ["error_rate 5", 11, /expected a comparison/],
    ["error_rate <", 12, /expected a number, found the end/],
    ["error_rate < -5", 13, /never negative/],
    ["error_rate < 5s", 14, /expected a unit of error_rate \(%\), found "s"/],
    ["response_time < 5%", 17, /expected a unit of response_time \(ms, s, m, min, h\)/],
    ["response_time < 5 constructor", 18, /expected a unit/],
    ["request_count > 10%", 18, /request_count is a plain number: leave out "%"/],
    ["health_check.failures < 10%", 26, /health_check.failures is a plain number/],
    ["error_rate < 5 or error_rate > 6", 15, /expected `and` or the end, found "or"/],
    ["error_rate < 5 and", 18, /expected a metric/],
    ["error_rate < 1.2.3", 16, /expected `and` or the end/],
    ["error_rate < 5)", 14, /unexpected "\)"/],
    ["(error_rate < 5)", 0, /unexpected "\("/],
    ["process.exit", 0, /expected a metric/],
    ["error_rate < 5; 😀", 14, /unexpected ";"/],
    ["😀", 0, /unexpected "😀"/],
    [`error_rate < ${"9".repeat(400)}`, 13, /too large/],
    ["x".repeat(longestExpression + 1), longestExpression, /at most 500 characters, this one 501/],
    ["x".repeat(longestExpression), 0, /found "x{40}…"$/],
  ])("%j is refused with the place and what is expected there", (text, position, message) => {
    expect(parseExpression(text, nearest)).toEqual({ kind: "invalid", position, message: expect.stringMatching(message) });
  });
});

describe("whatever is written", () => {
  const words = fc.constantFrom(
    "response_time",
    "error_rate",
    ".",
    "p95",
    "<",
    "<=",
    "5",
    "%",
    "s",
    "and",
    "&&",
    "-",
    "(",
    "__proto__",
    " ",
  );
  const anything = fc.oneof(
    fc.string({ unit: "binary", maxLength: 600 }),
    fc.array(words, { maxLength: 200 }).map((parts) => parts.join("")),
  );

  it("it is read or refused within the text, and nothing is thrown", () => {
    fc.assert(
      fc.property(anything, (text) => {
        const result = parseExpression(text, nearest);
        if (result.kind === "invalid") expect(result.position >= 0 && result.position <= text.length).toBe(true);
        else for (const condition of result.conditions) expect(Number.isFinite(condition.value)).toBe(true);
      }),
      runs(2_000),
    );
  });

  it("what is read means what was meant", () => {
    const condition = fc.record({
      metric: fc.constantFrom("error_rate" as const, "custom_metric" as const, "request_count" as const),
      statistic: fc.constant(null),
      comparison: fc.constantFrom("<", "<=", ">", ">=", "==", "!="),
      value: fc.nat(1_000_000).map((value) => value / 100),
    });
    fc.assert(
      fc.property(fc.array(condition, { minLength: 1, maxLength: 12 }), (conditions) => {
        const text = conditions.map(({ metric, comparison, value }) => `${metric} ${comparison} ${value}`).join(" and ");
        expect(parseExpression(text, nearest)).toEqual({ kind: "conditions", conditions });
      }),
    );
  });

  it("each character is looked at a bounded number of times", () => {
    // Counts what the grammar asks of its one helper that is not constant: at most one suggestion for a whole text.
    fc.assert(
      fc.property(anything, (text) => {
        let asked = 0;
        parseExpression(text, (word, known) => {
          asked += 1;
          expect(word.length).toBeLessThanOrEqual(40);
          return known[0] ?? null;
        });
        expect(asked).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("a single threshold", () => {
  it.each([
    ["5%", "percent", null, 5],
    ["5", "percent", null, 5],
    ["500ms", "time", null, 500],
    ["< 2 s", "time", "<", 2_000],
    [">=1.5h", "time", ">=", 5_400_000],
    ["3", "number", null, 3],
    ["!= -4", "any", "!=", -4],
    ["7%", "any", null, 7],
  ] as const)("%j as %s", (text, unit, comparison, value) => expect(parseThreshold(text, unit)).toEqual({ comparison, value }));

  it.each([
    ["", "any"],
    ["5%", "time"],
    ["500ms", "percent"],
    ["3 4", "number"],
    ["3%", "number"],
    ["= 3", "number"],
    ["1e3", "number"],
    ["p95 < 3", "any"],
  ] as const)("%j is none as %s", (text, unit) => expect(parseThreshold(text, unit)).toBeNull());
});
