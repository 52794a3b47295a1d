/** A route whose weights are right, and whose targets are not where the versions answer now, is set again in every state that has traffic. */

import { expect, it } from "vitest";
import type { RolloutView, RolloutState } from "../../../src/domain/journal/rollout.ts";
import { nextCanary } from "../../../src/domain/strategies/canary.ts";
import { nextAfterSwitch, type AfterSwitchState } from "../../../src/domain/strategies/after-switch.ts";
import { nextSelfHeal } from "../../../src/domain/strategies/self-heal-and-prune.ts";
import { whenRejected } from "../../../src/domain/strategies/steps.ts";
import { canary } from "../../support/progressive.ts";
import { candidate, instance, known, rolloutIn, seenWith, stable } from "./rolling-values.ts";

const has = (what: "stable" | "candidate" | "shared", parts: Partial<RolloutView>): RolloutView => {
  const weight = { stable: 0, shared: 20, candidate: 100 }[what];
  const everything = { candidateReady: known(true), candidateArmed: known(what === "candidate"), stableArmed: known(what !== "candidate") };
  return seenWith([instance("one")], {
    ...everything,
    candidateWeight: known(weight),
    stableWeight: known(100 - weight),
    post: { kind: "healthy" },
    ...parts,
  });
};

function settling(state: AfterSwitchState) {
  const rollout = rolloutIn(state, { strategy: canary });
  return (view: RolloutView) => nextAfterSwitch({ rollout, candidate, old: "kept" }, state, view);
}

const rejected = { kind: "rejected", why: "bad", since: 0, hadTraffic: true, trigger: "error_rate" } as const;
const shifting: RolloutState = { kind: "shifting", step: 1, weight: 20, since: 0 };

it.each([
  ["a canary", "shared", (view: RolloutView) => nextCanary(rolloutIn(shifting, { strategy: canary }), candidate, canary, view)],
  ["a version that is validated with all traffic", "candidate", settling({ kind: "post-deployment" })],
  ["a version whose predecessor drains", "candidate", settling({ kind: "draining", since: 0 })],
  ["a version that is watched", "candidate", settling({ kind: "baking", since: 0, until: 1e9 })],
  ["a version that was rejected", "stable", (view: RolloutView) => whenRejected(rolloutIn(rejected), rejected, view)],
] as const)("%s", (_, what, next) => {
  const weights = (isRouted: boolean) =>
    next(has(what, { isRouted: known(isRouted) })).actions.filter(({ kind }) => kind === "ensure-weights");
  expect(weights(true)).toEqual([]);
  const units = { stable: [stable], candidate: [candidate], shared: [stable, candidate] }[what];
  expect(weights(false)).toMatchObject([{ kind: "ensure-weights", process: "orders", weights: units.map((unit) => ({ unit })) }]);
});

it.each([
  ["that is validated with all traffic", { kind: "post-deployment" }],
  ["whose predecessor drains", { kind: "draining", since: 0 }],
  ["that is watched", { kind: "baking", since: 0, until: 1e9 }],
] as const)("a version %s gets its traffic and its schedules where it answers, while it is put back elsewhere", (_, state) => {
  const lacking = { candidateReady: known(false), isRouted: known(false), candidateArmed: known(false) };
  const view = has("candidate", { ...lacking, instances: known([instance("one", { candidateReady: true }), instance("two")]) });
  expect(settling(state)(view).actions.map(({ kind }) => kind)).toEqual(["ensure-installed", "ensure-weights", "ensure-armed"]);
});

it("what is healed is served where it answers while it is put back again", () => {
  const rollout = rolloutIn({ kind: "switching" }, { kind: "self-heal" });
  expect(nextSelfHeal(rollout, candidate, has("candidate", { candidateReady: known(false) })).state).toEqual({ kind: "installing" });
});
