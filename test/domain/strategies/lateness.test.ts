/** What becomes of a rollout whose time is over. */

import { describe, expect, it } from "vitest";
import type { Rollout, RolloutState, RolloutView } from "../../../src/domain/journal/rollout.ts";
import { isBack, mayBeBack, whenLate } from "../../../src/domain/strategies/lateness.ts";
import { canary } from "../../support/progressive.ts";
import { known, rolloutIn, seenWith } from "./rolling-values.ts";

const unknown = { kind: "unknown", why: "too few requests", trigger: "" } as const;
const analysing: RolloutState = { kind: "shifting", step: 1, weight: 20, since: 0 };
const late = (state: RolloutState, view: Partial<RolloutView> = {}, parts: Partial<Rollout> = {}) =>
  whenLate(rolloutIn(state, { strategy: canary, startedAt: 400, deadline: 1_000, ...parts }), seenWith([], view));

describe("a rollout whose time is over", () => {
  it.each<[string, RolloutState, Partial<RolloutView>, Partial<Rollout>, string]>([
    ["before it has traffic: rejected", { kind: "installing" }, { analysis: unknown }, {}, "timeout"],
    ["with a good verdict, and not done: rejected", analysing, {}, {}, "timeout"],
    [
      "without a verdict: it goes back, and nobody is rejected",
      analysing,
      { analysis: unknown, onInconclusive: "abort" },
      {},
      "inconclusive",
    ],
    ["without a verdict of the triggers: the same", analysing, { triggers: unknown, onInconclusive: "abort" }, {}, "inconclusive"],
    ["without a verdict, and nothing to go back to: rejected", analysing, { analysis: unknown }, { stable: null }, "timeout"],
    ["a rollback needs no verdict: rejected", analysing, { analysis: unknown }, { kind: "rollback" }, "timeout"],
    ["whose paths nobody took over: it goes back, and nobody is rejected", { ...analysing, hasPassed: true }, {}, {}, "inconclusive"],
  ])("%s", (...[, state, view, parts, trigger]) => {
    expect(late(state, view, parts).step.state).toMatchObject({ kind: "rejected", trigger });
  });

  it("is paused for a person where onInconclusive says so, with as much time again", () => {
    const { rollout, step } = late(analysing, { analysis: unknown, onInconclusive: "pause" });
    expect(step).toMatchObject({ state: analysing, actions: [] });
    expect(rollout).toMatchObject({ paused: { by: { name: "Pinion" }, at: 1_000 }, deadline: 1_600 });
  });

  it("is not paused where it could still do something else than wait for the verdict", () => {
    const { rollout, step } = late({ ...analysing, step: 0 }, { analysis: unknown, onInconclusive: "pause" });
    expect([rollout.paused, step.state.kind]).toEqual([null, "rejected"]);
  });
});

it.each<[string, Partial<Rollout>, Partial<RolloutView>, boolean, boolean]>([
  ["a rollback that has all the traffic", { kind: "rollback" }, { candidateWeight: known(100) }, true, true],
  ["a rollback that has a part of it", { kind: "rollback" }, { candidateWeight: known(99) }, false, false],
  ["a rollback while the router is silent", { kind: "rollback" }, { candidateWeight: { kind: "unknown", why: "silent" } }, false, true],
  ["a deployment that has all the traffic", {}, { candidateWeight: known(100) }, false, false],
])("%s", (...[, parts, view, isSurely, isMaybe]) => {
  const rollout = rolloutIn({ kind: "switching" }, parts);
  expect([isBack(rollout, seenWith([], view)), mayBeBack(rollout, seenWith([], view))]).toEqual([isSurely, isMaybe]);
});
