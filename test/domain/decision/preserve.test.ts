/** What serves is kept: with all the traffic where it answers, and installed as it was, as far as somebody vouches for it. */

import { describe, expect, it } from "vitest";
import { isRoutedRight, isSharedOn, isTreatedRight, preserve, routing, whyNotServed } from "../../../src/domain/decision/preserve.ts";
import type { Action } from "../../../src/domain/journal/actions.ts";
import type { Stuck } from "../../../src/domain/journal/rollout.ts";
import type { OwedAction, ProcessState } from "../../../src/domain/journal/state.ts";
import type { UnitRef } from "../../../src/domain/names.ts";
import {
  caseOf,
  definitionOf,
  get,
  goodAs,
  installedAs,
  pinnedTo,
  routeTo,
  type Stage,
  unitOf,
  viewOf,
} from "../../support/case-values.ts";
import { row } from "../../support/decision-values.ts";
import { spec } from "../../support/spec.ts";

const orders = (version: string) => unitOf("orders", version);
const ready = installedAs("orders", "1.0.0");
const silent = installedAs("orders", "1.0.0", { placements: [] });
const edited = installedAs("orders", "1.0.0", { drift: "function changed" });
const serves = [routeTo("orders", { "1.0.0": 100 })];
const good: Partial<ProcessState> = { knownGood: [goodAs("orders", "1.0.0")] };
const quarantine = [{ process: "orders", version: "1.0.0", digest: definitionOf("orders", "1.0.0") }];

/** An action in a few words. */
function word(action: Action): string {
  if (action.kind === "ensure-installed") return `install ${action.unit.version}`;
  if (action.kind === "ensure-weights") return `weights ${action.weights.map(({ unit, weight }) => `${unit.version}:${weight}`).join(" ")}`;
  if (action.kind === "ensure-armed") return `armed ${action.digest?.split("-").at(-1) ?? "nothing"}`;
  return action.kind;
}

interface Row {
  readonly when: string;
  readonly stage?: Stage;
  readonly remembered?: Partial<ProcessState>;
  readonly stable?: UnitRef;
  readonly owed?: readonly OwedAction[];
  readonly does: readonly string[];
  readonly says?: string;
}

const stuck: Stuck = {
  action: { kind: "ensure-installed", unit: orders("1.0.0") },
  code: "engine/refused",
  detail: "no such node",
  retry: "never",
  attempts: 1,
};
const refused: OwedAction = { id: 1, action: stuck.action, notBefore: 0, stuck };

const rows: readonly Row[] = [
  { when: "all is as it should be", does: [] },
  { when: "no version serves, and none was good", stage: { routes: [] }, remembered: { knownGood: [] }, does: [] },
  { when: "the router has forgotten the last good version", stage: { routes: [] }, does: ["weights 1.0.0:100"] },
  { when: "the router has forgotten a process that is not pinned", stage: { routes: [], pinned: [] }, does: [] },
  { when: "the last good version is in quarantine", stage: { routes: [], observation: { quarantine } }, does: [] },
  { when: "its schedules fire nowhere", stage: { installed: [installedAs("orders", "1.0.0", { armed: false })] }, does: ["armed 1.0.0"] },
  {
    when: "it has only a share of the traffic",
    stage: { routes: [routeTo("orders", { "1.0.0": 30, "1.1.0": 70 })] },
    does: ["weights 1.0.0:100"],
  },
  {
    when: "an instance has lost it",
    stage: { installed: [silent] },
    does: ["install 1.0.0"],
    says: "Healing: does not answer on instance one; 1.0.0 is restored",
  },
  { when: "it was removed from the engine", stage: { installed: [] }, does: ["install 1.0.0"], says: "HealingDrift: " },
  {
    when: "it was changed by hand",
    stage: { installed: [edited] },
    does: ["install 1.0.0"],
    says: "HealingDrift: changed by hand in the engine: function changed; 1.0.0 is restored",
  },
  {
    when: "it was changed by hand, and selfHeal is off",
    stage: { installed: [edited], observation: { spec: { ...spec, selfHeal: false } } },
    does: [],
  },
  {
    when: "an instance has lost it, and selfHeal is off",
    stage: { installed: [silent], observation: { spec: { ...spec, selfHeal: false } } },
    does: ["install 1.0.0"],
    says: "Healing",
  },
  {
    when: "it is lost and was never good",
    stage: { installed: [silent] },
    remembered: { knownGood: [goodAs("orders", "0.9.0")] },
    does: [],
  },
  {
    when: "it is lost, and no version was ever good",
    stage: { installed: [silent] },
    remembered: { knownGood: [] },
    does: ["install 1.0.0"],
    says: "Healing",
  },
  { when: "it is lost and in quarantine", stage: { installed: [silent], observation: { quarantine } }, does: [] },
  { when: "it is lost and pinned: a deployment heals it", stage: { installed: [silent], pinned: [pinnedTo("orders", "1.0.0")] }, does: [] },
  {
    when: "the engine refuses it",
    stage: { installed: [silent] },
    owed: [refused],
    does: ["install 1.0.0"],
    says: "NotRestored: does not answer on instance one; 1.0.0 cannot be restored: no such node",
  },
  {
    when: "the stable version of a rollout answers, it gets the traffic",
    stage: { installed: [ready, installedAs("orders", "0.9.0", { armed: false })] },
    stable: orders("0.9.0"),
    does: ["weights 0.9.0:100", "armed 0.9.0"],
  },
  { when: "the stable version of a rollout does not answer, what serves stays", stable: orders("0.9.0"), does: [] },
];

function stageOf(stage: Stage = {}): Stage {
  return { pinned: [pinnedTo("orders", "2.0.0")], installed: [ready], routes: serves, ...stage };
}

describe("what serves is kept, when", () => {
  it.each(rows)("$when", ({ stage, remembered = good, stable = null, owed = [], does, says }) => {
    const all = { ...stageOf(stage), states: [row(remembered)] };
    const kept = preserve(caseOf("orders", all, { owed }), viewOf("orders", all), stable);
    expect(kept.actions.map(word)).toEqual(does);
    if (says === undefined) expect(kept.reason).toBeNull();
    else expect(`${kept.reason?.code}: ${kept.reason?.text}`).toContain(says);
  });
});

describe("shares of the traffic are kept", () => {
  const shared: Stage = {
    pinned: [pinnedTo("orders", "1.0.0"), pinnedTo("billing", "2.0.0", { endpoints: get("/b") })],
    installed: [ready, installedAs("orders", "1.1.0", { endpoints: get("/b") })],
    routes: [routeTo("orders", { "1.0.0": 30, "1.1.0": 70 }, get("/b"))],
  };
  const isShared = (stage: Stage, unit = orders("1.0.0")) => isSharedOn(caseOf("orders", stage), viewOf("orders", stage), unit);
  const inQuarantine = { quarantine: [{ process: "orders", version: "1.1.0", digest: definitionOf("orders", "1.1.0") }] };

  it.each<[string, Stage, boolean]>([
    ["while another process waits for a path of one of them", shared, true],
    ["not where nobody waits", { ...shared, pinned: [pinnedTo("orders", "1.0.0")] }, false],
    [
      "not where one of them does not answer",
      { ...shared, installed: [ready, installedAs("orders", "1.1.0", { placements: [], endpoints: get("/b") })] },
      false,
    ],
    [
      "not where one of them is in quarantine",
      { ...shared, observation: inQuarantine, states: [row({ knownGood: [goodAs("orders", "1.1.0")] })] },
      false,
    ],
    [
      "not for a deployment that has failed, where it is pinned itself",
      { ...shared, states: [row({ process: "billing", refused: { unit: unitOf("billing", "2.0.0"), why: "bad", at: 1 } })] },
      false,
    ],
  ])("%s", (_what, stage, expected) => {
    expect(isShared(stage)).toBe(expected);
  });

  it("as they are, also where the versions answer elsewhere now", () => {
    const moved = installedAs("orders", "1.1.0", {
      endpoints: get("/b"),
      armed: false,
      placements: [{ instance: "one", address: "http://elsewhere", ready: true, inFlight: 0, counts: null }],
    });
    const stage = { ...shared, installed: [ready, moved] };
    expect(routing(caseOf("orders", stage), viewOf("orders", stage), orders("1.0.0")).map(word)).toEqual(["weights 1.0.0:30 1.1.0:70"]);
  });
});

describe("a route is right", () => {
  const target = { instance: "one", url: "http://orders-1.0.0" };
  const routed = (parts: Partial<(typeof serves)[number]["shares"][number]>) => {
    const [route] = serves;
    const [share] = route?.shares ?? [];
    const view = viewOf("orders", { installed: [ready], routes: serves });
    return isRoutedRight(
      { ...view, route: route && share ? { ...route, shares: [{ ...share, ...parts }] } : null },
      orders("1.0.0").digest,
    );
  };
  it.each<[string, Parameters<typeof routed>[0], boolean]>([
    ["with all traffic to where it answers", {}, true],
    ["not with less", { weight: 90 }, false],
    ["not with another version", { digest: orders("1.1.0").digest }, false],
    ["not to another address", { targets: [{ ...target, url: "http://gone" }] }, false],
    ["not to an instance more", { targets: [target, { ...target, instance: "two" }] }, false],
  ])("%s", (_what, parts, expected) => {
    expect(routed(parts)).toBe(expected);
  });

  it.each<[string, object, boolean]>([
    ["with the timeout of the environment", {}, true],
    ["not with another timeout", { requestTimeoutMs: 1 }, false],
    ["not without its stickiness", { sticky: { kind: "cookie", name: "sid" } }, false],
  ])("is treated right %s", (_what, parts, expected) => {
    expect(isTreatedRight(serves[0] ?? null, { ...spec, ...parts })).toBe(expected);
    expect(isTreatedRight(null, { ...spec, ...parts })).toBe(true);
  });
});

it("what is gone is not as it was installed", () => {
  const view = viewOf("orders", stageOf());
  expect(whyNotServed(edited, view, orders("1.0.0")).isByHand).toBe(true);
  expect(whyNotServed(silent, view, orders("1.0.0")).isByHand).toBe(false);
});
