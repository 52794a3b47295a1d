import { describe, expect, it } from "vitest";
import type { RolloutView, RolloutState } from "../../../src/domain/journal/rollout.ts";
import { nextRolling } from "../../../src/domain/strategies/rolling.ts";
import { beginBeside } from "../../../src/domain/strategies/steps.ts";
import { down, moved, shared, table, told, word } from "./rolling-table.ts";
import { candidate, instance, known, rolloutIn, seenWith, spec } from "./rolling-values.ts";

const all = [instance("a"), instance("b"), instance("c")];
const first: RolloutState = { kind: "pausing", done: [], since: 900 };

describe("a rolling deployment begins", () => {
  it("with validations; one to a known-good version is installed everywhere at once", () => {
    expect(told(beginBeside(rolloutIn({ kind: "validating" }), candidate))).toEqual({
      state: { kind: "validating" },
      actions: ["validate pre"],
    });
    expect(told(beginBeside(rolloutIn({ kind: "validating" }, { fast: true }), candidate))).toEqual({
      state: { kind: "installing" },
      actions: ["install 1.1.0"],
    });
  });

  it("and a known-good version gets all traffic as soon as it is installed, without checks", () => {
    const rollout = rolloutIn({ kind: "installing" }, { fast: true });
    expect(told(nextRolling(rollout, candidate, spec, seenWith(all, { candidateReady: known(true) })))).toEqual({
      state: { kind: "switching" },
      actions: ["traffic 1.1.0=100", "arm 1.1.0"],
    });
  });

  it.each([
    [{ kind: "validating" }, {}, "installing", ["install 1.1.0"]],
    [{ kind: "installing" }, { candidateReady: known(true) }, "checking", ["validate during"]],
    [{ kind: "checking" }, { during: { kind: "healthy" } }, "switching", ["traffic 1.1.0=100", "arm 1.1.0"]],
  ] as const)("and a first version, with nobody to roll from, goes on from %o everywhere at once", (state, seen, kind, actions) => {
    const step = nextRolling(rolloutIn(state, { stable: null }), candidate, spec, seenWith(all, seen));
    expect([step.state.kind, step.actions.map(word)]).toEqual([kind, actions]);
  });

  table([
    {
      what: "its batches once it is valid",
      state: { kind: "validating" },
      view: seenWith(all),
      goesTo: { kind: "pausing", done: [], since: 1_000 },
    },
    {
      what: "nothing while it is not known to be valid",
      state: { kind: "validating" },
      view: seenWith(all, { pre: { kind: "unknown", why: "asking" } }),
      actions: ["validate pre"],
    },
  ]);
});

describe("a rolling deployment takes a batch", () => {
  const takes = (...batch: readonly string[]): RolloutState => ({ kind: "draining-batch", done: [], batch, since: 1_000 });
  table([
    { what: "of one", state: first, view: seenWith(all), goesTo: takes("a"), actions: ["traffic 1.0.0=100@b,c"] },
    {
      what: "of batchSize, if maxUnavailable allows it",
      state: first,
      spec: { batchSize: 2, maxUnavailable: 2 },
      view: seenWith(all),
      goesTo: takes("a", "b"),
      actions: ["traffic 1.0.0=100@c"],
    },
    {
      what: "of no more than maxUnavailable",
      state: first,
      spec: { batchSize: 2 },
      view: seenWith(all),
      goesTo: takes("a"),
      actions: ["traffic 1.0.0=100@b,c"],
    },
    {
      what: "that leaves one in rotation",
      state: first,
      spec: { batchSize: 9, maxUnavailable: 9 },
      view: seenWith(all),
      goesTo: takes("a", "b"),
      actions: ["traffic 1.0.0=100@c"],
    },
    {
      what: "in which instances that are down count as unavailable",
      state: first,
      spec: { batchSize: 2, maxUnavailable: 2 },
      view: seenWith([down("a"), instance("b"), instance("c"), instance("d")]),
      goesTo: takes("b"),
      actions: ["traffic 1.0.0=100@c,d"],
    },
    {
      what: "not while instances that are down use maxUnavailable up",
      state: first,
      view: seenWith([down("a"), instance("b"), instance("c")]),
      why: /1 of 3 instances are down, and maxUnavailable is 1/,
      wakeAt: 100_000,
    },
    {
      what: "of the only instance there is, which stays in rotation",
      state: first,
      view: seenWith([instance("a")]),
      goesTo: { kind: "updating", done: [], batch: ["a"], since: 1_000 },
      actions: ["install 1.1.0 on a"],
    },
    {
      what: "of the only instance that is up, too",
      state: first,
      view: seenWith([down("a"), instance("b")]),
      goesTo: { kind: "updating", done: [], batch: ["b"], since: 1_000 },
      actions: ["install 1.1.0 on b"],
    },
    {
      what: "not while the instances cannot be asked",
      state: first,
      view: seenWith([], { instances: { kind: "unknown", why: "silence" } }),
      why: /silence/,
    },
    { what: "not while no instance is up", state: first, view: seenWith([down("a")]), why: /no instance is up/ },
  ]);
});

describe("after the last batch", () => {
  const everywhere = { ...shared(100), candidateArmed: known(true), candidateReady: known(true) };
  const states: readonly (readonly [RolloutState, Partial<RolloutView>, string, readonly string[]])[] = [
    [{ kind: "switching" }, {}, "post-deployment", ["validate post"]],
    [{ kind: "switching" }, { candidateInstalled: known(false), candidateReady: known(false) }, "switching", ["install 1.1.0"]],
    [{ kind: "post-deployment" }, { post: { kind: "healthy" } }, "draining", []],
    [{ kind: "draining", since: 0 }, { bakeMs: 60_000 }, "baking", []],
    [{ kind: "draining", since: 0 }, {}, "removing", ["remove 1.0.0"]],
    [{ kind: "baking", since: 0, until: 900 }, {}, "removing", ["remove 1.0.0"]],
  ];
  it.each(states)("goes on from %o as all strategies do, and removes the old version at the end", (state, parts, kind, actions) => {
    const step = nextRolling(rolloutIn(state), candidate, spec, seenWith(["a", "b"].map(moved), { ...everywhere, ...parts }));
    expect([step.state.kind, step.actions.map(word)]).toEqual([kind, actions]);
  });

  it("says also after the removal of the old version that it was not judged", () => {
    const watching: RolloutState = { kind: "baking", since: 0, until: 900 };
    const view = seenWith(["a", "b"].map(moved), { ...everywhere, bake: { kind: "unknown", why: "no request" } });
    const removing = nextRolling(rolloutIn(watching), candidate, spec, view).state;
    expect(removing).toEqual({ kind: "removing", unjudged: "no request" });
    const end = nextRolling(rolloutIn(removing), candidate, spec, { ...view, stableInstalled: known(false) });
    expect(end).toMatchObject({ outcome: "succeeded", unjudged: "no request", why: expect.stringContaining("not judged: no request") });
  });
});
