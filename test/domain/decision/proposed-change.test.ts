/** What the gates are told about a process: what is pinned, what it was here before, and what it needs. */

import { describe, expect, it } from "vitest";
import { proposedChange, proposedRemoval, recordOf } from "../../../src/domain/decision/proposed-change.ts";
import { caseOf, definitionOf, goodAs, installedAs, observing, pinnedTo, routeTo, type Stage, unitOf } from "../../support/case-values.ts";
import { person, rollout, row, status } from "../../support/decision-values.ts";

const needsBilling = [{ type: "workflow", name: "billing", version: "^1.0.0", required: true }] as const;
const orders = pinnedTo("orders", "1.1.0", { dependencies: needsBilling });
const freeze = { by: person, why: "sale", at: 1 };

function changeOf(stage: Stage) {
  const one = caseOf("orders", { pinned: [orders], ...stage });
  const { routes } = one.pass.observation;
  return proposedChange(one, routes.kind === "known" ? (routes.value.get("orders") ?? null) : null);
}

describe("a version was here before", () => {
  const good = [goodAs("orders", "1.1.0"), goodAs("orders", "1.0.0")];
  it.each<[string, string, string | null, string]>([
    ["never: it is new", "2.0.0", "1.1.0", "new"],
    ["and a newer one serves: the way back", "1.0.0", "1.1.0", "way-back"],
    ["and nothing serves: the way back", "1.0.0", null, "way-back"],
    ["and serves itself: the way back", "1.1.0", "1.1.0", "way-back"],
    ["and an older one serves: it is watched like any other", "1.1.0", "1.0.0", "known-good"],
  ])("%s", (_what, version, serving, record) => {
    const route = serving === null ? null : routeTo("orders", { [serving]: 100 });
    expect(recordOf({ before: row({ knownGood: good }) }, route, unitOf("orders", version))).toBe(record);
  });
});

describe("the gates are told", () => {
  it("what is pinned, how many deployments run, and in which engine it is installed", () => {
    const places = new Set(["billing", "carts"]);
    const stage = { installed: [installedAs("orders", "1.0.0")], pass: { places, freeze } };
    expect(changeOf(stage)).toMatchObject({
      process: "orders",
      pinned: orders.pinned,
      record: "new",
      running: 2,
      runsIn: "node-red",
      freeze,
    });
  });

  it("that it is in quarantine, by its definition", () => {
    const entry = { version: "1.1.0", digest: definitionOf("orders", "1.1.0"), why: "bad", at: 1, rollbackId: "r", isInGit: true };
    expect(changeOf({ states: [row({ quarantined: [entry] })] }).quarantined).toEqual(entry);
    expect(changeOf({ states: [row({ quarantined: [{ ...entry, digest: definitionOf("orders", "1.0.0") }] })] }).quarantined).toBeNull();
  });

  const refusal = { unit: unitOf("orders", "1.1.0"), why: "bad", at: 1 };
  const healthy = status({ process: "billing", sync: "Synced", health: "Healthy" });
  const billingServes: Stage = { pinned: [orders, pinnedTo("billing", "1.0.0")], routes: [routeTo("billing", { "1.0.0": 100 })] };
  it.each<[string, Stage, object | null]>([
    ["that it did not fail here", {}, null],
    ["nothing of the failure of another version", { states: [row({ refused: { ...refusal, unit: unitOf("orders", "1.0.0") } })] }, null],
    ["that it failed here", { states: [row({ refused: refusal })] }, { refusal, isRetryDue: false }],
    [
      "that it waits for what it calls",
      { states: [row({ refused: { ...refusal, awaits: "billing" } })] },
      { refusal: { ...refusal, awaits: "billing" }, isRetryDue: false },
    ],
    [
      "that what it calls is healthy again",
      { ...billingServes, states: [row({ refused: { ...refusal, awaits: "billing" } }), row({ process: "billing", status: healthy })] },
      { refusal: { ...refusal, awaits: "billing" }, isRetryDue: true },
    ],
  ])("%s", (_what, stage, refused) => {
    expect(changeOf(stage).refused).toEqual(refused);
  });
});

describe("of what it needs the gates are told", () => {
  const billing = (version: string) => pinnedTo("billing", version);
  const serves = [routeTo("billing", { "1.0.0": 100 })];
  const handsOver = (version: string) =>
    row({
      process: "billing",
      rollout: rollout({ process: "billing", candidate: unitOf("billing", version), state: { kind: "handing-over", since: 1 } }),
    });
  const withOrders = { handovers: new Map([["billing", { kind: "waits", why: "", with: ["orders"] } as const]]) };
  const refused = row({ process: "billing", refused: { unit: unitOf("billing", "1.2.0"), why: "bad", at: 1 } });
  it.each<[string, Stage, { serving: string | null; coming: string | null }]>([
    ["that nothing serves and nothing comes", {}, { serving: null, coming: null }],
    ["which version serves", { pinned: [orders, billing("1.0.0")], routes: serves }, { serving: "1.0.0", coming: null }],
    ["which version comes", { pinned: [orders, billing("1.2.0")], routes: serves }, { serving: "1.0.0", coming: "1.2.0" }],
    [
      "not to wait for what has failed",
      { pinned: [orders, billing("1.2.0")], routes: serves, states: [refused] },
      { serving: "1.0.0", coming: null },
    ],
    [
      "not to wait for what waits for it, and fits before and after",
      { pinned: [orders, billing("1.2.0")], routes: serves, states: [handsOver("1.2.0")], pass: withOrders },
      { serving: "1.0.0", coming: null },
    ],
    [
      "to wait for it where only the new version fits",
      {
        pinned: [orders, billing("1.2.0")],
        routes: [routeTo("billing", { "0.9.0": 100 })],
        states: [handsOver("1.2.0")],
        pass: withOrders,
      },
      { serving: "0.9.0", coming: "1.2.0" },
    ],
    [
      "to wait for what hands over to others",
      {
        pinned: [orders, billing("1.2.0")],
        routes: serves,
        states: [handsOver("1.2.0")],
        pass: { handovers: new Map([["billing", { kind: "waits", why: "", with: ["carts"] } as const]]) },
      },
      { serving: "1.0.0", coming: "1.2.0" },
    ],
    [
      "nothing where the router does not answer",
      { pinned: [orders, billing("1.0.0")], observation: { routes: { kind: "unknown", why: "" } } },
      { serving: null, coming: "1.0.0" },
    ],
  ])("%s", (_what, stage, expected) => {
    const { dependencies } = changeOf(stage);
    expect({ serving: dependencies.serving("billing"), coming: dependencies.coming("billing") }).toEqual(expected);
  });
});

it("a removal has no pin, needs nothing, and says what keeps it", () => {
  const observation = observing({ installed: [installedAs("orders", "1.0.0")] });
  const kept = {
    ...observation,
    desired: observation.desired && { ...observation.desired, unpinned: { kind: "unclear", why: "has errors" } as const },
  };
  expect(proposedRemoval("orders", { observation: kept, freeze })).toMatchObject({
    pinned: null,
    record: "new",
    runsIn: "node-red",
    freeze,
    whyKept: "has errors",
    refused: null,
  });
  expect(proposedRemoval("orders", { observation, freeze: null })).toMatchObject({ whyKept: null, freeze: null });
});
