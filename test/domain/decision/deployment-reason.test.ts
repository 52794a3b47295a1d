/** Which reason a deployment has while it is under way, and when it ends. */

import { describe, expect, it } from "vitest";
import { codeAtEnd, codeOf, codeUnderWay, rejectedPhase } from "../../../src/domain/decision/deployment-reason.ts";
import type { Rollout, RolloutState, StrategyStep } from "../../../src/domain/journal/rollout.ts";
import type { DeploymentPhase } from "../../../src/domain/journal/status.ts";
import type { ReasonCode } from "../../../src/domain/journal/reason.ts";
import { rollout } from "../../support/decision-values.ts";
import { canary } from "../../support/progressive.ts";
import { blueGreen } from "../../support/spec.ts";
import { stuck } from "../strategies/rolling-table.ts";

const rejected = (parts: { readonly trigger?: string; readonly hadTraffic?: boolean }): RolloutState => ({
  kind: "rejected",
  why: "bad",
  since: 1,
  hadTraffic: true,
  trigger: "error_rate",
  ...parts,
});

it.each<[string, Partial<Rollout>, ReasonCode]>([
  ["a deployment has the code of its state", { strategy: blueGreen, state: { kind: "checking" } }, "Checking"],
  ["one that removes the old version at its end", { strategy: blueGreen, state: { kind: "removing" } }, "Removing"],
  ["recreate removes the old version first", { state: { kind: "removing" } }, "TakingOut"],
  ["self-healing", { kind: "self-heal" }, "Healing"],
  ["a process that left the pins", { kind: "prune", candidate: null, state: { kind: "clearing", since: 0 } }, "TakingOut"],
  ["a canary at a weight", { strategy: canary, state: { kind: "shifting", step: 0, weight: 20, since: 0 } }, "Shifting"],
  [
    "a canary that only a person takes further",
    { strategy: canary, state: { kind: "shifting", step: 3, weight: 50, since: 0 } },
    "AwaitsPromotion",
  ],
])("under way: %s", (_what, parts, code) => {
  expect(codeUnderWay(rollout(parts))).toBe(code);
});

describe("a step", () => {
  const step: StrategyStep = { state: { kind: "installing" }, actions: [], why: "x", outcome: null, wakeAt: null };
  const paused = { code: "Paused" } as const;
  const all = { strategy: blueGreen, switchedAt: 1 } as const;

  it.each<[string, Partial<StrategyStep>, Partial<Rollout>, Partial<Parameters<typeof codeOf>[2]>, ReasonCode]>([
    [
      "has the code that its strategy gives it, before all others",
      { code: "HandingOver" },
      { state: rejected({}) },
      { stopped: paused },
      "HandingOver",
    ],
    ["of what goes back says so, also while it is paused", {}, { state: rejected({}) }, { stopped: paused }, "GoingBack"],
    ["of what is paused says so, also when it is refused", {}, {}, { stopped: paused, rolloutView: { stuck: stuck("later") } }, "Paused"],
    ["that was refused says so", {}, {}, { rolloutView: { stuck: stuck("later") } }, "ActionRefused"],
    ["that enters another state is not refused yet", {}, {}, { rolloutView: { stuck: stuck("later") }, isSame: false }, "Installing"],
    [
      "of a version with all the traffic that can never be installed again",
      {},
      all,
      { rolloutView: { stuck: stuck("never") } },
      "NotRestored",
    ],
    ["of one with all the traffic that is tried again", {}, all, { rolloutView: { stuck: stuck("later") } }, "ActionRefused"],
  ])("%s", (...[, parts, of, circumstances, code]) => {
    const given = { rolloutView: { stuck: null }, stopped: null, isSame: true, ...circumstances };
    expect(codeOf({ ...step, ...parts }, rollout(of), given)).toBe(code);
  });
});

it.each<[string, RolloutState, DeploymentPhase]>([
  ["with traffic", rejected({}), "RolledBack"],
  ["without traffic", rejected({ hadTraffic: false }), "Failed"],
  ["by a person", rejected({ trigger: "abort" }), "Aborted"],
  ["without a verdict", rejected({ trigger: "inconclusive" }), "Aborted"],
  ["not at all", { kind: "installing" }, "Failed"],
])("a version that was rejected %s ends in its phase", (_what, state, phase) => {
  expect(rejectedPhase(state)).toBe(phase);
});

it.each<[Rollout["kind"], DeploymentPhase, string | null, ReasonCode]>([
  ["deploy", "Succeeded", null, "AsPinned"],
  ["rollback", "Succeeded", null, "AsPinned"],
  ["self-heal", "Succeeded", null, "AsPinned"],
  ["prune", "Succeeded", null, "TakenOut"],
  ["deploy", "Superseded", null, "Superseded"],
  ["self-heal", "Superseded", null, "Superseded"],
  ["self-heal", "Failed", null, "NotRestored"],
  ["deploy", "Failed", "validation", "DeploymentFailed"],
  ["deploy", "Aborted", "abort", "Aborted"],
  ["deploy", "Aborted", "inconclusive", "NotJudged"],
  ["deploy", "RolledBack", "error_rate", "RolledBack"],
  ["deploy", "RolledBack", "engine_death", "KillsEngine"],
])("a deployment of kind %s that ended as %s (%s) has the code %s", (kind, phase, trigger, code) => {
  const state = trigger === null ? ({ kind: "installing" } as const) : rejected({ trigger });
  expect(codeAtEnd(rollout({ kind, state }), phase)).toBe(code);
});
