/** Rollouts that bring no new version: undoing a manual change, and taking out a process that is no longer pinned. */

import { describe, expect, it } from "vitest";
import type { RolloutState, RolloutView } from "../../../src/domain/journal/rollout.ts";
import { beginPrune, beginSelfHeal, nextPrune, nextSelfHeal } from "../../../src/domain/strategies/self-heal-and-prune.ts";
import { stuck, word } from "./rolling-table.ts";
import { candidate, known, rolloutIn, seenWith, stable } from "./rolling-values.ts";

const serving = { candidateReady: known(true), candidateWeight: known(100), candidateArmed: known(true) };

describe("self-healing", () => {
  it("begins by installing what should be there", () => {
    expect(beginSelfHeal(candidate, "drift").actions.map(word)).toEqual(["install 1.1.0"]);
  });

  it.each<[string, RolloutState["kind"], Partial<RolloutView>, string, string | null, readonly string[]]>([
    ["not there yet: install", "installing", {}, "installing", null, ["install 1.1.0"]],
    ["there, without traffic: give it", "installing", { ...serving, candidateWeight: known(0) }, "switching", null, ["traffic 1.1.0=100"]],
    ["there, not armed: arm it", "installing", { ...serving, candidateArmed: known(false) }, "switching", null, ["arm 1.1.0"]],
    ["gone again: install again", "switching", { candidateReady: known(false) }, "installing", null, ["install 1.1.0"]],
    [
      "unknown whether it is there: stay",
      "switching",
      { candidateReady: { kind: "unknown", why: "silent" } },
      "switching",
      null,
      ["install 1.1.0"],
    ],
    ["all is as it should be: done", "switching", serving, "switching", "succeeded", []],
    ["refused for good: failed", "installing", { stuck: stuck("never") }, "installing", "failed", []],
    ["time is over: failed", "installing", { now: 100_000 }, "installing", "failed", []],
  ])("%s", (...[, kind, view, goesTo, outcome, actions]) => {
    const step = nextSelfHeal(rolloutIn({ kind } as RolloutState, { kind: "self-heal" }), candidate, seenWith([], view));
    expect([step.state.kind, step.outcome, step.actions.map(word)]).toEqual([goesTo, outcome, actions]);
  });
});

describe("a process that is no longer pinned", () => {
  const prune = (state: RolloutState) => rolloutIn(state, { kind: "prune", candidate: null });
  const clearing: RolloutState = { kind: "clearing", since: 900 };

  it("begins by taking its traffic", () => {
    const step = beginPrune(prune(clearing), 1_000);
    expect([step.state, step.actions.map(({ kind }) => kind)]).toEqual([
      { kind: "clearing", since: 1_000 },
      ["ensure-weights", "ensure-armed"],
    ]);
  });

  it.each<[string, Partial<RolloutView>, string | null, readonly string[], number | null]>([
    ["still has traffic: take it", {}, null, ["ensure-weights", "ensure-armed"], null],
    ["has requests in flight: wait", { stableWeight: known(0), stableInFlight: known(1) }, null, [], 1_100],
    [
      "has requests in flight after drainTimeout: done",
      { stableWeight: known(0), stableInFlight: known(1), now: 3_900 },
      "succeeded",
      [],
      null,
    ],
    ["has nothing in flight: done", { stableWeight: known(0) }, "succeeded", [], null],
  ])("%s", (...[, view, outcome, actions, wakeAt]) => {
    const step = nextPrune(prune(clearing), seenWith([], view));
    expect([step.outcome, step.actions.map(({ kind }) => kind), step.wakeAt]).toEqual([outcome, actions, wakeAt]);
  });

  it("serves again when what took its paths was rejected", () => {
    const rejected: RolloutState = { kind: "rejected", why: "bad", since: 0, hadTraffic: true, trigger: "error_rate" };
    const step = nextPrune(prune(rejected), seenWith([], { stableWeight: known(0), stableArmed: known(false) }));
    expect(step.actions.map(word)).toEqual([`traffic ${stable.version}=100`, `arm ${stable.version}`]);
  });
});
