/** A route whose weights are right, and whose targets are not where the versions answer now, is set again in every state that has traffic. */

import { expect, it } from "vitest";
import type { RolloutSeen, RolloutState } from "../../../src/domain/journal/rollout.ts";
import { nextCanary } from "../../../src/domain/strategies/canary.ts";
import { nextSettling, type SettlingState } from "../../../src/domain/strategies/after-switch.ts";
import { nextHeal } from "../../../src/domain/strategies/heal-and-retire.ts";
import { whenRejected } from "../../../src/domain/strategies/steps.ts";
import { canary } from "../../support/progressive.ts";
import { candidate, instance, known, rolloutIn, seenWith, stable } from "./rolling-values.ts";

const has = (what: "stable" | "candidate" | "shared", parts: Partial<RolloutSeen>): RolloutSeen => {
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

function settling(state: SettlingState) {
  const rollout = rolloutIn(state, { strategy: canary });
  return (seen: RolloutSeen) => nextSettling({ rollout, candidate, old: "kept" }, state, seen);
}

const rejected = { kind: "rejected", why: "bad", since: 0, hadTraffic: true, trigger: "error_rate" } as const;
const shifting: RolloutState = { kind: "shifting", step: 1, weight: 20, since: 0 };

it.each([
  ["a canary", "shared", (seen: RolloutSeen) => nextCanary(rolloutIn(shifting, { strategy: canary }), candidate, canary, seen)],
  ["a version that is validated with all traffic", "candidate", settling({ kind: "confirming" })],
  ["a version whose predecessor drains", "candidate", settling({ kind: "draining", since: 0 })],
  ["a version that is watched", "candidate", settling({ kind: "watching", since: 0, until: 1e9 })],
  ["a version that was rejected", "stable", (seen: RolloutSeen) => whenRejected(rolloutIn(rejected), rejected, seen)],
] as const)("%s", (_, what, next) => {
  const weights = (isRouted: boolean) =>
    next(has(what, { isRouted: known(isRouted) })).actions.filter(({ kind }) => kind === "ensure-weights");
  expect(weights(true)).toEqual([]);
  const units = { stable: [stable], candidate: [candidate], shared: [stable, candidate] }[what];
  expect(weights(false)).toMatchObject([{ kind: "ensure-weights", process: "orders", weights: units.map((unit) => ({ unit })) }]);
});

it.each([
  ["that is validated with all traffic", { kind: "confirming" }],
  ["whose predecessor drains", { kind: "draining", since: 0 }],
  ["that is watched", { kind: "watching", since: 0, until: 1e9 }],
] as const)("a version %s gets its traffic and its schedules where it answers, while it is put back elsewhere", (_, state) => {
  const lacking = { candidateReady: known(false), isRouted: known(false), candidateArmed: known(false) };
  const seen = has("candidate", { ...lacking, instances: known([instance("one", { candidateReady: true }), instance("two")]) });
  expect(settling(state)(seen).actions.map(({ kind }) => kind)).toEqual(["ensure-installed", "ensure-weights", "ensure-armed"]);
});

it("what is healed is served where it answers while it is put back again", () => {
  const rollout = rolloutIn({ kind: "switching" }, { kind: "heal" });
  expect(nextHeal(rollout, candidate, has("candidate", { candidateReady: known(false) })).state).toEqual({ kind: "installing" });
});
