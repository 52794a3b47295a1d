/** What is shown of a process: sync, health and phase, by what was observed and decided. */

import { describe, expect, it } from "vitest";
import type { Rollout } from "../../../src/domain/journal/rollout.ts";
import type { ProcessState } from "../../../src/domain/journal/state.ts";
import {
  describeEnded,
  describeHeld,
  describeRollout,
  describeSteady,
  describeTakenOut,
  describeUnknown,
  whyUnknown,
  withStatus,
} from "../../../src/domain/status/describe-status.ts";
import { installedAs, observing, pinnedTo, routeTo, type Stage, viewOf } from "../../support/case-values.ts";
import { now, rollout, row, status } from "../../support/decision-values.ts";
import { saying } from "../../support/reason.ts";

const pinned = [pinnedTo("orders", "1.0.0")];
const running: Stage = { pinned, installed: [installedAs("orders", "1.0.0")], routes: [routeTo("orders", { "1.0.0": 100 })] };
const reason = saying("so it is", "AsPinned");
const held = { health: null, reason, until: null };
const seen = (stage: Stage) => viewOf("orders", stage);
const lost = [installedAs("orders", "1.0.0", { placements: [] })];
const edited = [installedAs("orders", "1.0.0", { drift: "edited" })];

describe("at rest", () => {
  it.each<[string, Stage, { sync: string; health: string }]>([
    ["what is pinned has all the traffic, and answers", running, { sync: "Synced", health: "Healthy" }],
    ["what is pinned does not answer everywhere", { ...running, installed: lost }, { sync: "Synced", health: "Degraded" }],
    ["what is pinned was changed by hand", { ...running, installed: edited }, { sync: "OutOfSync", health: "Degraded" }],
    ["another version serves", { ...running, pinned: [pinnedTo("orders", "1.1.0")] }, { sync: "OutOfSync", health: "Healthy" }],
    [
      "it shares the traffic",
      { ...running, routes: [routeTo("orders", { "1.0.0": 90, "0.9.0": 10 })] },
      { sync: "OutOfSync", health: "Healthy" },
    ],
    ["no version serves", { ...running, routes: [] }, { sync: "OutOfSync", health: "Missing" }],
    ["nothing is pinned", { ...running, pinned: [] }, { sync: "OutOfSync", health: "Healthy" }],
    ["it is held against an earlier commit", { ...running, observation: { settingsOf: "c0" } }, { sync: "Unknown", health: "Healthy" }],
  ])("%s", (_what, stage, expected) => {
    expect(describeSteady(row(), observing(stage), seen(stage), held)).toMatchObject({ ...expected, reason, phase: null });
  });

  it("has the health that was decided, and keeps its phase", () => {
    const before = row({ status: status({ phase: "Succeeded" }) });
    expect(describeSteady(before, observing(running), seen(running), { ...held, health: "Suspended" })).toMatchObject({
      health: "Suspended",
      phase: "Succeeded",
    });
  });

  it("shows what is installed, most traffic first, and warm versions with 0", () => {
    const stage = {
      ...running,
      installed: ["0.8.0", "0.9.0", "1.0.0"].map((version) => installedAs("orders", version)),
      routes: [routeTo("orders", { "0.9.0": 20, "1.0.0": 80 })],
    };
    expect(describeSteady(row(), observing(stage), seen(stage), held).actual).toEqual([
      { version: "1.0.0", weight: 80 },
      { version: "0.9.0", weight: 20 },
      { version: "0.8.0", weight: 0 },
    ]);
  });
});

it("held back by a gate: pending, and as healthy as what runs", () => {
  expect(describeHeld(row(), observing(running), seen(running), held)).toMatchObject({
    sync: "OutOfSync",
    health: "Healthy",
    phase: "Pending",
    reason,
  });
});

it("taken out: all is as it should be", () => {
  const stage = { ...running, pinned: [], routes: [] };
  expect(describeTakenOut(row(), observing(stage), seen(stage), reason)).toMatchObject({
    desired: null,
    sync: "Synced",
    health: "Healthy",
  });
});

describe("not known", () => {
  const last = status({ desired: "0.9.0", actual: [{ version: "0.9.0", weight: 100 }], phase: "Succeeded" });
  it("the last picture is shown, as unknown and degraded", () => {
    expect(describeUnknown(row({ status: last }), observing(running), null, reason)).toMatchObject({
      desired: "0.9.0",
      actual: last.actual,
      sync: "Unknown",
      health: "Degraded",
      phase: "Succeeded",
    });
    expect(describeUnknown(row({ status: last }), observing(running), pinned[0] ?? null, reason).desired).toBe("1.0.0");
    expect(describeUnknown(row(), observing(running), null, reason)).toMatchObject({ desired: null, actual: [], phase: null });
  });

  it("says which of the two does not answer, the engine first", () => {
    const silent = (why: string) => ({ kind: "unknown", why }) as const;
    const both = observing({
      observation: { engines: new Map([["node-red", silent("engine is down")]]), routes: silent("router is down") },
    });
    expect(whyUnknown("orders", both)).toEqual({ code: "EngineUnknown", text: "engine is down" });
    expect(whyUnknown("orders", observing({ observation: { routes: silent("router is down") } }))).toEqual({
      code: "RouterUnknown",
      text: "router is down",
    });
  });
});

describe("a deployment", () => {
  const baking = { kind: "baking", since: 1, until: 9 } as const;
  const rejected = { kind: "rejected", why: "bad", since: 1, hadTraffic: true, trigger: "x" } as const;
  const calm = { reason, isAlarming: false, isStopped: false };
  it.each<[string, Rollout, Partial<typeof calm>, Stage | null, string]>([
    ["is under way", rollout(), {}, running, "Progressing"],
    ["is paused", rollout(), { isStopped: true }, running, "Suspended"],
    ["waits for a person", rollout({ state: baking }), { reason: saying("", "PersonMustDecide") }, running, "Suspended"],
    ["is found bad, and stays", rollout({ state: baking }), { isAlarming: true }, running, "Degraded"],
    ["goes back", rollout({ state: rejected }), {}, running, "Degraded"],
    ["is watched, and every instance serves it", rollout({ state: baking }), {}, running, "Healthy"],
    ["is watched, and an instance does not", rollout({ state: baking }), {}, { ...running, installed: lost }, "Degraded"],
    ["is watched, and nothing answers", rollout({ state: baking }), {}, null, "Degraded"],
  ])("%s", (...[, underWay, parts, stage, health]) => {
    const shown = describeRollout(row(), observing(stage ?? {}), stage && seen(stage), { ...calm, rollout: underWay, ...parts });
    expect(shown).toMatchObject({ health, phase: "Running", sync: stage ? "Synced" : "OutOfSync" });
  });

  it("is about what is pinned, else about its candidate; a removal is about nothing", () => {
    const desiredOf = (parts: Partial<Rollout>, stage: Stage | null) =>
      describeRollout(row(), observing({}), stage && seen(stage), { ...calm, rollout: rollout(parts) }).desired;
    expect([desiredOf({}, running), desiredOf({}, null), desiredOf({ candidate: null }, running)]).toEqual(["1.0.0", "1.1.0", null]);
  });

  it.each([
    ["Succeeded", { sync: "Synced", health: "Healthy" }],
    ["Failed", { sync: "OutOfSync", health: "Degraded" }],
    ["RolledBack", { sync: "OutOfSync", health: "Degraded" }],
    ["Aborted", { sync: "OutOfSync", health: "Degraded" }],
  ] as const)("has ended: %s", (phase, expected) => {
    expect(describeEnded(row(), observing(running), seen(running), { phase, reason })).toMatchObject({
      ...expected,
      phase,
      desired: "1.0.0",
    });
  });
});

describe("a status", () => {
  const next = status({ since: now });
  const remembered: ProcessState = row({ status: { ...next, since: 3 } });
  it("is no news when only its time differs", () => {
    expect(withStatus(remembered, next)).toBe(remembered);
    expect(withStatus(remembered, { ...next, reason: saying("another") }).status?.reason.text).toBe("another");
  });

  it("has its time since sync, health or phase changed", () => {
    const shown = (last: Partial<typeof next>) =>
      describeHeld(
        row({ status: status({ sync: "OutOfSync", health: "Healthy", phase: "Pending", since: 3, ...last }) }),
        observing(running),
        seen(running),
        held,
      ).since;
    expect([
      shown({}),
      shown({ desired: "9.9.9" }),
      shown({ sync: "Synced" }),
      shown({ health: "Missing" }),
      shown({ phase: "Failed" }),
    ]).toEqual([3, 3, now, now, now]);
  });
});
