/** What all strategies share: what may have traffic, what is checked before it, and how a rejected version goes. */

import { describe, expect, it } from "vitest";
import type { Rollout, RolloutState, RolloutView } from "../../../src/domain/journal/rollout.ts";
import {
  giveMissing,
  isBeforeSwitch,
  isDrained,
  isOnItsWay,
  mayHaveTraffic,
  reject,
  rejectLate,
  unjudged,
  stay,
  verificationOf,
  whenRejected,
  whileChecking,
  whileInstalling,
  whileValidating,
} from "../../../src/domain/strategies/steps.ts";
import { canary } from "../../support/progressive.ts";
import { blueGreen } from "../../support/spec.ts";
import { told, word } from "./rolling-table.ts";
import { candidate, known, rolloutIn, seenWith, stable } from "./rolling-values.ts";

const unknown = { kind: "unknown", why: "no answer" } as const;
const recreate = { kind: "recreate" } as const;
const batch = { batch: ["b"], since: 0 };
const rejectedState = { kind: "rejected", why: "bad", since: 500, hadTraffic: true, trigger: "error_rate" } as const;
const installed: RolloutState = { kind: "installing" };

describe("in each state it is said", () => {
  /** Whether callers may have met the candidate, whether the old version serves as if nothing were under way, and whether it may still be taken back. */
  it.each<[string, RolloutState, Partial<Rollout>, { traffic: boolean; beforeSwitch: boolean; onItsWay: boolean }]>([
    ["validating", { kind: "validating" }, {}, { traffic: false, beforeSwitch: true, onItsWay: true }],
    ["installing", installed, {}, { traffic: false, beforeSwitch: true, onItsWay: true }],
    ["checking", { kind: "checking" }, {}, { traffic: false, beforeSwitch: true, onItsWay: true }],
    ["waiting", { kind: "waiting", since: 0 }, {}, { traffic: false, beforeSwitch: true, onItsWay: true }],
    ["handing over", { kind: "handing-over", since: 0 }, {}, { traffic: false, beforeSwitch: true, onItsWay: true }],
    [
      "recreate before the switch: it takes the old version out",
      installed,
      { strategy: recreate },
      { traffic: false, beforeSwitch: false, onItsWay: true },
    ],
    ["self-healing: it is about what serves", installed, { kind: "self-heal" }, { traffic: false, beforeSwitch: false, onItsWay: true }],
    ["a first batch", { kind: "updating", done: [], ...batch }, {}, { traffic: false, beforeSwitch: false, onItsWay: true }],
    ["a later batch", { kind: "updating", done: ["a"], ...batch }, {}, { traffic: true, beforeSwitch: false, onItsWay: true }],
    ["a batch that is put back", { kind: "restoring", done: [], ...batch }, {}, { traffic: true, beforeSwitch: false, onItsWay: true }],
    ["the pause after a batch", { kind: "pausing", done: ["a"], since: 0 }, {}, { traffic: true, beforeSwitch: false, onItsWay: true }],
    ["shifting", { kind: "shifting", step: 0, weight: 20, since: 0 }, {}, { traffic: true, beforeSwitch: false, onItsWay: true }],
    ["switching", { kind: "switching" }, {}, { traffic: true, beforeSwitch: false, onItsWay: true }],
    ["validating with traffic", { kind: "post-deployment" }, {}, { traffic: true, beforeSwitch: false, onItsWay: true }],
    ["draining", { kind: "draining", since: 0 }, {}, { traffic: true, beforeSwitch: false, onItsWay: false }],
    ["baking", { kind: "baking", since: 0, until: 1 }, {}, { traffic: true, beforeSwitch: false, onItsWay: false }],
    ["removing the old version", { kind: "removing" }, {}, { traffic: true, beforeSwitch: false, onItsWay: false }],
    [
      "removing the old version first",
      { kind: "removing" },
      { strategy: recreate },
      { traffic: false, beforeSwitch: false, onItsWay: true },
    ],
    ["clearing", { kind: "clearing", since: 0 }, {}, { traffic: false, beforeSwitch: false, onItsWay: true }],
    ["rejected with traffic", rejectedState, {}, { traffic: true, beforeSwitch: false, onItsWay: true }],
    ["rejected without traffic", { ...rejectedState, hadTraffic: false }, {}, { traffic: false, beforeSwitch: false, onItsWay: true }],
  ])("%s", (_what, state, parts, expected) => {
    const one = rolloutIn(state, { strategy: blueGreen, ...parts });
    expect({ traffic: mayHaveTraffic(one), beforeSwitch: isBeforeSwitch(one), onItsWay: isOnItsWay(one) }).toEqual(expected);
  });
});

interface Before {
  readonly view: Partial<RolloutView>;
  /** Null: nothing more is to be done, it goes on. */
  readonly goesTo: RolloutState["kind"] | null;
  readonly does?: readonly string[];
  readonly why?: string;
}

const bad = { kind: "unhealthy", why: "it is bad" } as const;
const refuses = (retry: "later" | "never") =>
  ({ action: { kind: "ensure-installed", unit: candidate }, code: "engine/refused", detail: "no such node", retry, attempts: 1 }) as const;

describe("before it gets traffic", () => {
  const back = ["traffic 1.0.0=100", "arm 1.0.0"];
  it.each<[string, typeof whileValidating, Before]>([
    ["it is valid", whileValidating, { view: {}, goesTo: null }],
    ["it is not valid", whileValidating, { view: { pre: bad }, goesTo: "rejected", does: back, why: "it is bad" }],
    [
      "it is validated",
      whileValidating,
      { view: { pre: unknown }, goesTo: "validating", does: ["validate pre"], why: "validating before anything is changed" },
    ],
    ["it is ready", whileInstalling, { view: { candidateReady: known(true) }, goesTo: null }],
    [
      "it is installed",
      whileInstalling,
      { view: {}, goesTo: "installing", does: ["install 1.1.0"], why: "waiting until it answers on every instance" },
    ],
    [
      "it is refused, and tried again",
      whileInstalling,
      { view: { stuck: refuses("later") }, goesTo: "installing", does: ["install 1.1.0"], why: "no such node" },
    ],
    ["it is refused for good", whileInstalling, { view: { stuck: refuses("never") }, goesTo: "rejected", does: back, why: "no such node" }],
    [
      "whether it is ready is not known",
      whileInstalling,
      { view: { candidateReady: unknown }, goesTo: "installing", does: ["install 1.1.0"] },
    ],
    ["its checks passed", whileChecking, { view: { during: { kind: "healthy" } }, goesTo: null }],
    ["its checks failed", whileChecking, { view: { during: bad }, goesTo: "rejected", does: back, why: "it is bad" }],
    [
      "it is checked",
      whileChecking,
      { view: {}, goesTo: "checking", does: ["validate during"], why: "checking it on its private address" },
    ],
    [
      "it is lost during its checks",
      whileChecking,
      { view: { candidateInstalled: known(false) }, goesTo: "installing", does: ["install 1.1.0"], why: "it was lost during the checks" },
    ],
    [
      "its checks failed, and it is lost",
      whileChecking,
      { view: { during: bad, candidateInstalled: known(false) }, goesTo: "rejected", does: back },
    ],
  ])("%s", (_what, next, { view, goesTo, does = [], why = "" }) => {
    const step = next(rolloutIn(installed, { strategy: blueGreen }), candidate, seenWith([], view));
    expect(step?.state.kind ?? null).toBe(goesTo);
    expect(step?.actions.map(word) ?? []).toEqual(does);
    expect(step?.why ?? "").toContain(why);
  });
});

describe("a rejected version goes, when", () => {
  const gone = { stableArmed: known(true), stableWeight: known(100) };
  const wanted = { wantsVerification: true };
  const rows: readonly [
    string,
    Partial<RolloutView>,
    Partial<Rollout>,
    { outcome?: "failed"; does?: readonly string[]; wakeAt?: number; why?: string },
  ][] = [
    ["the stable version has not all the traffic", { stableWeight: known(50) }, {}, { does: ["traffic 1.0.0=100"] }],
    ["the schedules of the stable version do not fire", { stableArmed: known(false) }, {}, { does: ["arm 1.0.0"] }],
    ["the stable version is elsewhere now", { ...gone, isRouted: known(false) }, {}, { does: ["traffic 1.0.0=100", "arm 1.0.0"] }],
    ["requests are in flight on it", { ...gone, candidateInFlight: known(2) }, {}, { wakeAt: 1_100 }],
    ["its requests had their time", { ...gone, candidateInFlight: known(2), drainTimeoutMs: 500 }, {}, { does: ["remove 1.1.0"] }],
    ["nothing is in flight on it", gone, {}, { does: ["remove 1.1.0"] }],
    ["it is removed", { ...gone, candidateInstalled: known(false) }, {}, { outcome: "failed", why: "bad" }],
    [
      "it is removed, and the rollback is verified",
      { ...gone, ...wanted, candidateInstalled: known(false) },
      {},
      { does: ["validate post"], wakeAt: 2_000 },
    ],
    [
      "the verification says that it did not help",
      { ...gone, ...wanted, verification: bad, candidateInstalled: known(false) },
      {},
      { outcome: "failed", why: "bad; but the rollback did not help: it is bad" },
    ],
    ["the verification takes too long", { ...gone, ...wanted, now: 60_500, candidateInstalled: known(false) }, {}, { outcome: "failed" }],
    ["the stable version is lost", { ...gone, stableInstalled: known(false) }, {}, { does: ["install 1.0.0"] }],
    [
      "no version ran before it, and it has traffic",
      { candidateWeight: known(100) },
      { stable: null },
      { does: ["traffic ", "arm 1.0.0"] },
    ],
    ["no version ran before it, and it has none", { candidateWeight: known(0) }, { stable: null }, { does: ["remove 1.1.0"] }],
  ];
  it.each(rows)("%s", (_what, view, parts, { outcome = null, does = [], wakeAt = null, why = "bad" }) => {
    const step = whenRejected(rolloutIn(rejectedState, { strategy: blueGreen, ...parts }), rejectedState, seenWith([], view));
    expect({ outcome: step.outcome, does: step.actions.map(word), wakeAt: step.wakeAt }).toEqual({ outcome, does, wakeAt });
    expect(step.why).toBe(why);
  });

  it("the stable version can never be installed again: nobody gets the traffic", () => {
    const view = seenWith([], { stableInstalled: known(false), stuck: refuses("never") });
    const step = whenRejected(rolloutIn(rejectedState, { strategy: blueGreen }), rejectedState, view);
    expect(step.state).toMatchObject({ kind: "rejected", isStableLost: true, why: "bad; 1.0.0 cannot be restored: no such node" });
    expect(step.actions[0]).toMatchObject({ kind: "ensure-weights", weights: [] });
  });
});

describe("a rejection", () => {
  it("gives the traffic back at once, and remembers why and since when", () => {
    const shifting = rolloutIn({ kind: "shifting", step: 0, weight: 20, since: 0 }, { strategy: canary });
    expect(told(reject(shifting, { trigger: "error_rate", why: "bad" }, 500))).toEqual({
      state: rejectedState,
      actions: ["traffic 1.0.0=100", "arm 1.0.0"],
    });
  });

  it.each([
    ["deployment timeout", blueGreen],
    ["maxDuration", canary],
  ] as const)("by time names the limit: %s", (limit, strategy) => {
    const step = rejectLate(rolloutIn(installed, { strategy }), 500);
    expect([step.why, step.state]).toMatchObject([
      `not finished within its ${limit}; its last state was installing`,
      { trigger: "timeout" },
    ]);
  });
});

it.each<[string, Partial<RolloutView>, boolean]>([
  ["nothing is in flight", {}, true],
  ["something is in flight, and it has time", { stableInFlight: known(1) }, false],
  ["something is in flight, and its time is over", { stableInFlight: known(1), now: 3_500 }, true],
  ["it cannot be asked, and it has time", { stableInFlight: unknown }, false],
  ["it cannot be asked, and its time is over", { stableInFlight: unknown, now: 3_500 }, true],
])("is drained or not: %s", (_what, parts, expected) => {
  const view = seenWith([], parts);
  expect(isDrained(view.stableInFlight, 500, view)).toBe(expected);
});

it.each<[Parameters<typeof giveMissing>[2], readonly string[]]>([
  [{ weight: known(100), armed: known(true) }, []],
  [{ weight: known(99), armed: known(true) }, ["traffic 1.0.0=100"]],
  [{ weight: known(100), armed: known(false) }, ["arm 1.0.0"]],
  [{ weight: unknown, armed: unknown }, ["traffic 1.0.0=100", "arm 1.0.0"]],
])("asks only for what is missing: %j", (observation, expected) => {
  expect(giveMissing("orders", stable, observation).map(word)).toEqual(expected);
});

it("the reason that is shown stays while the same is missing", () => {
  expect(unjudged(stay(installed, "why"), { kind: "unknown", why: "few", about: "error_rate says too little" }).about).toBe(
    "error_rate says too little",
  );
  expect(unjudged(stay(installed, "why"), bad).about).toBeUndefined();
});

it("only a failed verification is worth a word", () => {
  expect(verificationOf(seenWith([], { wantsVerification: true, verification: { kind: "healthy" } }))).toBe("");
  expect(verificationOf(seenWith([], { wantsVerification: false, verification: bad }))).toBe("");
});
