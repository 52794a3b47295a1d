/** What a benchmark reports: a figure of ours beside a baseline's, taken in turns in one run, because only ratios travel between machines. */
export interface BenchResult {
  readonly name: string;
  /** Of both figures: `ms`, `requests/s`, `MB`, … */
  readonly unit: string;
  readonly ours: number;
  readonly baseline: number;
  readonly baselineName: string;
  /** Ours divided by the baseline. */
  readonly ratio: number;
  /** The budget in words, such as `<= 0.7`; "" when there is none. */
  readonly budget: string;
  /** Whether the budget is met; true when there is none. */
  readonly ok: boolean;
}
