import { describe, expect, it } from "vitest";
import type { Action } from "../../../src/domain/actions.ts";
import type { InstanceSeen, RolloutSeen, RolloutState, StrategyStep } from "../../../src/domain/rollout.ts";
import { beginRolling, nextRolling } from "../../../src/domain/strategies/rolling.ts";
import { candidate, instance, known, rolloutIn, seenWith, spec, stable } from "./rolling-values.ts";

/** An action in a few words: `install 1.1.0 on a`, `traffic 1.0.0=67@b,c 1.1.0=33@a`. */
function word(action: Action): string {
  const on = "on" in action && action.on ? ` on ${action.on.join(",")}` : "";
  switch (action.kind) {
    case "ensure-installed":
      return `install ${action.unit.version}${on}`;
    case "ensure-validated":
      return `validate ${action.phase}${on}`;
    case "ensure-weights":
      return `traffic ${action.weights.map((each) => `${each.unit.version}=${each.weight}${each.on ? `@${each.on.join(",")}` : ""}`).join(" ")}`;
    case "ensure-armed":
      return `arm ${action.digest === candidate.digest ? candidate.version : stable.version}`;
    case "ensure-removed":
      return `remove ${action.unit.version}`;
    case "ensure-reverted":
      return "revert";
  }
}

function told(step: StrategyStep): { readonly state: RolloutState; readonly actions: readonly string[] } {
  return { state: step.state, actions: step.actions.map(word) };
}

const down = (id: string): InstanceSeen => instance(id, { isUp: false, stableReady: false, inRotation: false });
/** Has the new version in rotation. */
const moved = (id: string): InstanceSeen => instance(id, { candidateReady: true });
const out = (id: string, parts: Partial<InstanceSeen> = {}): InstanceSeen => instance(id, { inRotation: false, ...parts });
const shared = (percent: number): Partial<RolloutSeen> => ({ candidateWeight: known(percent), stableWeight: known(100 - percent) });
const stuck = (retry: "later" | "never"): RolloutSeen["stuck"] => ({
  action: { kind: "ensure-installed", unit: candidate },
  code: "engine/refused",
  detail: "the engine says no",
  retry,
  attempts: 3,
});

interface Row {
  readonly what: string;
  readonly state: RolloutState;
  readonly seen: RolloutSeen;
  readonly spec?: Partial<typeof spec>;
  /** Left out: it stays as it is. */
  readonly then?: RolloutState;
  readonly actions?: readonly string[];
  readonly why?: RegExp;
  readonly wakeAt?: number;
}

function table(rows: readonly Row[]): void {
  it.each(rows)("$what", ({ state, seen, then = state, actions = [], why = /\S/, wakeAt, ...row }) => {
    const step = nextRolling(rolloutIn(state), candidate, { ...spec, ...row.spec }, seen);
    expect(told(step)).toEqual({ state: then, actions });
    expect(step.why).toMatch(why);
    expect(step.outcome).toBeNull();
    if (wakeAt !== undefined) expect(step.wakeAt).toBe(wakeAt);
  });
}

const all = [instance("a"), instance("b"), instance("c")];
const between: RolloutState = { kind: "pausing", done: ["a"], since: 400 };
const first: RolloutState = { kind: "pausing", done: [], since: 900 };

describe("a rolling deployment begins", () => {
  it("with validations; one to a known-good version is installed everywhere at once", () => {
    expect(told(beginRolling(rolloutIn({ kind: "validating" }), candidate))).toEqual({
      state: { kind: "validating" },
      actions: ["validate pre"],
    });
    expect(told(beginRolling(rolloutIn({ kind: "validating" }, { fast: true }), candidate))).toEqual({
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
  ] as const)("and a first version, with nobody to roll from, goes on from %o everywhere at once", (state, seen, then, actions) => {
    const step = nextRolling(rolloutIn(state, { stable: null }), candidate, spec, seenWith(all, seen));
    expect([step.state.kind, step.actions.map(word)]).toEqual([then, actions]);
  });

  table([
    {
      what: "its batches once it is valid",
      state: { kind: "validating" },
      seen: seenWith(all),
      then: { kind: "pausing", done: [], since: 1_000 },
    },
    {
      what: "nothing while it is not known to be valid",
      state: { kind: "validating" },
      seen: seenWith(all, { pre: { kind: "unknown", why: "asking" } }),
      actions: ["validate pre"],
    },
  ]);
});

describe("a rolling deployment takes a batch", () => {
  const takes = (...batch: readonly string[]): RolloutState => ({ kind: "rotating", done: [], batch, since: 1_000 });
  table([
    { what: "of one", state: first, seen: seenWith(all), then: takes("a"), actions: ["traffic 1.0.0=100@b,c"] },
    {
      what: "of batchSize, if maxUnavailable allows it",
      state: first,
      spec: { batchSize: 2, maxUnavailable: 2 },
      seen: seenWith(all),
      then: takes("a", "b"),
      actions: ["traffic 1.0.0=100@c"],
    },
    {
      what: "of no more than maxUnavailable",
      state: first,
      spec: { batchSize: 2 },
      seen: seenWith(all),
      then: takes("a"),
      actions: ["traffic 1.0.0=100@b,c"],
    },
    {
      what: "that leaves one in rotation",
      state: first,
      spec: { batchSize: 9, maxUnavailable: 9 },
      seen: seenWith(all),
      then: takes("a", "b"),
      actions: ["traffic 1.0.0=100@c"],
    },
    {
      what: "in which instances that are down count as unavailable",
      state: first,
      spec: { batchSize: 2, maxUnavailable: 2 },
      seen: seenWith([down("a"), instance("b"), instance("c"), instance("d")]),
      then: takes("b"),
      actions: ["traffic 1.0.0=100@c,d"],
    },
    {
      what: "not while instances that are down use maxUnavailable up",
      state: first,
      seen: seenWith([down("a"), instance("b"), instance("c")]),
      why: /1 of 3 instances are down, and maxUnavailable is 1/,
      wakeAt: 100_000,
    },
    {
      what: "of the only instance there is, which stays in rotation",
      state: first,
      seen: seenWith([instance("a")]),
      then: { kind: "replacing", done: [], batch: ["a"], since: 1_000 },
      actions: ["install 1.1.0 on a"],
    },
    {
      what: "of the only instance that is up, too",
      state: first,
      seen: seenWith([down("a"), instance("b")]),
      then: { kind: "replacing", done: [], batch: ["b"], since: 1_000 },
      actions: ["install 1.1.0 on b"],
    },
    {
      what: "not while the instances cannot be asked",
      state: first,
      seen: seenWith([], { instances: { kind: "unknown", why: "silence" } }),
      why: /silence/,
    },
    { what: "not while no instance is up", state: first, seen: seenWith([down("a")]), why: /no instance is up/ },
  ]);
});

describe("a batch out of rotation", () => {
  const rotating: RolloutState = { kind: "rotating", done: [], batch: ["a"], since: 900 };
  const replacing: RolloutState = { kind: "replacing", done: [], batch: ["a"], since: 900 };
  const probing: RolloutState = { kind: "probing", done: [], batch: ["a"], since: 900 };
  const rest = [instance("b"), instance("c")];
  const ready = out("a", { candidateReady: true });
  table([
    { what: "is waited for until the router lets go of it", state: rotating, seen: seenWith(all), actions: ["traffic 1.0.0=100@b,c"] },
    {
      what: "finishes what it has in flight",
      state: rotating,
      seen: seenWith([out("a", { stableInFlight: known(2) }), ...rest]),
      why: /finishes/,
      wakeAt: 1_100,
    },
    {
      what: "is given its time where nobody knows what is in flight",
      state: rotating,
      seen: seenWith([out("a", { stableInFlight: { kind: "unknown", why: "router" } }), ...rest]),
      wakeAt: 1_100,
    },
    {
      what: "goes on after drainTimeout",
      state: rotating,
      seen: seenWith([out("a", { stableInFlight: known(2) }), ...rest], { now: 3_900 }),
      then: { ...replacing, since: 3_900 },
      actions: ["install 1.1.0 on a"],
    },
    {
      what: "gets the new version",
      state: rotating,
      seen: seenWith([out("a"), ...rest]),
      then: { ...replacing, since: 1_000 },
      actions: ["install 1.1.0 on a"],
    },
    {
      what: "comes back when too many others went down meanwhile",
      state: rotating,
      seen: seenWith([instance("a"), down("b"), instance("c")]),
      then: { kind: "pausing", done: [], since: 1_000 },
    },
    { what: "is waited for until it is installed", state: replacing, seen: seenWith([out("a"), ...rest]), actions: ["install 1.1.0 on a"] },
    {
      what: "says why it is not installed yet",
      state: replacing,
      seen: seenWith([out("a"), ...rest], { stuck: stuck("later") }),
      actions: ["install 1.1.0 on a"],
      why: /the engine says no/,
    },
    {
      what: "is checked there",
      state: replacing,
      seen: seenWith([ready, ...rest]),
      then: { ...probing, since: 1_000 },
      actions: ["validate during on a"],
    },
    {
      what: "is asked again while nothing is known",
      state: probing,
      seen: seenWith([ready, ...rest]),
      actions: ["validate during on a"],
      wakeAt: 1_200,
    },
    {
      what: "is installed again when it stopped answering",
      state: probing,
      seen: seenWith([out("a"), ...rest], { during: { kind: "healthy" } }),
      then: { ...replacing, since: 1_000 },
      actions: ["install 1.1.0 on a"],
    },
    {
      what: "comes back with the new version and its share",
      state: probing,
      seen: seenWith([ready, ...rest], { during: { kind: "healthy" } }),
      then: { kind: "returning", done: [], batch: ["a"], since: 1_000 },
      actions: ["traffic 1.0.0=67@b,c 1.1.0=33@a"],
    },
    {
      what: "that is the last one brings all traffic and all triggers with it",
      state: { kind: "probing", done: ["b", "c"], batch: ["a"], since: 900 },
      seen: seenWith([ready, moved("b"), moved("c")], { during: { kind: "healthy" }, ...shared(100) }),
      then: { kind: "switching" },
      actions: ["traffic 1.1.0=100", "arm 1.1.0"],
    },
    {
      what: "that is the only instance keeps serving the old version until the new one is checked",
      state: { kind: "probing", done: [], batch: ["a"], since: 900 },
      seen: seenWith([instance("a", { candidateReady: true })]),
      actions: ["validate during on a"],
    },
    {
      what: "goes back to serving the old version when all others died",
      state: probing,
      seen: seenWith([ready, down("b"), down("c")]),
      actions: ["traffic 1.0.0=100@a"],
    },
    {
      what: "is left to those that are alive",
      state: { kind: "replacing", done: [], batch: ["a", "b"], since: 900 },
      spec: { batchSize: 2, maxUnavailable: 3 },
      seen: seenWith([out("a"), down("b"), instance("c")]),
      then: replacing,
      why: /b went down; going on with a/,
    },
    {
      what: "that died is taken again later",
      state: probing,
      seen: seenWith([down("a"), ...rest]),
      then: { kind: "pausing", done: [], since: 1_000 },
      why: /a went down/,
    },
  ]);

  it.each([
    [
      "its check fails",
      probing,
      { during: { kind: "unhealthy", why: "smoke_test failed" } },
      /on a: smoke_test failed/,
      "validation",
      false,
    ],
    ["it is refused for good", replacing, { stuck: stuck("never") }, /the engine says no/, "refused", false],
    ["it is refused for good after others have it", { ...replacing, done: ["b"] }, { stuck: stuck("never") }, /says no/, "refused", true],
  ] as const)("is rejected when %s: all traffic to the old version", (_what, state, parts, why, trigger, hadTraffic) => {
    const step = nextRolling(rolloutIn(state), candidate, spec, seenWith([ready, ...rest], parts));
    expect(step).toMatchObject({ state: { kind: "rejected", trigger, hadTraffic, since: 1_000 }, outcome: null });
    expect(step.why).toMatch(why);
    expect(step.actions.map(word)).toEqual(["traffic 1.0.0=100", "arm 1.0.0"]);
  });
});

describe("between two batches", () => {
  const returning: RolloutState = { kind: "returning", done: [], batch: ["a"], since: 900 };
  const some = [moved("a"), instance("b"), instance("c")];
  table([
    {
      what: "the one before is waited for until it is in rotation again",
      state: returning,
      seen: seenWith([out("a", { candidateReady: true }), instance("b"), instance("c")]),
      actions: ["traffic 1.0.0=67@b,c 1.1.0=33@a"],
    },
    {
      what: "it is counted then",
      state: returning,
      seen: seenWith(some, shared(33)),
      then: { kind: "pausing", done: ["a"], since: 1_000 },
      wakeAt: 1_500,
    },
    {
      what: "batchDelay passes",
      state: { ...between, since: 600 },
      seen: seenWith(some, shared(33)),
      why: /1 of 3 instances; waiting out batchDelay/,
      wakeAt: 1_100,
    },
    {
      what: "its metrics must be healthy",
      state: between,
      seen: seenWith(some, { ...shared(33), analysis: { kind: "unknown", why: "3 of 50 requests", trigger: "" } }),
      why: /no verdict yet: 3 of 50 requests/,
    },
    {
      what: "the next one is taken",
      state: between,
      seen: seenWith(some, shared(33)),
      then: { kind: "rotating", done: ["a"], batch: ["b"], since: 1_000 },
      actions: ["traffic 1.0.0=50@c 1.1.0=50@a"],
    },
    {
      what: "a new instance gets the old version first, and joins those that wait",
      state: between,
      seen: seenWith([...some, instance("d", { stableReady: false, inRotation: false })], shared(33)),
      actions: ["install 1.0.0 on d"],
    },
    {
      what: "a new instance then gets its share",
      state: between,
      seen: seenWith([...some, out("d")], shared(33)),
      actions: ["traffic 1.0.0=75@b,c,d 1.1.0=25@a"],
    },
    {
      what: "an instance that died gets no traffic",
      state: between,
      seen: seenWith([moved("a"), { ...down("b"), inRotation: true }, instance("c")], shared(33)),
      actions: ["traffic 1.0.0=50@c 1.1.0=50@a"],
    },
    {
      what: "an instance that lost the new version gets it again",
      state: between,
      seen: seenWith([instance("a"), instance("b"), instance("c")], shared(33)),
      actions: ["install 1.1.0 on a"],
    },
    {
      what: "schedules that fire nowhere are put back to the old version",
      state: between,
      seen: seenWith(some, { ...shared(33), stableArmed: known(false) }),
      actions: ["arm 1.0.0"],
    },
    {
      what: "instances that are down hold up nothing once all others have it",
      state: { kind: "pausing", done: ["a", "c"], since: 0 },
      seen: seenWith([moved("a"), down("b"), moved("c")], shared(100)),
      then: { kind: "switching" },
      actions: ["traffic 1.1.0=100", "arm 1.1.0"],
    },
  ]);
});

describe("after the last batch", () => {
  const everywhere = { ...shared(100), candidateArmed: known(true), candidateReady: known(true) };
  const states: readonly (readonly [RolloutState, Partial<RolloutSeen>, string, readonly string[]])[] = [
    [{ kind: "switching" }, {}, "confirming", ["validate post"]],
    [{ kind: "confirming" }, { post: { kind: "healthy" } }, "draining", []],
    [{ kind: "draining", since: 0 }, { watchMs: 60_000 }, "watching", []],
    [{ kind: "draining", since: 0 }, {}, "removing", ["remove 1.0.0"]],
    [{ kind: "watching", since: 0, until: 900 }, {}, "removing", ["remove 1.0.0"]],
  ];
  it.each(states)("goes on from %o as all strategies do, and removes the old version at the end", (state, parts, then, actions) => {
    const step = nextRolling(rolloutIn(state), candidate, spec, seenWith(["a", "b"].map(moved), { ...everywhere, ...parts }));
    expect([step.state.kind, step.actions.map(word)]).toEqual([then, actions]);
  });
});
