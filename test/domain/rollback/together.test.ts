/** Versions whose paths changed owner between them go back in one write of the table, or not at all. */

import { describe, expect, it } from "vitest";
import { decideProcess } from "../../../src/domain/decision/decide-process.ts";
import type { Rollout } from "../../../src/domain/journal/rollout.ts";
import type { ProcessState } from "../../../src/domain/journal/state.ts";
import type { Observation } from "../../../src/domain/observed/observation.ts";
import { giveTraffic } from "../../../src/domain/strategies/steps.ts";
import { describeGroup, type Decided, goBackTogether } from "../../../src/domain/rollback/together.ts";
import type { Group } from "../../../src/domain/rollback/ways-back.ts";
import { caseOf, get, goodAs, observing, pinnedTo, routeTo, type Stage, unitOf } from "../../support/case-values.ts";
import { row } from "../../support/decision-values.ts";
import { a, billingOver, type Called, move, moved, stageOf, swap, underWay, was } from "./exchanged.ts";

interface Play {
  readonly called: Called;
  readonly orders?: Partial<Rollout>;
  /** As it is remembered; it is at rest unless it has a rollout. */
  readonly billing?: ProcessState | null;
  readonly stage?: Partial<Stage>;
  readonly observation?: Partial<Observation>;
  /** The metrics reject these. */
  readonly bad?: readonly string[];
}

/** The decision about orders, which is rejected in this pass, and about billing, as they are once both are looked at together. */
function play({ called, orders = {}, billing = billingOver(called.exchanged), stage, observation = {}, bad = ["orders"] }: Play) {
  const deaths = bad.flatMap((process) => [1, 2].map(() => ({ instance: "one", agoMs: 0, suspects: [unitOf(process, "2.0.0")] })));
  const first = row({ knownGood: [goodAs("orders", "1.0.0")], rollout: underWay("orders", called.exchanged, orders) });
  const states = billing ? [first, billing] : [first];
  const whole: Stage = { ...stageOf(called, stage), states };
  const decidedOf = (remembered: ProcessState, seen: Partial<Observation>): Decided => {
    const one = caseOf(remembered.process, { ...whole, observation: { ...seen, deaths } });
    const atRest = { after: remembered, actions: [], replacesOwed: false, deployments: [], wakeAt: null };
    return { remembered, decision: remembered.rollout ? decideProcess(one) : atRest };
  };
  const underWayNow = states.filter(({ rollout }) => rollout !== null).map((one) => decidedOf(one, {}));
  const both = goBackTogether(underWayNow, { ...observing(whole), ...observation }, (process) =>
    process === "billing" && billing ? decidedOf(billing, {}) : null,
  );
  return new Map(both.map((one) => [one.remembered.process, one]));
}

type Played = ReturnType<typeof play>;

/** Who gets traffic, and in one write with whom: `orders 1.0.0 with billing`. */
function traffic(played: Played): readonly string[] {
  return [...played.values()].flatMap(({ remembered, decision }) =>
    decision.actions.flatMap((action) =>
      action.kind === "ensure-weights"
        ? [
            `${remembered.process} ${action.weights.map(({ unit }) => unit.version).join(",") || "nothing"} with ${action.with?.join(",") ?? "nobody"}`,
          ]
        : [],
    ),
  );
}

const neverGood = billingOver(moved, { knownGood: [{ ...goodAs("billing", "2.0.0"), exchanged: moved }] });
const neverGoodSwapped = billingOver(swap.exchanged, { knownGood: [{ ...goodAs("billing", "2.0.0"), exchanged: swap.exchanged }] });
const billingUnderWay = billingOver(moved, { rollout: underWay("billing", moved) });
const alone = ["orders 1.0.0 with nobody"];
const both = ["orders 1.0.0 with billing", "billing 1.0.0 with orders"];
/** Orders was renamed from billing: that was taken out, and is warm. */
const renamed: Play = {
  called: { ...move, exchanged: [was("orders", []), was("billing", a, null)] },
  stage: { pinned: [pinnedTo("orders", "2.0.0", { endpoints: a })], routes: [routeTo("orders", { "2.0.0": 100 }, a)] },
  billing: row({ process: "billing", knownGood: [goodAs("billing", "1.0.0")], takenOutAt: 5 }),
};
const firstOfRenamed: Play = { ...renamed, orders: { stable: null }, billing: row({ process: "billing", takenOutAt: 5 }) };
const silent = { routes: { kind: "unknown", why: "down" } } as const;

describe("a version that is rejected", () => {
  it.each<[string, Play, readonly string[]]>([
    ["goes back alone, where no path changed owner", { called: { ...move, exchanged: [] } }, alone],
    ["takes along the process that gave it a path", { called: move }, both],
    ["takes along the process that has a path of its own now", { called: swap }, both],
    ["takes along the process that is under way itself", { called: move, billing: billingUnderWay }, both],
    [
      "goes back in one write with the other one that is rejected",
      { called: move, billing: billingUnderWay, bad: ["orders", "billing"] },
      both,
    ],
    ["lets serve again what was taken out for it", renamed, both],
    ["goes back alone, where the process that gave it a path cannot", { called: move, billing: neverGood }, alone],
    ["stays, where the process that has a path of its own cannot go back", { called: swap, billing: neverGoodSwapped }, []],
    ["stays, where it is the first version and what served its paths before was never good", firstOfRenamed, []],
    ["takes nobody along where it had no traffic", { called: move, bad: [], orders: { state: { kind: "checking" }, deadline: 1 } }, alone],
    ["waits, while the router does not say who has its paths", { called: move, observation: silent }, []],
    [
      "goes back alone although the router is silent, where it gets no path back",
      { called: { ...move, exchanged: [] }, observation: silent },
      alone,
    ],
    [
      "waits, while the router is silent and it would get a path back",
      { called: { ...move, exchanged: [] }, orders: { stableEndpoints: get("/z") }, observation: silent },
      [],
    ],
  ])("%s", (_what, each, expected) => {
    expect(traffic(play(each))).toEqual(expected);
  });

  it.each<[string, Play, string, RegExp]>([
    [
      "stays, and a person must decide",
      { called: swap, billing: neverGoodSwapped },
      "PersonMustDecide",
      /not rolled back: billing has GET \/b/u,
    ],
    [
      "waits, and says for whom",
      { called: move, observation: silent },
      "RouterUnknown",
      /not rolled back yet: paths changed owner between it and billing/u,
    ],
    ["goes back, and says who goes with it", { called: move }, "GoingBack", /billing goes back together with it/u],
    [
      "goes back, and says which path is served by no process then",
      { called: move, billing: neverGood },
      "GoingBack",
      /no process serves GET \/a any more: billing 1\.0\.0 did/u,
    ],
  ])("%s", (_what, each, code, text) => {
    const { decision } = play(each).get("orders") ?? {};
    expect(decision?.after?.status?.reason).toMatchObject({ code, text: expect.stringMatching(text) as unknown });
  });

  it("is as it was where it stays: no history, no revert, no quarantine", () => {
    const { remembered, decision } = play({ called: swap, billing: neverGoodSwapped }).get("orders") ?? {};
    expect(decision).toMatchObject({
      deployments: [],
      replacesOwed: false,
      after: { rollout: remembered?.rollout, revert: null, quarantined: [] },
    });
  });
});

/** What could not be judged goes back also to what was never found good. */
function givenUp(process: string, parts: Partial<ProcessState>): Decided {
  const rollout = underWay(process, swap.exchanged);
  const remembered = row({ process, rollout, ...parts });
  const state = { kind: "rejected", why: "not judged", since: 1, hadTraffic: true, trigger: "inconclusive" } as const;
  const after = { ...remembered, rollout: { ...rollout, state } };
  return {
    remembered,
    decision: { after, actions: giveTraffic(process, rollout.stable), replacesOwed: true, deployments: [], wakeAt: null },
  };
}

it.each([["orders", "billing"] as const, ["billing", "orders"] as const])(
  "two that swapped paths and are given up at once go back in one write, although only one of them could take the other along: %s, %s",
  (...names) => {
    const known = { orders: { knownGood: [goodAs("orders", "1.0.0")] }, billing: {} };
    const decided = names.map((name) => givenUp(name, known[name]));
    const whole = { ...stageOf(swap), states: decided.map(({ remembered }) => remembered) };
    const back = goBackTogether(decided, observing(whole), () => null);
    const played = new Map(back.map((one) => [one.remembered.process, one]));
    expect(traffic(played).toSorted((one, other) => one.localeCompare(other))).toEqual(both.toReversed());
  },
);

describe("the commit of a version that is rejected", () => {
  const revertOf = (each: Play, process = "orders") => play(each).get(process)?.decision.after?.revert?.request;

  it.each<[string, Play, readonly unknown[] | undefined]>([
    ["puts its own pin back alone, where no path changed owner", { called: { ...move, exchanged: [] } }, undefined],
    ["puts the pins of those back that go with it", { called: move }, [{ process: "billing", from: "2.0.0", to: "1.0.0" }]],
    [
      "leaves the pin of the other one, which is rejected too and has its own commit",
      { called: move, billing: billingUnderWay, bad: ["orders", "billing"] },
      undefined,
    ],
  ])("%s", (_what, each, along) => {
    expect(revertOf(each)).toMatchObject({ from: "2.0.0", to: "1.0.0" });
    expect(revertOf(each)?.along).toEqual(along);
  });

  it("says, with its quarantine, which path is served by no process then", () => {
    const after = play({ called: move, billing: neverGood }).get("orders")?.decision.after;
    expect(after?.revert?.request.why).toContain("no process serves GET /a any more");
    expect(after?.quarantined[0]?.why).toBe(after?.revert?.request.why);
  });

  it("is asked for as it is remembered", () => {
    const { decision } = play({ called: move }).get("orders") ?? {};
    const asked = decision?.actions.flatMap((action) => (action.kind === "ensure-reverted" ? [action.request] : []));
    expect(asked).toEqual([decision?.after?.revert?.request]);
  });

  it("is not written where a process without a pin serves again: the pin alone would take its paths", () => {
    const { decision } = play(renamed).get("orders") ?? {};
    expect(decision?.after?.revert).toBeNull();
    expect(decision?.actions.map(({ kind }) => kind)).not.toContain("ensure-reverted");
  });
});

describe("a process that goes back with another one", () => {
  const along = (each: Play) => play(each).get("billing")?.decision;

  it.each<[string, Play, RegExp]>([
    [
      "is not rejected, and its pin goes back too",
      { called: move },
      /with orders, because .* it is not rejected; its pin goes back by the same commit/u,
    ],
    ["serves again where it was taken out", renamed, /serves again: orders, which took its paths over, is rolled back/u],
  ])("%s", (_what, each, why) => {
    const decision = along(each);
    expect(decision?.after).toMatchObject({ revert: null, quarantined: [], takenOutAt: null });
    expect(decision?.after?.rollout?.state).toMatchObject({
      kind: "rejected",
      trigger: "handed-back",
      why: expect.stringMatching(why) as unknown,
    });
  });

  it("has a revert of its own where it is rejected too", () => {
    expect(along({ called: move, billing: billingUnderWay, bad: ["orders", "billing"] })?.after?.revert?.request.process).toBe("billing");
  });
});

it("what happens besides is said for a person's command too", () => {
  const back = { kind: "reopen", from: unitOf("billing", "2.0.0"), to: unitOf("billing", "1.0.0"), exchanged: [] } as const;
  const group: Group = { members: new Map([["billing", back]]), keeper: null, orphans: [] };
  expect([describeGroup("orders", group), describeGroup("billing", group)]).toEqual(["billing goes back together with it", ""]);
});
