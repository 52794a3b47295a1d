/** What comes once a version has all the traffic: the version before it is let go where there is one, and the new one is watched. */

import { describe, expect, it } from "vitest";
import { nextBlueGreen } from "../../../src/domain/strategies/blue-green.ts";
import { nextRecreate } from "../../../src/domain/strategies/recreate.ts";
import type { RolloutState, RolloutView, StrategyStep, Stuck } from "../../../src/domain/journal/rollout.ts";
import type { BlueGreenSpec } from "../../../src/domain/desired/environment.ts";
import { candidate, known, rolloutIn, seenWith, stable } from "./rolling-values.ts";

const strategy: BlueGreenSpec = {
  kind: "blue-green",
  healthCheckUrl: null,
  healthCheckTimeoutMs: 1_000,
  switchTrafficDelayMs: 0,
  keepOldVersion: true,
  warm: { count: 1, maxAgeMs: null },
};
const serving = {
  candidateReady: known(true),
  candidateWeight: known(100),
  stableWeight: known(0),
  candidateArmed: known(true),
  post: { kind: "healthy" },
} as const;

function seen(parts: Partial<RolloutView> = {}): RolloutView {
  return seenWith([], { ...serving, ...parts });
}

const told = ({ state, outcome }: StrategyStep) => (outcome === null ? state.kind : outcome);
const validated: RolloutState = { kind: "post-deployment" };

describe("a first deployment that is validated with traffic", () => {
  const first = { strategy, stable: null };

  it("is over: there is no version before it that has anything to finish", () => {
    expect(told(nextBlueGreen(rolloutIn(validated, first), candidate, strategy, seen()))).toBe("succeeded");
  });

  it("is watched at once where there is something to watch for", () => {
    const step = nextBlueGreen(rolloutIn(validated, first), candidate, strategy, seen({ bakeMs: 5_000 }));
    expect(step.state).toEqual({ kind: "baking", since: 1_000, until: 6_000 });
  });

  it("goes on where an older release has left it", () => {
    const draining = rolloutIn({ kind: "draining", since: 0 }, first);
    expect(told(nextBlueGreen(draining, candidate, strategy, seen()))).toBe("succeeded");
  });
});

describe("a version that comes back where nothing serves any more", () => {
  const back = { strategy, stable: null, kind: "rollback", fast: true } as const;

  it("is over once it has the traffic", () => {
    expect(told(nextBlueGreen(rolloutIn({ kind: "switching" }, back), candidate, strategy, seen()))).toBe("succeeded");
  });

  it("is not over before it answers everywhere, however long that takes", () => {
    const view = seen({ candidateReady: known(false) });
    expect(told(nextBlueGreen(rolloutIn({ kind: "switching" }, back), candidate, strategy, view))).toBe("draining");
  });
});

describe("a version that is validated with traffic, with one before it", () => {
  it("lets that finish its requests in flight", () => {
    expect(told(nextBlueGreen(rolloutIn(validated, { strategy }), candidate, strategy, seen()))).toBe("draining");
  });

  it("has nothing to wait for where that was taken out before", () => {
    const rollout = rolloutIn(validated, { strategy: { kind: "recreate" } });
    expect(told(nextRecreate(rollout, candidate, seen({ stableInstalled: known(false) })))).toBe("succeeded");
  });
});

describe("while the version before it is removed, a version with all the traffic", () => {
  const removing: RolloutState = { kind: "removing" };
  const taken = { ...strategy, keepOldVersion: false };
  const actionsOf = (parts: Partial<RolloutView>) =>
    nextBlueGreen(rolloutIn(removing, { strategy: taken }), candidate, taken, seen(parts)).actions.map(({ kind }) => kind);

  it.each<[string, Partial<RolloutView>, readonly string[]]>([
    ["needs nothing", {}, ["ensure-removed"]],
    ["is put back on an instance that lost it", { candidateReady: known(false) }, ["ensure-installed", "ensure-removed"]],
    ["is served where its instances are now", { isRouted: known(false) }, ["ensure-weights", "ensure-armed", "ensure-removed"]],
    ["gets its schedules back", { candidateArmed: known(false) }, ["ensure-armed", "ensure-removed"]],
  ])("%s", (_what, parts, kinds) => {
    expect(actionsOf(parts)).toEqual(kinds);
  });

  it.each<[string, Stuck["action"], string]>([
    ["is good although that version cannot be removed", { kind: "ensure-removed", unit: stable }, "succeeded"],
    ["waits for the removal although it cannot be put back itself", { kind: "ensure-installed", unit: candidate }, "removing"],
  ])("%s", (_what, action, end) => {
    const stuck: Stuck = { action, code: "engine/refused", detail: "refused", retry: "never", attempts: 1 };
    const rollout = rolloutIn(removing, { strategy: taken });
    expect(told(nextBlueGreen(rollout, candidate, taken, seen({ stuck, candidateReady: known(false) })))).toBe(end);
  });
});
