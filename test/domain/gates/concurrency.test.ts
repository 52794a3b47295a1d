import { describe, expect, it } from "vitest";
import { concurrency, placesHeld } from "../../../src/domain/gates/concurrency.ts";
import type { Handovers } from "../../../src/domain/journal/handover.ts";
import type { RolloutState } from "../../../src/domain/journal/rollout.ts";
import { before, row } from "../../support/decision-values.ts";
import { rollout } from "../../support/journal-values.ts";
import { codeOf, proposed, spec } from "./proposed.ts";

const waiting: Handovers = new Map([["orders", { kind: "waits", why: "waits for payment", with: ["payment"] }]]);
const going: Handovers = new Map([["orders", { kind: "goes", why: "changes paths with payment", with: ["payment"], exchanged: [] }]]);
const passed: RolloutState = { kind: "shifting", step: 0, weight: 10, since: 1, hasPassed: true };

describe("a place among the deployments that may run at once", () => {
  it.each<[string, RolloutState, Handovers | null, boolean]>([
    ["what is installed holds one", { kind: "installing" }, null, true],
    ["what has all the traffic for good holds none", { kind: "baking", since: 1, until: 9 }, null, false],
    ["what only waits for others to hand their paths over holds none", { kind: "handing-over", since: 1 }, waiting, false],
    ["a canary that has passed and waits for others holds none", passed, waiting, false],
    ["a canary that has passed and goes on in this pass holds one", passed, new Map(), true],
    ["a canary that has passed and goes on with others holds one", passed, going, true],
    ["a canary that has passed holds one while nobody knows who has its paths", passed, null, true],
  ])("%s", (_what, state, handovers, isHeld) => {
    const remembered = before({}, row({ process: "orders", rollout: rollout("orders", "d1", { state }) }));
    expect(placesHeld(remembered, handovers).has("orders")).toBe(isHeld);
  });
});

describe("the gate for concurrent deployments", () => {
  it.each([
    [0, 1, "new", "open"],
    [1, 1, "new", "WaitsForTurn"],
    [2, 3, "new", "open"],
    [3, 3, "new", "WaitsForTurn"],
    [9, null, "new", "open"],
    [9, 1, "known-good", "WaitsForTurn"],
    [9, 1, "way-back", "open"],
  ] as const)("with %i running of at most %s, %s", (running, maxConcurrentDeployments, record, code) => {
    expect(codeOf(concurrency(proposed({ running, record, spec: spec({ maxConcurrentDeployments }) })))).toBe(code);
  });
});
