/** Paths that change owner: they do so in one write of the routing table, when everything is ready; until then all stays as it is. */

import { describe, expect, it } from "vitest";
import { planHandovers, type Stirring } from "../../../src/domain/decision/handovers.ts";
import type { Handovers } from "../../../src/domain/journal/handover.ts";
import type { Rollout, RolloutState } from "../../../src/domain/journal/rollout.ts";
import { requestsOf } from "../../../src/domain/observed/requests.ts";
import type { Observation } from "../../../src/domain/observed/observation.ts";
import type { Pinned } from "../../../src/domain/desired/resolve.ts";
import { get, installedAs, observing, pinnedTo, routeTo, type Stage, unitOf } from "../../support/case-values.ts";
import { now, person, rollout, row } from "../../support/decision-values.ts";
import { canary } from "../../support/progressive.ts";
import { spec } from "../../support/spec.ts";

type Paths = Readonly<Record<string, readonly string[]>>;
/** Where each process is called by its version 1.0.0, and where by 2.0.0, which is pinned; without an entry in `after` it is not pinned. */
interface Move {
  readonly before: Paths;
  readonly after: Paths;
}

const move: Move = { before: { orders: ["/a", "/m"], billing: ["/b"] }, after: { orders: ["/a"], billing: ["/b", "/m"] } };
const swap: Move = { before: { orders: ["/a"], billing: ["/b"] }, after: { orders: ["/b"], billing: ["/a"] } };
const round: Move = {
  before: { orders: ["/a"], billing: ["/b"], carts: ["/c"] },
  after: { orders: ["/b"], billing: ["/c"], carts: ["/a"] },
};
const rename: Move = { before: { orders: ["/a"] }, after: { billing: ["/a"] } };

const waiting: RolloutState = { kind: "handing-over", since: 1 };

interface Change {
  /** Of orders; null: none is under way. */
  readonly rollout?: Partial<Rollout> | null;
  readonly orders?: Partial<Stirring["remembered"]>;
  readonly commands?: Stirring["commands"];
  /** Beside, or in place of, what the move says. */
  readonly pinned?: readonly Pinned[];
  readonly stage?: Pick<Stage, "installed" | "routes">;
  readonly observation?: Partial<Observation>;
  readonly isFrozen?: boolean;
}

function stageOf({ before, after }: Move, { pinned = [], stage, observation }: Change): Stage {
  const both = [
    ...Object.entries(before).map((each) => ["1.0.0", ...each] as const),
    ...Object.entries(after).map((each) => ["2.0.0", ...each] as const),
  ];
  return {
    pinned: [...Object.entries(after).map(([process, paths]) => pinnedTo(process, "2.0.0", { endpoints: get(...paths) })), ...pinned],
    installed: both.map(([version, process, paths]) => installedAs(process, version, { endpoints: get(...paths) })),
    routes: Object.entries(before).map(([process, paths]) => routeTo(process, { "1.0.0": 100 }, get(...paths))),
    ...stage,
    observation: { ...observation },
  };
}

/** Every process of the move is ready for its 2.0.0; orders as the change says. */
function plannedBy(of: Move, change: Change = {}): Handovers | null {
  const observation = observing(stageOf(of, change));
  const processes = new Set([...Object.keys(of.before), ...Object.keys(of.after)]);
  const stirring = [...processes].map((process): Stirring => {
    const isPinned = process in of.after;
    const under = rollout({
      process,
      stable: process in of.before ? unitOf(process, "1.0.0") : null,
      candidate: unitOf(process, "2.0.0"),
      strategy: spec.strategy,
      deadline: now + 1_000,
      state: waiting,
    });
    const own = process === "orders" ? change : {};
    const begun = isPinned && own.rollout !== null ? { ...under, ...own.rollout } : null;
    return {
      remembered: row({ process, rollout: begun, ...own.orders }),
      desired: observation.desired?.processes.get(process) ?? null,
      commands: own.commands ?? [],
    };
  });
  return planHandovers(stirring, observation, change.isFrozen ? { by: person, why: "sale", at: 1 } : null);
}

/** `goes with billing`, or why it waits. */
function brief(handovers: Handovers | null): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...(handovers ?? [])].map(([process, each]) => [
      process,
      each.kind === "goes" ? `goes with ${each.with.toSorted().join(", ")}` : each.why,
    ]),
  );
}

describe("paths change owner at once", () => {
  it.each<[string, Move, Readonly<Record<string, string>>]>([
    ["where one moves", move, { orders: "goes with billing", billing: "goes with orders" }],
    ["where two are swapped", swap, { orders: "goes with billing", billing: "goes with orders" }],
    [
      "where they go round among three",
      round,
      { orders: "goes with billing, carts", billing: "goes with carts, orders", carts: "goes with billing, orders" },
    ],
    ["where a process is renamed", rename, { orders: "goes with billing", billing: "goes with orders" }],
    [
      "and no other process is part of it",
      { before: { ...move.before, carts: ["/c"] }, after: { ...move.after, carts: ["/c"] } },
      { orders: "goes with billing", billing: "goes with orders" },
    ],
    ["not where each keeps its own", { before: { orders: ["/a"] }, after: { orders: ["/a"] } }, {}],
  ])("%s", (_what, of, expected) => {
    expect(brief(plannedBy(of))).toEqual(expected);
  });

  it("and what nobody takes over is not given", () => {
    const dropping: Move = { ...move, before: { ...move.before, orders: ["/a", "/m", "/gone"] } };
    const going = plannedBy(dropping)?.get("orders");
    expect(going?.kind === "goes" && going.exchanged.flatMap(({ gave }) => gave)).toEqual(get("/m").flatMap(requestsOf));
  });

  it("and each of them remembers what it had before, and what it gave", () => {
    const going = plannedBy(rename)?.get("orders");
    const exchanged = going?.kind === "goes" ? going.exchanged : [];
    expect(Object.fromEntries(exchanged.map(({ process, before, after, gave }) => [process, { before, after, gave }]))).toEqual({
      orders: { before: unitOf("orders", "1.0.0"), after: null, gave: get("/a").flatMap(requestsOf) },
      billing: { before: null, after: unitOf("billing", "2.0.0"), gave: [] },
    });
  });
});

describe("all of them wait", () => {
  const slow = (why: string) => ({ billing: `hands over: waits for orders, with which GET /m changes owner: ${why}`, orders: waitsToo });
  const waitsToo = "hands over: paths change owner together with billing";
  const failed = { unit: unitOf("orders", "2.0.0"), why: "bad", at: 1 };
  const shifting: RolloutState = { kind: "shifting", step: 3, weight: 50, since: 1 };
  const [one, ...others] = stageOf(move, {}).installed?.toReversed() ?? [];
  const unready = {
    installed: [...others, ...(one ? [one] : [])].filter(({ process, version }) => process !== "orders" || version !== "2.0.0"),
  };

  it.each<[string, Change, string]>([
    ["for one that has not begun", { rollout: null }, "its deployment has not started"],
    [
      "for one that still begins with another version",
      { rollout: { candidate: unitOf("orders", "1.5.0") } },
      "its deployment has not started",
    ],
    ["for one that is not installed yet", { rollout: { state: { kind: "installing" } } }, "it is installing"],
    [
      "for one that goes back",
      { rollout: { state: { kind: "rejected", why: "bad", since: 1, hadTraffic: true, trigger: "x" } } },
      "it is rejected",
    ],
    ["for one that does not answer", { stage: unready }, "it does not answer"],
    ["for a canary that has steps left", { rollout: { strategy: canary, state: shifting } }, "it is shifting"],
    [
      "for one that has failed",
      { rollout: null, orders: { refused: failed } },
      "its deployment failed; `pinion retry production/orders` tries it again",
    ],
    ["for one that a person has paused", { rollout: { paused: { by: person, why: "", at: 1 } } }, "a person has stopped it"],
    [
      "for one about which a person has given a command",
      { commands: [{} as Stirring["commands"][number]] },
      "a person must decide about it",
    ],
    ["for one whose time is over", { rollout: { deadline: now } }, "its time is over"],
  ])("%s", (_what, change, why) => {
    expect(brief(plannedBy(move, change))).toEqual(slow(why));
  });

  it("while the environment is frozen, unless they go back", () => {
    const frozen = plannedBy(move, { isFrozen: true });
    expect(brief(frozen)).toMatchObject({ orders: expect.stringContaining("a person has stopped it") as unknown });
    const back = plannedBy(move, { isFrozen: true, rollout: { kind: "rollback" } });
    expect(brief(back)).toMatchObject({ billing: waitsToo.replace("billing", "orders") });
  });

  it("for one whose metrics reject it", () => {
    const death = { instance: "one", agoMs: 0, suspects: [unitOf("orders", "2.0.0")] };
    const last = { strategy: canary, state: { ...shifting, hasPassed: true } as const };
    const planned = plannedBy(move, { rollout: last, observation: { deaths: [death, death] } });
    expect(brief(planned)).toEqual(slow("its metrics reject it"));
  });

  it("not for one that is switched already as far as was decided", () => {
    const owed = { state: { kind: "switching" }, exchanged: [] } as const;
    expect(brief(plannedBy(move, { rollout: owed }))).toEqual({ orders: "goes with billing", billing: "goes with orders" });
  });

  it("not for one that gets its traffic step by step and has no step left", () => {
    const last = { strategy: canary, state: { ...shifting, hasPassed: true } as const };
    expect(brief(plannedBy(move, { rollout: last }))).toEqual({ orders: "goes with billing", billing: "goes with orders" });
  });
});

describe("paths stay with their owner", () => {
  const broken = (version: string): Pinned => ({ kind: "broken", process: "orders", version, why: "bad" }) as unknown as Pinned;

  it.each<[string, Change]>([
    ["whose pin stays", { pinned: [pinnedTo("orders", "1.0.0", { endpoints: get("/a", "/m") })], rollout: null }],
    ["whose pin cannot be used", { pinned: [broken("9.9.9")], rollout: null }],
  ])("%s", (_what, change) => {
    expect(brief(plannedBy(move, change))).toEqual({ billing: "hands over: waits until orders gives up GET /m, which it serves" });
  });

  it("and whoever waits for it waits with nobody, so that it is in no circle of them", () => {
    const both: Move = {
      before: { ...move.before, carts: ["/c", "/n"] },
      after: { ...move.after, billing: ["/b", "/m", "/n"], carts: ["/c"] },
    };
    const kept = plannedBy(both, { pinned: [pinnedTo("orders", "1.0.0", { endpoints: get("/a", "/m") })], rollout: null });
    expect(kept?.get("billing")).toMatchObject({ kind: "waits", with: [] });
    expect(kept?.get("carts")).toMatchObject({ kind: "waits", with: ["billing"] });
  });

  it("whose pin is gone, where nothing may be taken out", () => {
    const { desired } = observing(stageOf(rename, {}));
    const unclear = { desired: desired && { ...desired, unpinned: { kind: "unclear", why: "the environment has errors" } as const } };
    expect(brief(plannedBy(rename, { observation: unclear }))).toEqual({
      billing: "hands over: waits until orders gives up GET /a, which it serves",
    });
  });

  describe("also while 2.0.0 of it serves, which", () => {
    const routes = [routeTo("orders", { "2.0.0": 100 }, get("/a")), routeTo("billing", { "1.0.0": 100 }, get("/b"))];
    const gone = (stageOf(move, {}).installed ?? []).filter(({ process, version }) => process !== "orders" || version !== "1.0.0");
    const watched: RolloutState = { kind: "baking", since: 1, until: now + 9 };
    const rejected: RolloutState = { kind: "rejected", why: "bad", since: 1, hadTraffic: true, trigger: "x" };
    const untilOrders = "hands over: waits until orders gives up GET /m, which it serves";

    it.each<[string, Change, string | undefined]>([
      ["goes back", { rollout: { state: rejected } }, untilOrders],
      ["goes back in this pass, since its time is over", { rollout: { state: watched, deadline: now } }, untilOrders],
      [
        "goes back to what has to be installed again",
        { rollout: { state: rejected, stableEndpoints: get("/a", "/m") }, stage: { installed: gone } },
        untilOrders,
      ],
      ["stays: then it has given the path up", { rollout: { state: watched } }, undefined],
    ])("%s", (_what, change, why) => {
      expect(brief(plannedBy(move, { ...change, stage: { routes, ...change.stage } }))["billing"]).toBe(why);
    });
  });

  it("but not the path of the health check, which is asked in private", () => {
    const observation = { spec: { ...spec, validation: { ...spec.validation, healthCheck: { path: "/m", timeoutMs: 1 } } } };
    expect(brief(plannedBy(move, { observation }))).toEqual({});
  });

  it.each<[string, Partial<Observation>]>([
    ["the router cannot be asked", { routes: { kind: "unknown", why: "down" } }],
    ["no engine can be asked", { engines: new Map([["node-red", { kind: "unknown", why: "down" }]]) }],
    ["the environment cannot be read", { spec: null }],
  ])("and nothing is known while %s", (_what, observation) => {
    expect(plannedBy(move, { observation })).toBeNull();
  });
});
