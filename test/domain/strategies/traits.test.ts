/** What others may know of a strategy, as a table: one row for each. */

import { describe, expect, it } from "vitest";
import type { StrategySpec } from "../../../src/domain/desired/environment.ts";
import type { RolloutState } from "../../../src/domain/journal/rollout.ts";
import { isJudgedOnTheWay, isWaitingForPerson, limitMsOf, needsNoVerdictAtEnd, traitsOf } from "../../../src/domain/strategies/traits.ts";
import { rollout, unit } from "../../support/decision-values.ts";
import { canary, errorRate } from "../../support/progressive.ts";
import { blueGreen as plainBlueGreen } from "../../support/spec.ts";

const blueGreen = { ...plainBlueGreen, healthCheckUrl: "/up", healthCheckTimeoutMs: 9, switchTrafficDelayMs: 700 };
const rolling: StrategySpec = { kind: "rolling", batchSize: 1, batchDelayMs: 300, maxUnavailable: 1, healthCheckIntervalMs: 50 };
const recreate: StrategySpec = { kind: "recreate" };
const warm = { count: 1, maxAgeMs: null };

describe("a strategy declares", () => {
  it.each<[StrategySpec, object]>([
    [
      blueGreen,
      {
        takesOldOutFirst: false,
        judged: false,
        onInconclusive: "proceed",
        limitMs: 60_000,
        warm,
        health: { path: "/up", timeoutMs: 9 },
        every: null,
        checks: [],
        share: null,
        steps: null,
      },
    ],
    [
      { ...blueGreen, keepOldVersion: false, healthCheckUrl: null },
      {
        takesOldOutFirst: false,
        judged: false,
        onInconclusive: "proceed",
        limitMs: 60_000,
        warm: null,
        health: null,
        every: null,
        checks: [],
        share: null,
        steps: null,
      },
    ],
    [
      canary,
      {
        takesOldOutFirst: false,
        judged: true,
        onInconclusive: "abort",
        limitMs: 600_000,
        warm,
        health: null,
        every: null,
        checks: [errorRate],
        share: 20,
        steps: 4,
      },
    ],
    [
      rolling,
      {
        takesOldOutFirst: false,
        judged: false,
        onInconclusive: "proceed",
        limitMs: 60_000,
        warm: null,
        health: null,
        every: 50,
        checks: [],
        share: null,
        steps: null,
      },
    ],
    [
      recreate,
      {
        takesOldOutFirst: true,
        judged: false,
        onInconclusive: "proceed",
        limitMs: 60_000,
        warm: null,
        health: null,
        every: null,
        checks: [],
        share: null,
        steps: null,
      },
    ],
  ])("$kind", (spec, expected) => {
    const traits = traitsOf(spec);
    expect({
      takesOldOutFirst: traits.takesOldOutFirst,
      judged: traits.isJudgedOnTheWay,
      onInconclusive: traits.onInconclusive,
      limitMs: limitMsOf(spec, { deploymentTimeoutMs: 60_000 }),
      warm: traits.warm(spec),
      health: traits.healthCheck(spec),
      every: traits.healthCheckIntervalMs(spec),
      checks: traits.checks(spec),
      share: traits.firstShare(spec),
      steps: traits.stepCount(spec),
    }).toEqual(expected);
  });
});

interface InState {
  readonly lastsMs: number | null;
  readonly waitsForPerson: boolean;
  readonly waitsForVerdict: boolean;
  /** What a promotion adds to the state, or the step that it leads to; null: nothing waits. */
  readonly promoted: object | null;
  readonly promotedFully: object | null;
}

const nothing: InState = { lastsMs: null, waitsForPerson: false, waitsForVerdict: false, promoted: null, promotedFully: null };
const shifting = (step: number, weight: number): RolloutState => ({ kind: "shifting", step, weight, since: 1 });
const waiting: RolloutState = { kind: "waiting", since: 1 };
const pausing = (...done: readonly string[]): RolloutState => ({ kind: "pausing", done, since: 1 });

describe("in a state", () => {
  it.each<[string, StrategySpec, RolloutState, Partial<InState>]>([
    [
      "blue-green waits for switchTrafficDelay, and may be promoted",
      blueGreen,
      waiting,
      { lastsMs: 700, promoted: { hasPassed: true }, promotedFully: { hasPassed: true } },
    ],
    ["blue-green that was promoted waits no more", blueGreen, { ...waiting, hasPassed: true }, {}],
    ["blue-green that installs waits for nothing of the kind", blueGreen, { kind: "installing" }, {}],
    [
      "a canary's weight leads to the next step",
      canary,
      shifting(0, 20),
      { promoted: { step: 1, weight: 20, since: 9 }, promotedFully: { hasPassed: true } },
    ],
    [
      "a canary's analysis needs a verdict",
      canary,
      shifting(1, 20),
      { lastsMs: 5_000, waitsForVerdict: true, promoted: { step: 2, weight: 50, since: 9 }, promotedFully: { hasPassed: true } },
    ],
    [
      "a canary's pause waits for a person",
      canary,
      shifting(3, 50),
      { waitsForPerson: true, promoted: { hasPassed: true }, promotedFully: { hasPassed: true } },
    ],
    ["a canary that has passed waits no more", canary, { ...shifting(3, 50), hasPassed: true } as RolloutState, {}],
    [
      "rolling pauses between two batches, and no check is skipped",
      rolling,
      pausing("one"),
      { lastsMs: 300, waitsForVerdict: true, promoted: { isAccepted: true } },
    ],
    ["rolling before its first batch has nothing to judge", rolling, pausing(), { lastsMs: 300 }],
    ["recreate waits for nothing", recreate, waiting, {}],
  ])("%s", (_what, spec, state, parts) => {
    const traits = traitsOf(spec);
    const promoted = (isFull: boolean) => traits.promoted(spec, state, { now: 9, isFull });
    const all = { ...nothing, ...parts };
    expect({
      lastsMs: traits.lastsMs(spec, state),
      waitsForPerson: isWaitingForPerson({ strategy: spec, state }),
      waitsForVerdict: traits.waitsForVerdict(spec, state),
      promoted: promoted(false),
      promotedFully: promoted(true),
    }).toEqual({
      ...all,
      promoted: all.promoted && { ...state, ...all.promoted },
      promotedFully: all.promotedFully && { ...state, ...all.promotedFully },
    });
  });
});

describe("a verdict", () => {
  const first = { stable: null };
  it.each<[string, Parameters<typeof rollout>[0], { onTheWay: boolean; noneAtEnd: boolean }]>([
    ["of a canary comes on its way", { strategy: canary }, { onTheWay: true, noneAtEnd: true }],
    ["of a canary that got no shares is needed at its end", { strategy: canary, isUnshared: true }, { onTheWay: false, noneAtEnd: false }],
    [
      "of a first canary that got no shares is not needed",
      { strategy: canary, isUnshared: true, ...first },
      { onTheWay: false, noneAtEnd: true },
    ],
    ["of blue-green is needed at its end", { strategy: blueGreen, stable: unit("1.0.0") }, { onTheWay: false, noneAtEnd: false }],
    ["of a first blue-green too", { strategy: blueGreen, ...first }, { onTheWay: false, noneAtEnd: false }],
  ])("%s", (_what, parts, expected) => {
    const one = rollout(parts);
    expect({ onTheWay: isJudgedOnTheWay(one), noneAtEnd: needsNoVerdictAtEnd(one) }).toEqual(expected);
  });
});
