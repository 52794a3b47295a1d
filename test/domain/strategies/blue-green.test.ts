/** The blue-green strategy: state and observation in, next state and actions out. What comes after the switch is in after-switch.test.ts. */

import { describe, expect, it } from "vitest";
import type { BlueGreenSpec } from "../../../src/domain/desired/environment.ts";
import type { RolloutState } from "../../../src/domain/journal/rollout.ts";
import { nextBlueGreen } from "../../../src/domain/strategies/blue-green.ts";
import { stuck, unreadable } from "./rolling-table.ts";
import { candidate, known, rolloutIn, seenWith } from "./rolling-values.ts";
import { policy, type PolicyRow } from "./strategy-table.ts";

const spec: BlueGreenSpec = {
  kind: "blue-green",
  healthCheckUrl: null,
  healthCheckTimeoutMs: 1_000,
  switchTrafficDelayMs: 0,
  keepOldVersion: true,
  warm: { count: 1, maxAgeMs: null },
};
const delayed: BlueGreenSpec = { ...spec, switchTrafficDelayMs: 500 };

const under = (strategy: BlueGreenSpec, rows: readonly PolicyRow[]): void =>
  policy((rollout, view) => nextBlueGreen({ ...rollout, strategy }, candidate, strategy, view), rows);

const unhealthy = { kind: "unhealthy", why: "it answers 500" } as const;
const unknown = { kind: "unknown", why: "asking" } as const;
const passed = { candidateReady: known(true), during: { kind: "healthy" } } as const;
const allTraffic = ["traffic 1.1.0=100", "arm 1.1.0"];
const backToStable = ["traffic 1.0.0=100", "arm 1.0.0"];
const rejected = (trigger: string, why: string): RolloutState => ({ kind: "rejected", why, since: 1_000, hadTraffic: false, trigger });

describe("before anything is installed", () => {
  under(spec, [
    {
      when: "valid: install it beside what runs",
      state: { kind: "validating" },
      goesTo: { kind: "installing" },
      does: ["install 1.1.0"],
      why: "valid",
    },
    { when: "validations still run: wait", state: { kind: "validating" }, view: { pre: unknown }, does: ["validate pre"] },
    {
      when: "invalid: reject it",
      state: { kind: "validating" },
      view: { pre: unhealthy },
      goesTo: rejected("pre_validation", "it answers 500"),
      does: backToStable,
      why: "it answers 500",
    },
  ]);
});

describe("while it is installed", () => {
  under(spec, [
    {
      when: "it does not answer everywhere yet: install",
      state: { kind: "installing" },
      does: ["install 1.1.0"],
      why: "waiting until it answers",
    },
    {
      when: "refused for now: try again, and say why",
      state: { kind: "installing" },
      view: { stuck: stuck("later") },
      does: ["install 1.1.0"],
      why: "the engine says no",
    },
    {
      when: "refused for good: reject it",
      state: { kind: "installing" },
      view: { stuck: stuck("never") },
      goesTo: rejected("refused", "the engine says no"),
      does: backToStable,
      why: "the engine says no",
    },
    {
      when: "its file cannot be read any more: give it up without a verdict",
      state: { kind: "installing" },
      view: { stuck: unreadable },
      goesTo: rejected("inconclusive", "1.1.0.yaml cannot be read"),
      does: backToStable,
      why: "1.1.0.yaml cannot be read",
    },
    {
      when: "it answers: check it without traffic",
      state: { kind: "installing" },
      view: { candidateReady: known(true) },
      goesTo: { kind: "checking" },
      does: ["validate during"],
    },
    {
      when: "it answers, and was good here before: switch without checks",
      state: { kind: "installing" },
      rollout: { fast: true },
      view: { candidateReady: known(true) },
      goesTo: { kind: "switching" },
      does: allTraffic,
      why: "known good",
    },
  ]);
});

describe("while it is checked without traffic", () => {
  under(spec, [
    { when: "no verdict yet: ask again", state: { kind: "checking" }, view: { candidateReady: known(true) }, does: ["validate during"] },
    {
      when: "a check fails: reject it",
      state: { kind: "checking" },
      view: { during: unhealthy },
      goesTo: rejected("validation", "it answers 500"),
      does: backToStable,
      why: "it answers 500",
    },
    {
      when: "it is gone: install it again",
      state: { kind: "checking" },
      view: { candidateInstalled: known(false) },
      goesTo: { kind: "installing" },
      does: ["install 1.1.0"],
    },
    {
      when: "passed: switch all traffic",
      state: { kind: "checking" },
      view: passed,
      goesTo: { kind: "switching" },
      does: allTraffic,
      why: "checks passed",
    },
  ]);
  under(delayed, [
    {
      when: "passed, with switchTrafficDelay: wait for it",
      state: { kind: "checking" },
      view: passed,
      goesTo: { kind: "waiting", since: 1_000 },
      why: "switching in 500 ms",
      wakeAt: 1_500,
    },
  ]);
});

describe("while it waits for switchTrafficDelay", () => {
  under(delayed, [
    { when: "not over yet: wait", state: { kind: "waiting", since: 501 }, view: passed, why: "switchTrafficDelay", wakeAt: 1_001 },
    {
      when: "over, to the millisecond: switch",
      state: { kind: "waiting", since: 500 },
      view: passed,
      goesTo: { kind: "switching" },
      does: allTraffic,
    },
    {
      when: "a person promotes it: switch",
      state: { kind: "waiting", since: 999, hasPassed: true },
      view: passed,
      goesTo: { kind: "switching" },
      does: allTraffic,
      why: "promoted",
    },
    {
      when: "it no longer answers: install it again, even if the delay is over",
      state: { kind: "waiting", since: 0 },
      view: { candidateReady: known(false) },
      goesTo: { kind: "installing" },
      does: ["install 1.1.0"],
    },
    {
      when: "whether it answers is unknown: that alone does not stop it",
      state: { kind: "waiting", since: 0 },
      view: { candidateReady: unknown },
      goesTo: { kind: "switching" },
      does: allTraffic,
    },
  ]);
});

describe("once it has the traffic", () => {
  const over = { candidateReady: known(true), candidateWeight: known(100), stableWeight: known(0), candidateArmed: known(true) };

  it.each([
    ["kept", spec, "succeeded", "draining"],
    ["removed", { ...spec, keepOldVersion: false }, null, "removing"],
  ] as const)("the old version is %s as keepOldVersion says", (_what, strategy, outcome, kind) => {
    const step = nextBlueGreen(rolloutIn({ kind: "draining", since: 0 }, { strategy }), candidate, strategy, seenWith([], over));
    expect([step.outcome, step.state.kind]).toEqual([outcome, kind]);
  });
});
