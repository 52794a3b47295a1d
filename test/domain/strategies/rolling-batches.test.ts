import { describe, expect, it } from "vitest";
import type { RolloutView, RolloutState } from "../../../src/domain/journal/rollout.ts";
import { nextRolling } from "../../../src/domain/strategies/rolling.ts";
import { down, moved, out, shared, stuck, table, told, unreadable } from "./rolling-table.ts";
import { candidate, instance, known, rolloutIn, seenWith, spec } from "./rolling-values.ts";

const all = [instance("a"), instance("b"), instance("c")];
const between: RolloutState = { kind: "pausing", done: ["a"], since: 400 };

describe("a batch out of rotation", () => {
  const rotating: RolloutState = { kind: "draining-batch", done: [], batch: ["a"], since: 900 };
  const replacing: RolloutState = { kind: "updating", done: [], batch: ["a"], since: 900 };
  const probing: RolloutState = { kind: "verifying", done: [], batch: ["a"], since: 900 };
  const rest = [instance("b"), instance("c")];
  const ready = out("a", { candidateReady: true });
  table([
    { what: "is waited for until the router lets go of it", state: rotating, view: seenWith(all), actions: ["traffic 1.0.0=100@b,c"] },
    {
      what: "finishes its requests in flight",
      state: rotating,
      view: seenWith([out("a", { stableInFlight: known(2) }), ...rest]),
      why: /finishes/,
      wakeAt: 1_100,
    },
    {
      what: "is given its time where nobody knows what is in flight",
      state: rotating,
      view: seenWith([out("a", { stableInFlight: { kind: "unknown", why: "router" } }), ...rest]),
      wakeAt: 1_100,
    },
    {
      what: "goes on after drainTimeout",
      state: rotating,
      view: seenWith([out("a", { stableInFlight: known(2) }), ...rest], { now: 3_900 }),
      goesTo: { ...replacing, since: 3_900 },
      actions: ["install 1.1.0 on a"],
    },
    {
      what: "gets the new version",
      state: rotating,
      view: seenWith([out("a"), ...rest]),
      goesTo: { ...replacing, since: 1_000 },
      actions: ["install 1.1.0 on a"],
    },
    {
      what: "comes back when too many others went down meanwhile",
      state: rotating,
      view: seenWith([instance("a"), down("b"), instance("c")]),
      goesTo: { kind: "pausing", done: [], since: 1_000 },
    },
    { what: "is waited for until it is installed", state: replacing, view: seenWith([out("a"), ...rest]), actions: ["install 1.1.0 on a"] },
    {
      what: "says why it is not installed yet",
      state: replacing,
      view: seenWith([out("a"), ...rest], { stuck: stuck("later") }),
      actions: ["install 1.1.0 on a"],
      why: /the engine says no/,
    },
    {
      what: "is checked there",
      state: replacing,
      view: seenWith([ready, ...rest]),
      goesTo: { ...probing, since: 1_000 },
      actions: ["validate during on a"],
    },
    {
      what: "is asked again while nothing is known",
      state: probing,
      view: seenWith([ready, ...rest]),
      actions: ["validate during on a"],
      wakeAt: 1_200,
    },
    {
      what: "is installed again when it stopped answering",
      state: probing,
      view: seenWith([out("a"), ...rest], { during: { kind: "healthy" } }),
      goesTo: { ...replacing, since: 1_000 },
      actions: ["install 1.1.0 on a"],
    },
    {
      what: "comes back with the new version and its share",
      state: probing,
      view: seenWith([ready, ...rest], { during: { kind: "healthy" } }),
      goesTo: { kind: "restoring", done: [], batch: ["a"], since: 1_000 },
      actions: ["traffic 1.0.0=67@b,c 1.1.0=33@a"],
    },
    {
      what: "that is the last one brings all traffic and all triggers with it",
      state: { kind: "verifying", done: ["b", "c"], batch: ["a"], since: 900 },
      view: seenWith([ready, moved("b"), moved("c")], { during: { kind: "healthy" }, ...shared(100) }),
      goesTo: { kind: "switching" },
      actions: ["traffic 1.1.0=100", "arm 1.1.0"],
    },
    {
      what: "that is the only instance keeps serving the old version until the new one is checked",
      state: { kind: "verifying", done: [], batch: ["a"], since: 900 },
      view: seenWith([instance("a", { candidateReady: true })]),
      actions: ["validate during on a"],
    },
    {
      what: "goes back to serving the old version when all others died",
      state: probing,
      view: seenWith([ready, down("b"), down("c")]),
      actions: ["traffic 1.0.0=100@a"],
    },
    {
      what: "is left to those that are alive",
      state: { kind: "updating", done: [], batch: ["a", "b"], since: 900 },
      spec: { batchSize: 2, maxUnavailable: 3 },
      view: seenWith([out("a"), down("b"), instance("c")]),
      goesTo: replacing,
      why: /b went down; continuing with a/,
    },
    {
      what: "that died is taken again later",
      state: probing,
      view: seenWith([down("a"), ...rest]),
      goesTo: { kind: "pausing", done: [], since: 1_000 },
      why: /a went down/,
    },
  ]);

  const rejected = (trigger: string, why: string, hadTraffic: boolean) => ({ kind: "rejected", trigger, why, hadTraffic, since: 1_000 });
  const failed = { during: { kind: "unhealthy", why: "smoke_test failed" } } as const;
  it.each<readonly [string, RolloutState, Partial<RolloutView>, object]>([
    ["its check fails", probing, failed, rejected("validation", "on a: smoke_test failed", false)],
    ["it is refused for good", replacing, { stuck: stuck("never") }, rejected("refused", "the engine says no", false)],
    [
      "its file cannot be read",
      { ...replacing, done: ["b"] },
      { stuck: unreadable },
      rejected("inconclusive", "1.1.0.yaml cannot be read", true),
    ],
    ["others have it already", { ...replacing, done: ["b"] }, { stuck: stuck("never") }, rejected("refused", "the engine says no", true)],
  ])("is rejected when %s: all traffic to the old version", (_what, state, parts, then) => {
    const step = nextRolling(rolloutIn(state), candidate, spec, seenWith([ready, ...rest], parts));
    expect(told(step)).toEqual({ state: then, actions: ["traffic 1.0.0=100", "arm 1.0.0"] });
  });
});

describe("between two batches", () => {
  const returning: RolloutState = { kind: "restoring", done: [], batch: ["a"], since: 900 };
  const some = [moved("a"), instance("b"), instance("c")];
  table([
    {
      what: "the one before is waited for until it is in rotation again",
      state: returning,
      view: seenWith([out("a", { candidateReady: true }), instance("b"), instance("c")]),
      actions: ["traffic 1.0.0=67@b,c 1.1.0=33@a"],
    },
    {
      what: "it is counted then",
      state: returning,
      view: seenWith(some, shared(33)),
      goesTo: { kind: "pausing", done: ["a"], since: 1_000 },
      wakeAt: 1_500,
    },
    {
      what: "one that dies as it comes back may have had callers: it is counted too",
      state: returning,
      view: seenWith([down("a"), instance("b"), instance("c")]),
      goesTo: { kind: "pausing", done: ["a"], since: 1_000 },
      wakeAt: 1_500,
    },
    {
      what: "batchDelay passes",
      state: { ...between, since: 600 },
      view: seenWith(some, shared(33)),
      why: /1 of 3 instances; waiting for batchDelay/,
      wakeAt: 1_100,
    },
    {
      what: "its metrics must be healthy",
      state: between,
      view: seenWith(some, { ...shared(33), analysis: { kind: "unknown", why: "3 of 50 requests", trigger: "" } }),
      why: /no verdict yet: 3 of 50 requests/,
    },
    {
      what: "the next one is taken",
      state: between,
      view: seenWith(some, shared(33)),
      goesTo: { kind: "draining-batch", done: ["a"], batch: ["b"], since: 1_000 },
      actions: ["traffic 1.0.0=50@c 1.1.0=50@a"],
    },
    {
      what: "a new instance gets the old version first, and joins those that wait",
      state: between,
      view: seenWith([...some, instance("d", { stableReady: false, inRotation: false })], shared(33)),
      actions: ["install 1.0.0 on d"],
    },
    {
      what: "a new instance then gets its share",
      state: between,
      view: seenWith([...some, out("d")], shared(33)),
      actions: ["traffic 1.0.0=75@b,c,d 1.1.0=25@a"],
    },
    {
      what: "an instance that died gets no traffic",
      state: between,
      view: seenWith([moved("a"), { ...down("b"), inRotation: true }, instance("c")], shared(33)),
      actions: ["traffic 1.0.0=50@c 1.1.0=50@a"],
    },
    {
      what: "an instance that lost the new version gets it again, and no callers meanwhile",
      state: between,
      view: seenWith([instance("a"), instance("b"), instance("c")], shared(33)),
      actions: ["install 1.1.0 on a", "traffic 1.0.0=100@b,c"],
    },
    {
      what: "an instance that comes back at another address gets its callers while another lacks the old version",
      state: between,
      view: seenWith([moved("a"), out("b"), instance("c", { stableReady: false, inRotation: false })], shared(50)),
      actions: ["install 1.0.0 on c", "traffic 1.0.0=50@b 1.1.0=50@a"],
    },
    {
      what: "schedules that fire nowhere are put back to the old version",
      state: between,
      view: seenWith(some, { ...shared(33), stableArmed: known(false) }),
      actions: ["arm 1.0.0"],
    },
    {
      what: "instances that are down hold up nothing once all others have it",
      state: { kind: "pausing", done: ["a", "c"], since: 0 },
      view: seenWith([moved("a"), down("b"), moved("c")], shared(100)),
      goesTo: { kind: "switching" },
      actions: ["traffic 1.1.0=100", "arm 1.1.0"],
    },
  ]);
});
