import { describe, expect, it } from "vitest";
import type { Progress } from "../../src/domain/journal/progress.ts";
import { createProgressTale } from "../../src/demo/progress-tale.ts";

const figure = {
  name: "error_rate",
  unit: "%",
  candidate: 0,
  stable: null,
  limit: "<= 5 %",
  requests: 43,
  verdict: "healthy",
  why: "",
} as const;

const first: Progress = {
  deployment: "d1",
  strategy: "canary",
  state: "shifting",
  version: "2.2.0",
  from: "2.0.1",
  startedAt: 0,
  step: 1,
  steps: 5,
  weight: 20,
  why: "sharing the traffic",
  until: null,
  deadline: 1,
  verdict: { kind: "unknown", why: "no request in 5 s" },
  figures: [{ ...figure, candidate: null, requests: null }],
  paused: null,
};

function told(...story: readonly Partial<Progress>[]): readonly string[] {
  const tale = createProgressTale();
  return story.flatMap((change) => tale({ progress: { ...first, ...change } }));
}

describe("the story of a rollout", () => {
  it("has nothing to tell when there is none", () => {
    expect(createProgressTale()({ progress: null })).toEqual([]);
  });

  it("tells a share of the traffic once, and again with its verdict and the figures behind it", () => {
    expect(told({}, { step: 2 }, { verdict: { kind: "healthy" }, figures: [figure] }, { verdict: { kind: "healthy" } })).toEqual([
      "██░░░░░░░░  20 % on 2.2.0  canary, step 1 of 5: unknown, no request in 5 s",
      "██░░░░░░░░  20 % on 2.2.0  canary, step 1 of 5: healthy: error_rate 0 % of 43 (<= 5 %)",
    ]);
  });

  it("tells all that comes before the traffic in one line, and that it was taken back in another", () => {
    const none = { weight: 0, step: null, steps: null };
    expect(
      told(
        { ...none, state: "validating", why: "validating" },
        { ...none, state: "installing", why: "installing" },
        {},
        { ...none, state: "rejected", why: "error_rate 12 %" },
      ),
    ).toEqual([
      "░░░░░░░░░░   0 % on 2.2.0  canary, validating: validating",
      "██░░░░░░░░  20 % on 2.2.0  canary, step 1 of 5: unknown, no request in 5 s",
      "░░░░░░░░░░   0 % on 2.2.0  canary, rejected: error_rate 12 %",
    ]);
  });
});
