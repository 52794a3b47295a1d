/** A path has one owner: where paths change owner, a rollout waits at its first or its last traffic until all of them are ready. */

import { describe, expect, it } from "vitest";
import type { Handover, Handovers } from "../../../src/domain/journal/handover.ts";
import type { Rollout, RolloutState, RolloutView } from "../../../src/domain/journal/rollout.ts";
import { exchanging, nextHandingOver, together } from "../../../src/domain/strategies/handing-over.ts";
import { giveTraffic } from "../../../src/domain/strategies/steps.ts";
import { canary } from "../../support/progressive.ts";
import { blueGreen } from "../../support/spec.ts";
import { candidate, instance, known, rolloutIn, seenWith, spec as rolling, stable } from "./rolling-values.ts";

const exchanged = [{ process: "orders", before: stable, after: candidate, gave: [] }];
const waits: Handover = { kind: "waits", why: "hands over: waits for billing", with: ["billing"] };
const goes: Handover = { kind: "goes", why: "paths change owner together with billing", with: ["billing"], exchanged };
const of = (handover: Handover): Handovers => new Map([["orders", handover]]);
const none: Handovers = new Map();

const ready = { candidateReady: known(true), during: { kind: "healthy" } } as const;
const waiting: RolloutState = { kind: "handing-over", since: 500 };
const checking: RolloutState = { kind: "checking" };
const two = [instance("a", { candidateReady: true }), instance("b", { candidateReady: true })];

interface Row {
  readonly when: string;
  readonly state: RolloutState;
  readonly rollout?: Partial<Rollout>;
  readonly view?: Partial<RolloutView>;
  /** Null: engine or router did not answer. */
  readonly handovers: Handovers | null;
  readonly goesTo: RolloutState["kind"];
  readonly why: string;
  /** With whom the traffic is written. */
  readonly with?: readonly string[];
}

const rows: readonly Row[] = [
  {
    when: "its paths stay: it is switched by its strategy",
    state: checking,
    handovers: none,
    goesTo: "switching",
    why: "checks passed: switching all traffic",
  },
  {
    when: "its paths change owner: it waits at its first traffic",
    state: checking,
    handovers: of(waits),
    goesTo: "handing-over",
    why: waits.why,
  },
  {
    when: "it is not known who has its paths: it waits where it is",
    state: checking,
    handovers: null,
    goesTo: "checking",
    why: "engine or router does not answer",
  },
  {
    when: "it is not ready itself: it goes on by its strategy",
    state: { kind: "validating" },
    handovers: of(waits),
    goesTo: "installing",
    why: "valid; installing",
  },
  { when: "it waits, and others are not ready", state: waiting, handovers: of(waits), goesTo: "handing-over", why: waits.why },
  {
    when: "it waits, and all are ready: one write for all",
    state: waiting,
    handovers: of(goes),
    goesTo: "switching",
    why: goes.why,
    with: ["billing"],
  },
  {
    when: "it waits, and cannot be asked",
    state: waiting,
    handovers: null,
    goesTo: "handing-over",
    why: "engine or router does not answer",
  },
  {
    when: "it waits, and no path changes owner any more: it is checked again",
    state: waiting,
    handovers: none,
    goesTo: "checking",
    why: "no path changes its owner any more",
  },
  {
    when: "it goes back, and no path changes owner any more: it needs no checks",
    state: waiting,
    rollout: { fast: true },
    handovers: none,
    goesTo: "installing",
    why: "no path changes its owner any more",
  },
  {
    when: "it waits, and stopped answering: it is installed again",
    state: waiting,
    view: { candidateReady: known(false) },
    handovers: of(goes),
    goesTo: "installing",
    why: "it stopped answering while it waited",
  },
  {
    when: "a canary begins without shares",
    state: checking,
    rollout: { strategy: canary },
    handovers: of(waits),
    goesTo: "handing-over",
    why: waits.why,
  },
  {
    when: "a canary has its share when the path moves: it keeps it after its last step",
    state: { kind: "shifting", step: 3, weight: 50, since: 1, hasPassed: true },
    rollout: { strategy: canary },
    view: { candidateWeight: known(50), stableWeight: known(50) },
    handovers: of(waits),
    goesTo: "shifting",
    why: waits.why,
  },
  {
    when: "a canary that keeps its share is told that all are ready",
    state: { kind: "shifting", step: 3, weight: 50, since: 1, hasPassed: true },
    rollout: { strategy: canary },
    view: { candidateWeight: known(50), stableWeight: known(50) },
    handovers: of(goes),
    goesTo: "switching",
    why: goes.why,
    with: ["billing"],
  },
  {
    when: "rolling begins: it is installed on every instance at once",
    state: { kind: "validating" },
    rollout: { strategy: rolling },
    handovers: of(waits),
    goesTo: "installing",
    why: "its paths change owner, so it is installed on every instance at once",
  },
  {
    when: "rolling comes to its last batch: it stays in rotation",
    state: { kind: "pausing", done: ["a"], since: 0 },
    rollout: { strategy: rolling },
    view: {
      instances: known([instance("a", { candidateReady: true }), instance("b")]),
      candidateWeight: known(50),
      stableWeight: known(50),
    },
    handovers: of(waits),
    goesTo: "updating",
    why: waits.why,
  },
  {
    when: "rolling is ready on its last batch: it waits there",
    state: { kind: "restoring", done: ["a"], batch: ["b"], since: 0, isKeptIn: true },
    rollout: { strategy: rolling },
    view: { instances: known(two), candidateWeight: known(50), stableWeight: known(50), candidateReady: known(true) },
    handovers: of(waits),
    goesTo: "restoring",
    why: waits.why,
  },
  {
    when: "it went over, and the table does not say so: it waits again",
    state: { kind: "switching" },
    rollout: { exchanged },
    handovers: of(waits),
    goesTo: "handing-over",
    why: waits.why,
  },
  {
    when: "it went over, and the table says so",
    state: { kind: "switching" },
    rollout: { exchanged },
    view: { candidateWeight: known(100), candidateArmed: known(true) },
    handovers: none,
    goesTo: "post-deployment",
    why: "has all traffic",
  },
  {
    when: "it goes back, and has all traffic already",
    state: checking,
    rollout: { kind: "rollback" },
    view: { candidateWeight: known(100) },
    handovers: of(waits),
    goesTo: "switching",
    why: "has all traffic already",
  },
  {
    when: "self-healing changes no paths",
    state: { kind: "installing" },
    rollout: { kind: "self-heal" },
    handovers: of(waits),
    goesTo: "switching",
    why: "restoring the traffic",
  },
  {
    when: "a removal goes by its own rules",
    state: { kind: "clearing", since: 0 },
    rollout: { kind: "prune", candidate: null },
    handovers: none,
    goesTo: "clearing",
    why: "no longer pinned: taking it out",
  },
];

describe("a rollout whose paths may change owner, when", () => {
  it.each(rows)("$when", ({ state, rollout = {}, view = {}, handovers, goesTo, why, with: partners = [] }) => {
    const step = nextHandingOver(rolloutIn(state, { strategy: blueGreen, ...rollout }), seenWith([], { ...ready, ...view }), handovers);
    expect(step.state.kind).toBe(goesTo);
    expect(step.why).toContain(why);
    expect(step.actions.flatMap((action) => (action.kind === "ensure-weights" ? (action.with ?? []) : []))).toEqual(partners);
  });

  it("a removal waits for a write that is not to be any more: it is cancelled", () => {
    const removal = rolloutIn({ kind: "clearing", since: 0 }, { kind: "prune", candidate: null, exchanged });
    const step = nextHandingOver(removal, seenWith([], {}), of(waits));
    expect([step.outcome, step.why]).toEqual(["superseded", `cancelled: ${waits.why}`]);
  });
});

describe("with whom paths changed owner", () => {
  const asked = rolloutIn(waiting, { strategy: blueGreen });
  it.each<[string, Rollout, RolloutState, Handovers | null, boolean]>([
    ["is remembered when it is switched with them", asked, { kind: "switching" }, of(goes), true],
    ["is not remembered while it waits", asked, waiting, of(waits), false],
    ["is not remembered where it is switched alone", asked, { kind: "switching" }, none, false],
    ["is not remembered where it did not wait", rolloutIn(checking, { strategy: blueGreen }), { kind: "switching" }, of(goes), false],
    ["is forgotten when it waits again", { ...asked, exchanged }, waiting, of(waits), false],
    ["stays remembered otherwise", { ...asked, exchanged, state: { kind: "switching" } }, { kind: "post-deployment" }, none, true],
  ])("%s", (...[, rollout, next, handovers, expected]) => {
    expect(exchanging(rollout, next, handovers).exchanged).toEqual(expected ? exchanged : undefined);
  });
});

it("only the traffic is written together", () => {
  const actions = giveTraffic("orders", candidate);
  expect(together(actions, ["billing"])).toEqual([{ ...actions[0], with: ["billing"] }, actions[1]]);
  expect(together(actions, [])).toBe(actions);
});
