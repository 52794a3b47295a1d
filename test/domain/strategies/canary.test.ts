/** The canary strategy: state and observation in, next state and actions out. */

import { expect, it } from "vitest";
import { nextCanary } from "../../../src/domain/strategies/canary.ts";

import { canary } from "../../support/progressive.ts";
import { candidate, known, rolloutIn, seenWith } from "./rolling-values.ts";

it("a canary takes its steps one by one, each for as long as it says", () => {
  const spec = {
    ...canary,
    steps: [
      { kind: "weight", weight: 20 },
      { kind: "pause", durationMs: 5_000 },
      { kind: "weight", weight: 50 },
      { kind: "analysis", durationMs: 3_000 },
    ],
  } as const;
  const next = (step: number, weight: number, at: number) =>
    nextCanary(
      rolloutIn({ kind: "shifting", step, weight, since: 0 }, { strategy: spec }),
      candidate,
      spec,
      seenWith([], { now: at, candidateWeight: known(weight), stableWeight: known(100 - weight) }),
    );
  expect(next(1, 20, 4_999)).toMatchObject({ state: { kind: "shifting", step: 1 }, wakeAt: 5_000 });
  expect(next(1, 20, 5_000).state).toMatchObject({ kind: "shifting", step: 2, weight: 50 });
  expect(next(2, 50, 6_000).state).toMatchObject({ kind: "shifting", step: 3, weight: 50 });
  expect(next(3, 50, 2_999)).toMatchObject({ state: { kind: "shifting", step: 3 }, wakeAt: 3_000 });
  expect(next(3, 50, 3_000).state).toEqual({ kind: "switching" });
});
