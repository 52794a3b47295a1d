/** How a deployment is opened, and what it leaves behind when it is rejected and when it ends. */

import { describe, expect, it } from "vitest";
import { open } from "../../../src/domain/decision/lifecycle.ts";
import type { Rollout, RolloutState } from "../../../src/domain/journal/rollout.ts";
import type { ProcessState } from "../../../src/domain/journal/state.ts";
import { caseOf, goodAs, installedAs, routeTo, type Stage, viewOf } from "../../support/case-values.ts";
import { now, row } from "../../support/decision-values.ts";
import { canary } from "../../support/progressive.ts";
import { advanced, bad, beside, candidate, stable, switched, under } from "./lifecycle-values.ts";

describe("a version that is rejected leaves", () => {
  it.each<[string, Rollout, Stage, { readonly isOwed: boolean; readonly quarantined: number }]>([
    [
      "a revert and a quarantine, where it had traffic",
      under({ kind: "switching" }),
      { ...switched, observation: bad },
      { isOwed: true, quarantined: 1 },
    ],
    ["nothing, where it had none", under({ kind: "installing" }, { deadline: now }), beside, { isOwed: false, quarantined: 0 }],
    [
      "nothing, where it was not judged",
      under({ kind: "shifting", step: 3, weight: 50, since: 1, hasPassed: true }, { strategy: canary, deadline: now }),
      { ...switched, routes: [routeTo("orders", { "1.0.0": 50, "1.1.0": 50 })] },
      { isOwed: false, quarantined: 0 },
    ],
  ])("%s", (_what, of, stage, { isOwed, quarantined }) => {
    const { after } = advanced(of, stage);
    expect(after?.rollout?.state.kind).toBe("rejected");
    expect([after?.revert !== null, after?.quarantined.length]).toEqual([isOwed, quarantined]);
  });
});

describe("a deployment that ends", () => {
  const gone: Stage = { ...beside, installed: [installedAs("orders", "1.0.0")] };
  const rejected = (hadTraffic: boolean): RolloutState => ({ kind: "rejected", why: "bad", since: 1, hadTraffic, trigger: "error_rate" });
  const takingOut = under({ kind: "removing" }, { kind: "prune", candidate: null });
  const ended = (of: Rollout, stage: Stage) => advanced(of, stage, { takenOutAt: 3 });

  it.each<[string, Rollout, Stage, string, Partial<ProcessState>]>([
    [
      "well is known to be good, and nothing is refused",
      under({ kind: "baking", since: 1, until: now }),
      switched,
      "Succeeded",
      { rollout: null, refused: null, takenOutAt: 3 },
    ],
    [
      "without having had traffic has failed, and is not tried again",
      under(rejected(false)),
      gone,
      "Failed",
      { refused: { unit: candidate, code: "DeploymentFailed", why: expect.stringContaining("bad"), at: now } },
    ],
    ["with traffic that went back was rolled back", under(rejected(true)), gone, "RolledBack", { rollout: null }],
    [
      "since it is pinned again was superseded",
      under({ kind: "clearing", since: 1 }, { kind: "prune", candidate: null, exchanged: [] }),
      beside,
      "Superseded",
      { refused: null, takenOutAt: 3 },
    ],
    ["and took a process out remembers when", takingOut, { installed: [], routes: [] }, "Succeeded", { takenOutAt: now, refused: null }],
  ])("%s", (...[, of, stage, phase, left]) => {
    const { after, deployments } = ended(of, stage);
    expect(deployments.map((update) => [update.phase, update.endedAt])).toEqual([[phase, now]]);
    expect(after).toMatchObject(left);
  });

  it("gives its place to others at once", () => {
    const places = new Set(["orders"]);
    const decision = advanced(under({ kind: "baking", since: 1, until: now }), { ...switched, pass: { places } });
    expect([[...places], decision.wakeAt]).toEqual([[], now]);
  });
});

describe("a deployment is opened", () => {
  const opening = { kind: "deploy", candidate, fast: false, why: "1.1.0 is pinned" } as const;
  const opened = (parts: Partial<Parameters<typeof open>[2]> = {}, remembered: Partial<ProcessState> = {}) => {
    const stage: Stage = { ...beside, states: [row({ knownGood: [goodAs("orders", "1.0.0")], ...remembered })] };
    return open(caseOf("orders", stage), viewOf("orders", stage), { ...opening, ...parts });
  };
  const refused = { unit: candidate, why: "bad", at: 1 };

  it.each<[string, Partial<Parameters<typeof open>[2]>, Partial<ProcessState>, Partial<ProcessState>]>([
    ["from what serves to what is pinned", {}, {}, { rollout: expect.objectContaining({ stable, candidate, kind: "deploy" }) }],
    ["and what was refused is tried", {}, { refused }, { refused: null }],
    ["that heals, and what was refused stays refused", { kind: "self-heal", candidate: stable }, { refused }, { refused }],
    ["and what was taken out is kept warm until it serves again", {}, { takenOutAt: 5 }, { takenOutAt: 5 }],
    [
      "that takes it out, and the time since it was taken out begins anew",
      { kind: "prune", candidate: null },
      { takenOutAt: 5 },
      { takenOutAt: null },
    ],
  ])("%s", (_what, parts, remembered, after) => {
    expect(opened(parts, remembered).after).toMatchObject(after);
  });

  it("with two lines of history: why it began, and its first state", () => {
    expect(opened().deployments.map(({ step: { state, code, why } }) => [state, code, why])).toEqual([
      ["started", "Validating", "1.1.0 is pinned"],
      ["validating", "Validating", expect.any(String)],
    ]);
    expect(opened({ kind: "self-heal", candidate: stable, isByHand: true }).deployments[0]?.step.code).toBe("HealingDrift");
  });

  it("and has a place among those that may run at once", () => {
    const one = caseOf("orders", beside);
    open(one, viewOf("orders", beside), opening);
    expect([...one.pass.places]).toEqual(["orders"]);
  });
});
