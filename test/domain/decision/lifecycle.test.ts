/** A deployment goes on by the strongest rule that applies, and stands still where a person wants it to. */

import { describe, expect, it } from "vitest";
import { isAllButOver, stoppedBy } from "../../../src/domain/decision/lifecycle.ts";
import type { ReasonCode } from "../../../src/domain/journal/reason.ts";
import type { Rollout, RolloutState } from "../../../src/domain/journal/rollout.ts";
import type { ProcessState } from "../../../src/domain/journal/state.ts";
import { caseOf, installedAs, routeTo, type Stage } from "../../support/case-values.ts";
import { now } from "../../support/decision-values.ts";
import { canary } from "../../support/progressive.ts";
import { advanced, bad, badInGit, beside, death, freeze, later, paused, switched, under } from "./lifecycle-values.ts";

/** Where it goes, and why: the state, and the reason that is shown. */
function step(of: Rollout, stage: Stage, remembered: Partial<ProcessState> = {}): readonly [string | undefined, ReasonCode | undefined] {
  const { after } = advanced(of, stage, remembered);
  return [after?.rollout?.state.kind, after?.status?.reason.code];
}

describe("a deployment that is under way", () => {
  const late = { deadline: now };
  const watched: RolloutState = { kind: "baking", since: 1, until: later };
  it.each<[string, Rollout, Stage, Partial<ProcessState>, string, ReasonCode]>([
    ["goes on by its strategy", under({ kind: "installing" }), beside, {}, "checking", "Checking"],
    ["goes back when its time is over", under({ kind: "installing" }, late), beside, {}, "rejected", "GoingBack"],
    [
      "goes back at once when it is rejected with traffic",
      under({ kind: "switching" }),
      { ...switched, observation: bad },
      {},
      "rejected",
      "GoingBack",
    ],
    [
      "goes back when a person puts it into quarantine",
      under({ kind: "installing" }),
      { ...beside, pinned: [badInGit] },
      {},
      "rejected",
      "GoingBack",
    ],
    [
      "stands still while the environment is frozen",
      under({ kind: "installing" }),
      { ...beside, pass: { freeze } },
      {},
      "installing",
      "Frozen",
    ],
    ["stands still while a person has paused it", under({ kind: "installing" }, { paused }), beside, {}, "installing", "Paused"],
    [
      "does not run out of time while it stands still",
      under({ kind: "installing" }, late),
      { ...beside, pass: { freeze } },
      {},
      "installing",
      "Frozen",
    ],
    [
      "is rejected also while it stands still",
      under({ kind: "shifting", step: 0, weight: 20, since: 1 }, { paused, strategy: canary }),
      { ...switched, observation: bad },
      {},
      "rejected",
      "GoingBack",
    ],
    [
      "ends what is half done although the environment is frozen",
      under({ kind: "switching" }),
      { ...switched, pass: { freeze } },
      {},
      "post-deployment",
      "PostDeploymentChecks",
    ],
    [
      "goes back after it has arrived, where automatic rollback may",
      under(watched),
      { ...switched, observation: bad },
      {},
      "rejected",
      "GoingBack",
    ],
    [
      "stays and waits for a person, where automatic rollback may not",
      under(watched),
      { ...switched, observation: bad },
      { knownGood: [] },
      "baking",
      "PersonMustDecide",
    ],
  ])("%s", (...[, of, stage, remembered, state, code]) => {
    expect(step(of, stage, remembered)).toEqual([state, code]);
  });
});

describe("while a deployment is under way", () => {
  const watched = under({ kind: "baking", since: 1, until: later + 1 });

  it("it is looked at again when its time is over, unless it stands still", () => {
    const installing = under({ kind: "installing" });
    const unready: Stage = { ...beside, installed: [installedAs("orders", "1.0.0")] };
    expect(advanced(installing, unready).wakeAt).toBe(later);
    expect(advanced(installing, { ...unready, pass: { freeze } }).wakeAt).toBeNull();
  });

  it("the version before it goes on to be served where it answers now", () => {
    const [target] = routeTo("orders", { "1.0.0": 100 }).shares;
    if (!target) throw new Error("it has no share");
    const elsewhere = { ...routeTo("orders", {}), shares: [{ ...target, targets: [{ instance: "one", url: "http://gone" }] }] };
    const kinds = (stage: Stage) => advanced(under({ kind: "installing" }), stage).actions.map(({ kind }) => kind);
    expect(kinds({ ...beside, routes: [elsewhere] })).toContain("ensure-weights");
    expect(kinds(beside)).not.toContain("ensure-weights");
  });

  it("it is Degraded where it is bad and must stay", () => {
    expect(advanced(watched, { ...switched, observation: bad }, { knownGood: [] }).after?.status?.health).toBe("Degraded");
    expect(advanced(watched, switched).after?.status?.health).toBe("Healthy");
  });

  it("a line that is about the same stays as it was said first", () => {
    const first = advanced(watched, { ...switched, observation: bad }, { knownGood: [] }).after?.status;
    const more = { ...bad, deaths: [...bad.deaths, death] };
    const second = advanced(watched, { ...switched, observation: more }, { knownGood: [], status: first ?? null }).after?.status;
    expect(first?.reason.text).toContain("2 times");
    expect(second?.reason).toEqual(first?.reason);
  });
});

describe("what is kept of a deployment from step to step", () => {
  const next = (of: Rollout, stage: Stage): Rollout | null | undefined => advanced(of, stage).after?.rollout;
  const lastWeight: RolloutState = { kind: "shifting", step: 3, weight: 50, since: now - 400 };
  const steps = [...canary.steps, { kind: "weight", weight: 100 }] as const;
  const half: Stage = { ...beside, routes: [routeTo("orders", { "1.0.0": 50, "1.1.0": 50 })] };

  it("is when it was switched to first", () => {
    expect(next(under({ kind: "checking" }), beside)?.switchedAt).toBeNull();
    const noChecks = under({ kind: "waiting", since: 1, hasPassed: true });
    expect(next(noChecks, beside)).toMatchObject({ state: { kind: "switching" }, switchedAt: now });
    expect(next({ ...noChecks, switchedAt: 7 }, beside)?.switchedAt).toBe(7);
  });

  it("is a person's pause, until it goes back", () => {
    const waits = under({ kind: "shifting", step: 0, weight: 20, since: 1 }, { paused, strategy: canary });
    expect(next(waits, half)?.paused).toEqual(paused);
    expect(next(waits, { ...half, observation: bad })).toMatchObject({ state: { kind: "rejected" }, paused: null });
  });

  it("is its time: what it has waited for a person is added", () => {
    const waits = under({ ...lastWeight, hasPassed: true }, { strategy: { ...canary, steps } });
    expect(next(waits, half)).toMatchObject({ state: { kind: "switching" }, deadline: later });
    const back = next(under(lastWeight, { strategy: { ...canary, steps } }), { ...half, observation: bad });
    expect(back).toMatchObject({ state: { kind: "rejected" }, deadline: later + 400 });
  });

  it("is that a canary got no shares, since its paths changed owner", () => {
    const handover = { kind: "goes", why: "all are ready", with: ["billing"], exchanged: [] } as const;
    const goes = { ...beside, pass: { handovers: new Map([["orders", handover]]) } };
    expect(next(under({ kind: "handing-over", since: 1 }, { strategy: canary }), goes)).toMatchObject({
      state: { kind: "switching" },
      isUnshared: true,
    });
    expect(next(under({ kind: "handing-over", since: 1 }), goes)?.isUnshared).toBeUndefined();
  });
});

describe("a deployment stands still", () => {
  const recreate = { strategy: { kind: "recreate" } } as const;
  it.each<[string, Rollout, boolean, "Paused" | "Frozen" | null]>([
    ["not by itself", under({ kind: "checking" }), false, null],
    ["while the environment is frozen", under({ kind: "checking" }), true, "Frozen"],
    ["while it is paused, whether frozen or not", under({ kind: "checking" }, { paused }), true, "Paused"],
    ["between two steps of a canary", under({ kind: "shifting", step: 0, weight: 20, since: 1 }, { strategy: canary }), true, "Frozen"],
    ["not while its traffic is moved", under({ kind: "switching" }), true, null],
    ["not while it is watched", under({ kind: "baking", since: 1, until: later }), true, null],
    ["not while it goes back", under({ kind: "rejected", why: "bad", since: 1, hadTraffic: true, trigger: "abort" }), true, null],
    ["before the old version is taken out by recreate", under({ kind: "validating" }, recreate), true, "Frozen"],
    ["not after that", under({ kind: "installing" }, recreate), true, null],
    ["not where it is a rollback: a freeze does not hold it", under({ kind: "checking" }, { kind: "rollback" }), true, null],
    ["where it is a rollback that a person has paused", under({ kind: "checking" }, { kind: "rollback", paused }), false, "Paused"],
  ])("%s", (_what, of, isFrozen, code) => {
    const { pass } = caseOf("orders", { ...beside, pass: { freeze: isFrozen ? freeze : null } });
    expect(stoppedBy({ pass }, of)?.code ?? null).toBe(code);
  });
});

it.each<[string, Rollout, boolean]>([
  ["is all but over while it is watched", under({ kind: "baking", since: 1, until: later }), true],
  ["is all but over while the old version is removed", under({ kind: "removing" }), true],
  ["is not while it is checked with all the traffic", under({ kind: "post-deployment" }), false],
  ["is not while recreate removes the old version first", under({ kind: "removing" }, { strategy: { kind: "recreate" } }), false],
  ["is not where it takes a process out", under({ kind: "removing" }, { kind: "prune", candidate: null }), false],
])("a deployment %s", (_what, of, expected) => {
  expect(isAllButOver(of)).toBe(expected);
});
