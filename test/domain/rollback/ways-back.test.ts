/** Who goes back with a version: who has a path that it gets back, and who gave it a path that it gives up. */

import { describe, expect, it } from "vitest";
import type { Rollout } from "../../../src/domain/journal/rollout.ts";
import type { ProcessState } from "../../../src/domain/journal/state.ts";
import {
  describeKeeper,
  exchangedWith,
  type Group,
  groupOf,
  hasPredecessor,
  mayBeRivalled,
  pinsBack,
  surroundings,
  unitBack,
  type WayBack,
} from "../../../src/domain/rollback/ways-back.ts";
import { definitionOf, goodAs, observing, pinnedTo, routeTo, type Stage, unitOf } from "../../support/case-values.ts";
import { row } from "../../support/decision-values.ts";
import { a, b, billingOver, type Called, goneBefore, move, moved, stageOf, swap, swapped, underWay, was } from "./exchanged.ts";

interface Play {
  readonly called: Called;
  readonly billing?: ProcessState | null;
  readonly stage?: Partial<Stage>;
  readonly orders?: Partial<Rollout>;
}

function play({ called, billing = billingOver(called.exchanged), stage, orders = {} }: Play): Group {
  const around = surroundings(observing(stageOf(called, stage)), (process) => (process === "billing" ? (billing ?? undefined) : undefined));
  if (!around) throw new Error("not asked");
  return groupOf("orders", { kind: "reject", rollout: underWay("orders", called.exchanged, orders) }, around);
}

const brief = ({ members, keeper, orphans }: Group) => ({
  members: Object.fromEntries([...members].map(([process, { kind }]) => [process, kind])) as Readonly<Record<string, string>>,
  keeper: keeper?.process ?? null,
  orphans: orphans.map(({ endpoint, giver }) => `${endpoint.path} of ${giver.process} ${giver.version}`),
});

const alone = { orders: "reject" };
const neverGood = billingOver(moved, { knownGood: [{ ...goodAs("billing", "2.0.0"), exchanged: moved }] });
const held = { quarantine: [{ process: "billing", version: "1.0.0", digest: definitionOf("billing", "1.0.0") }] };

describe("back goes", () => {
  it.each<[string, Play, ReturnType<typeof brief>]>([
    [
      "a version alone, with which no path changed owner",
      { called: { ...move, exchanged: [] } },
      { members: alone, keeper: null, orphans: [] },
    ],
    [
      "who gave it a path, as long as that is warm and good",
      { called: move },
      { members: { orders: "reject", billing: "reopen" }, keeper: null, orphans: [] },
    ],
    [
      "who gave it a path, and is under way itself",
      { called: move, billing: billingOver(moved, { rollout: underWay("billing", moved) }) },
      { members: { orders: "reject", billing: "reject" }, keeper: null, orphans: [] },
    ],
    [
      "the version alone, where who gave the path was never good",
      { called: move, billing: neverGood },
      { members: alone, keeper: null, orphans: ["/a of billing 1.0.0"] },
    ],
    [
      "the version alone, where who gave the path is in quarantine",
      { called: move, stage: { observation: held } },
      { members: alone, keeper: null, orphans: ["/a of billing 1.0.0"] },
    ],
    [
      "the version alone, where who gave the path is not warm",
      { called: move, stage: goneBefore },
      { members: alone, keeper: null, orphans: ["/a of billing 1.0.0"] },
    ],
    [
      "the version alone, where who gave the path has changed since",
      { called: move, stage: { pinned: [pinnedTo("billing", "3.0.0")] } },
      { members: alone, keeper: null, orphans: ["/a of billing 1.0.0"] },
    ],
    ["who has a path that it gets back", { called: swap }, { members: { orders: "reject", billing: "reopen" }, keeper: null, orphans: [] }],
    [
      "nobody, where who has the path cannot go back",
      { called: swap, billing: neverGood },
      { members: alone, keeper: "billing", orphans: [] },
    ],
    ["nobody, where who has the path is not known", { called: swap, billing: null }, { members: alone, keeper: "billing", orphans: [] }],
  ])("%s", (_what, each, expected) => {
    expect(brief(play(each))).toEqual(expected);
  });

  it("what was taken out for it, and serves again", () => {
    const exchanged = [was("orders", []), was("billing", a, null)];
    const stage = { pinned: [pinnedTo("orders", "2.0.0", { endpoints: a })], routes: [routeTo("orders", { "2.0.0": 100 }, a)] };
    const group = play({
      called: { ...move, exchanged },
      stage,
      billing: row({ process: "billing", knownGood: [goodAs("billing", "1.0.0")] }),
    });
    expect(brief(group).members).toEqual({ orders: "reject", billing: "return" });
    expect(pinsBack("orders", group, observing(stageOf(move, stage)))).toEqual([]);
  });
});

describe("of those that go back with it", () => {
  const group = play({ called: move });
  it("the pins are restored, each where it still names what goes back", () => {
    expect(pinsBack("orders", group, observing(stageOf(move)))).toEqual([{ process: "billing", from: "2.0.0", to: "1.0.0" }]);
    expect(pinsBack("orders", group, observing(stageOf(move, { pinned: [pinnedTo("billing", "3.0.0")] })))).toEqual([]);
  });

  it.each<[WayBack, string | null]>([
    [{ kind: "reject", rollout: underWay("orders", moved) }, "1.0.0"],
    [{ kind: "reject", rollout: underWay("orders", moved, { stable: null }) }, null],
    [{ kind: "reopen", from: unitOf("orders", "2.0.0"), to: unitOf("orders", "1.0.0"), exchanged: [] }, "1.0.0"],
    [{ kind: "return", to: unitOf("orders", "1.0.0") }, "1.0.0"],
  ])("the traffic goes to the version before: $kind", (way, version) => {
    expect(unitBack(way)?.version ?? null).toBe(version);
  });
});

it("nothing is known while the router or every engine is silent", () => {
  const silent = { kind: "unknown", why: "down" } as const;
  expect(surroundings(observing({ observation: { routes: silent } }), () => undefined)).toBeNull();
  expect(surroundings(observing({ observation: { engines: new Map([["node-red", silent]]) } }), () => undefined)).toBeNull();
});

describe("where engine or router does not answer, another may have a path that it gets back", () => {
  const silent: Partial<Stage> = { observation: { routes: { kind: "unknown", why: "down" } } };
  it.each<[string, Partial<Rollout>, Partial<Stage>, boolean]>([
    ["it gets one back", { stableEndpoints: b }, silent, true],
    ["it gets none back", { stableEndpoints: a }, silent, false],
    [
      "another serves it",
      { stableEndpoints: b },
      { routes: [routeTo("orders", { "2.0.0": 100 }, a), routeTo("billing", { "2.0.0": 100 }, b)] },
      true,
    ],
    ["no other serves it", { stableEndpoints: b }, { routes: [routeTo("orders", { "2.0.0": 100 }, a)] }, false],
    ["where the candidate is called is not known", { stableEndpoints: b }, { ...silent, installed: [], pinned: [] }, false],
  ])("%s", (_what, parts, stage, expected) => {
    expect(mayBeRivalled(underWay("orders", moved, parts), observing(stageOf(move, stage)))).toBe(expected);
  });
});

it("what was taken out for it may serve again while it is warm", () => {
  const exchanged = [was("orders", []), was("billing", a, null)];
  expect(hasPredecessor(underWay("orders", exchanged), observing(stageOf(move)))).toBe(true);
  expect(hasPredecessor(underWay("orders", exchanged), observing(goneBefore))).toBe(false);
  expect(hasPredecessor(underWay("orders", moved), observing(stageOf(move)))).toBe(false);
});

it("with whom paths changed owner is known of what is under way, and of what was good", () => {
  const two = unitOf("orders", "2.0.0").digest;
  expect(exchangedWith(row({ rollout: underWay("orders", moved) }), two)).toBe(moved);
  expect(exchangedWith(row({ knownGood: [{ ...goodAs("orders", "2.0.0"), exchanged: swapped }] }), two)).toBe(swapped);
  expect(exchangedWith(row({ knownGood: [goodAs("orders", "2.0.0")] }), two)).toEqual([]);
  expect(exchangedWith(undefined, two)).toEqual([]);
});

it("who keeps a path is named with what to do", () => {
  expect(describeKeeper({ process: "billing", endpoint: { method: "get", path: "/b" } })).toBe(
    "billing has GET /b, which it would get back: revert both in one commit",
  );
});
