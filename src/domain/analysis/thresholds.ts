/**
 * Reads thresholds as people write them: `response_time.p95 < 500ms and error_rate <= 5%`. They are data, never code:
 * no recursion, no backtracking and at most 500 characters, so that the time it takes is in proportion to the length.
 *
 *     expression = condition { ("and" | "&&" | ",") condition }
 *     condition  = metric [ "." statistic ] comparison [ "-" ] number [ unit ]
 */

import type { Comparison, MetricName, Statistic } from "./metrics.ts";

/** One condition; all of an expression must hold. `value` is in the metric's unit: percent, milliseconds or a plain number. */
export interface Condition {
  readonly metric: MetricName;
  /** Null where the metric has only one. */
  readonly statistic: Statistic | null;
  readonly comparison: Comparison;
  readonly value: number;
}

export type ParsedExpression =
  | { readonly kind: "conditions"; readonly conditions: readonly Condition[] }
  /** `position` counts characters from 0; `message` says what is expected there. */
  | { readonly kind: "invalid"; readonly position: number; readonly message: string };

/** A value with what it is compared by, in the unit's own measure; `comparison` null: none was written. */
export interface Threshold {
  readonly comparison: Comparison | null;
  readonly value: number;
}

/** What a threshold is counted in. */
export type ThresholdUnit = "percent" | "time" | "number" | "any";

/** The known word nearest to a mistyped one; null when none is near. */
export type Nearest = (word: string, known: readonly string[]) => string | null;

/** More are refused unread. */
export const longestExpression = 500;

interface Token {
  readonly kind: "word" | "number" | "sign" | "end";
  readonly text: string;
  readonly at: number;
}

interface Rule {
  /** The first one is meant when none is named. */
  readonly statistics: readonly Statistic[];
  readonly units: Readonly<Record<string, number>>;
  readonly mayBeNegative?: true;
}

const times = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000 };
const percent = { "%": 1 };
const rules: Readonly<Record<MetricName, Rule>> = {
  error_rate: { statistics: [], units: percent },
  success_rate: { statistics: [], units: percent },
  response_time: { statistics: ["p95", "p50", "p99", "mean"], units: times },
  request_count: { statistics: [], units: {} },
  health_check: { statistics: ["score", "failures"], units: percent },
  custom_metric: { statistics: [], units: {}, mayBeNegative: true },
};
const thresholdUnits: Readonly<Record<ThresholdUnit, Rule["units"]>> = { percent, time: times, number: {}, any: { ...percent, ...times } };
const metrics = Object.keys(rules);
const comparisons: readonly string[] = ["<", "<=", ">", ">=", "==", "!="];
const joints: readonly string[] = ["and", "&&", ","];
const longestSuggestable = 40;

/** Position and message for people; everything else that is thrown is a bug. */
class Problem extends Error {
  readonly position: number;

  constructor(position: number, message: string) {
    super(message);
    this.position = position;
  }
}

/** Never throws: what cannot be read comes back with the place and what is expected there. */
export function parseExpression(text: string, nearest: Nearest): ParsedExpression {
  try {
    return { kind: "conditions", conditions: new Reader(tokenize(text), nearest).conditions() };
  } catch (error) {
    if (error instanceof Problem) return { kind: "invalid", position: error.position, message: error.message };
    throw error;
  }
}

/** Of `5%`, `500ms`, `3` or, with a comparison, `< 2s`; null when it is none or in another unit. */
export function parseThreshold(text: string, unit: ThresholdUnit): Threshold | null {
  try {
    return new Reader(tokenize(text), () => null).threshold(thresholdUnits[unit]);
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

function tokenize(text: string): readonly Token[] {
  if (text.length > longestExpression)
    throw new Problem(longestExpression, `an expression has at most ${longestExpression} characters, this one ${text.length}`);
  const shape = /(?<blank>\s+)|(?<word>[a-z_][a-z0-9_]*)|(?<number>[0-9]+(?:\.[0-9]+)?)|(?<sign>[<>=!]=|&&|[<>=.,%-])/iy;
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; at = shape.lastIndex) {
    shape.lastIndex = at;
    const found = shape.exec(text)?.groups;
    if (!found) throw new Problem(at, `unexpected ${quote(String.fromCodePoint(text.codePointAt(at) ?? 0))}`);
    const kind = (["word", "number", "sign"] as const).find((candidate) => found[candidate] !== undefined);
    if (kind) tokens.push({ kind, text: found[kind] ?? "", at });
  }
  return [...tokens, { kind: "end", text: "", at: text.length }];
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #nearest: Nearest;
  #next = 0;

  constructor(tokens: readonly Token[], nearest: Nearest) {
    this.#tokens = tokens;
    this.#nearest = nearest;
  }

  conditions(): readonly Condition[] {
    const conditions = [this.#condition()];
    while (this.#peek().kind !== "end") {
      const joint = this.#take();
      if (!joints.includes(joint.text)) throw this.#unexpected(joint, "`and` or the end", ["and"]);
      conditions.push(this.#condition());
    }
    return conditions;
  }

  threshold(units: Rule["units"]): Threshold {
    const comparison = comparisons.includes(this.#peek().text) ? this.#comparison() : null;
    const value = this.#number(
      () => this.#unit("it", units),
      () => undefined,
    );
    if (this.#peek().kind !== "end") throw this.#unexpected(this.#peek(), "the end", []);
    return { comparison, value };
  }

  #condition(): Condition {
    const metric = this.#known(metrics, "a metric") as MetricName;
    const { statistics } = rules[metric];
    const statistic = this.#statistic(metric, statistics);
    const comparison = this.#comparison();
    return { metric, statistic, comparison, value: this.#value(metric, statistic) };
  }

  #statistic(metric: MetricName, known: readonly Statistic[]): Statistic | null {
    const dot = this.#peek();
    if (dot.text !== ".") return known[0] ?? null;
    this.#take();
    if (known.length === 0) throw new Problem(dot.at, `${metric} has only one statistic: leave out what follows its name`);
    return this.#known(known, `a statistic of ${metric}`) as Statistic;
  }

  #comparison(): Comparison {
    const token = this.#take();
    if (comparisons.includes(token.text)) return token.text as Comparison;
    throw this.#unexpected(token, `a comparison (${comparisons.join(", ")})`, token.text === "=" ? ["=="] : []);
  }

  #value(metric: MetricName, statistic: Statistic | null): number {
    const isCounted = statistic === "failures";
    const unit = () => this.#unit(isCounted ? `${metric}.failures` : metric, isCounted ? {} : rules[metric].units);
    return this.#number(unit, (sign) => {
      if (!rules[metric].mayBeNegative) throw new Problem(sign.at, `${metric} is never negative`);
    });
  }

  #number(unit: () => number, checkSign: (sign: Token) => void): number {
    const sign = this.#peek();
    const isNegative = sign.text === "-";
    if (isNegative) this.#take();
    const token = this.#take();
    if (token.kind !== "number") throw this.#unexpected(token, "a number", []);
    if (isNegative) checkSign(sign);
    const value = Number(token.text) * unit();
    if (!Number.isFinite(value)) throw new Problem(token.at, "the number is too large");
    return isNegative ? -value : value;
  }

  /** What a number is multiplied with; without a unit it is in the metric's own. */
  #unit(named: string, units: Rule["units"]): number {
    const token = this.#peek();
    if (token.text !== "%" && (token.kind !== "word" || joints.includes(token.text) || token.text === "or")) return 1;
    this.#take();
    const factor = Object.hasOwn(units, token.text) ? units[token.text] : undefined;
    if (factor !== undefined) return factor;
    const names = Object.keys(units);
    if (names.length === 0) throw new Problem(token.at, `${named} is a plain number: leave out ${quote(token.text)}`);
    throw this.#unexpected(token, `a unit of ${named} (${names.join(", ")})`, []);
  }

  #known(known: readonly string[], what: string): string {
    const token = this.#take();
    if (token.kind === "word" && known.includes(token.text)) return token.text;
    throw this.#unexpected(token, `${what} (${known.join(", ")})`, known);
  }

  #unexpected(token: Token, expected: string, known: readonly string[]): Problem {
    const found = token.kind === "end" ? "the end" : quote(token.text);
    const isNear = token.text.length <= longestSuggestable && token.kind !== "end";
    const near = known.length === 1 && token.kind === "sign" ? known[0] : isNear ? this.#nearest(token.text, known) : null;
    return new Problem(token.at, `expected ${expected}, found ${found}${near ? `; did you mean ${near}?` : ""}`);
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: "end", text: "", at: 0 };
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== "end") this.#next += 1;
    return token;
  }
}

function quote(text: string): string {
  return JSON.stringify(text.length > longestSuggestable ? `${text.slice(0, longestSuggestable)}…` : text);
}
