/** Whether another process has a path that a version would take, or waits for one that it would give up. */

import { describe, expect, it } from "vitest";
import { isAwaited, isAwaitedStill, isRivalled } from "../../../src/domain/rollback/rivals.ts";
import { get, goodAs, installedAs, passOf, pinnedTo, routeTo, type Stage, unitOf, viewOf } from "../../support/case-values.ts";
import { rollout, row } from "../../support/decision-values.ts";
import { spec } from "../../support/spec.ts";

const old = unitOf("orders", "1.0.0");
/** Orders 1.1.0 serves /b; 1.0.0, which answers /a, is warm. */
const ordersRoute = routeTo("orders", { "1.1.0": 100 }, get("/b"));
const installed = [installedAs("orders", "1.0.0", { endpoints: get("/a") }), installedAs("orders", "1.1.0", { endpoints: get("/b") })];
const health = (path: string) => ({ spec: { ...spec, validation: { ...spec.validation, healthCheck: { path, timeoutMs: 1 } } } });

describe("going back is rivalled", () => {
  it.each<[string, Stage, boolean]>([
    ["not while no other process serves", { routes: [ordersRoute] }, false],
    ["by who serves a path that it would get back", { routes: [ordersRoute, routeTo("billing", { "1.0.0": 100 }, get("/a"))] }, true],
    ["not by who serves another path", { routes: [ordersRoute, routeTo("billing", { "1.0.0": 100 }, get("/c"))] }, false],
    ["not by a version without traffic", { routes: [ordersRoute, routeTo("billing", { "1.0.0": 0 }, get("/a"))] }, false],
    ["not by itself", { routes: [routeTo("orders", { "1.1.0": 100 }, get("/a", "/b"))] }, false],
    [
      "not over the path of the health check, which all may serve",
      { routes: [ordersRoute, routeTo("billing", { "1.0.0": 100 }, get("/a"))], observation: health("/a") },
      false,
    ],
    ["not where the router does not answer", { observation: { routes: { kind: "unknown", why: "down" } } }, false],
  ])("%s", (_what, more, expected) => {
    const stage = { installed, ...more };
    expect(isRivalled(viewOf("orders", { routes: [ordersRoute], ...stage }), old, passOf(stage))).toBe(expected);
  });
});

describe("what it would give up is awaited", () => {
  const comes = rollout({ process: "billing", candidate: unitOf("billing", "2.0.0") });
  const coming = installedAs("billing", "2.0.0", { endpoints: get("/b") });
  const billing = pinnedTo("billing", "2.0.0", { endpoints: get("/b") });
  const unusable = { ...billing, kind: "broken", process: "billing", version: "2.0.0", why: "bad" } as const;
  it.each<[string, Stage, boolean]>([
    ["by nobody", {}, false],
    ["by who is pinned to answer it", { pinned: [billing] }, true],
    ["not by who is pinned to answer something else", { pinned: [pinnedTo("billing", "2.0.0", { endpoints: get("/c") })] }, false],
    ["not by itself", { pinned: [pinnedTo("orders", "1.1.0", { endpoints: get("/b") })] }, false],
    ["not by who answers the path of the health check", { pinned: [billing], observation: health("/b") }, false],
    [
      "by who is on its way under a pin that cannot be used any more",
      { pinned: [unusable], states: [row({ process: "billing", rollout: comes })], installed: [...installed, coming] },
      true,
    ],
    ["not by a pin that cannot be used, and nothing is on its way", { pinned: [unusable], installed: [...installed, coming] }, false],
  ])("%s", (_what, more, expected) => {
    const stage = { installed, routes: [ordersRoute], ...more };
    expect(isAwaited(viewOf("orders", stage), old, passOf(stage))).toBe(expected);
  });

  const refused = { unit: unitOf("billing", "2.0.0"), why: "bad", at: 1 };
  it.each([
    ["by who has not failed", row({ process: "billing" }), true],
    ["not by who has failed for good", row({ process: "billing", refused }), false],
    ["by who failed and is tried again", row({ process: "billing", refused: { ...refused, awaits: "ledger" } }), true],
    ["by who failed with another version", row({ process: "billing", refused: { ...refused, unit: unitOf("billing", "1.9.0") } }), true],
  ])("still: %s", (_what, known, expected) => {
    const stage = { installed, routes: [ordersRoute], pinned: [billing], states: [known] };
    expect(isAwaitedStill(viewOf("orders", stage), old, passOf(stage))).toBe(expected);
  });

  const needing = (range: string) =>
    pinnedTo("billing", "2.0.0", {
      endpoints: get("/b"),
      dependencies: [{ type: "workflow", name: "ledger", version: range, required: true }],
    });
  it.each<[string, Stage, boolean]>([
    ["by who calls what is pinned beside it", { pinned: [needing(">=1.0.0"), pinnedTo("ledger", "1.0.0")] }, true],
    ["not by who calls a version that is not pinned", { pinned: [needing(">=1.1.0"), pinnedTo("ledger", "1.0.0")] }, false],
    ["not by who calls a process that is not pinned", { pinned: [needing("*")] }, false],
    [
      "by who was good here before, and does not ask for what it calls",
      { pinned: [needing("*")], states: [row({ process: "billing", knownGood: [goodAs("billing", "2.0.0")] })] },
      true,
    ],
  ])("still: %s", (_what, more, expected) => {
    const stage = { installed, routes: [ordersRoute], ...more };
    expect(isAwaitedStill(viewOf("orders", stage), old, passOf(stage))).toBe(expected);
  });
});
