import { describe, expect, it } from "vitest";
import type { Observation, ProcessObservation } from "../../../src/domain/observed/observation.ts";
import type { ProcessState } from "../../../src/domain/journal/state.ts";
import { describeRollout } from "../../../src/domain/status/describe-status.ts";
import { candidate, rolloutIn } from "../strategies/rolling-values.ts";

const before = { process: "orders", status: null } as ProcessState;
const observation = { environment: "production", now: 1_000 } as Observation;
const endpoints = [{ method: "GET", path: "/orders" }];
const rollout = rolloutIn({ kind: "baking", since: 0, until: 60_000 });

function seenOn(ready: readonly string[]): ProcessObservation {
  const placements = ready.map((instance) => ({ instance, address: `http://${instance}`, ready: true, inFlight: 0, counts: null }));
  const targets = ready.map((instance) => ({ instance, url: `http://${instance}` }));
  return {
    process: "orders",
    desired: null,
    installed: [{ ...candidate, drift: null, armed: true, endpoints, placements }],
    route: { process: "orders", timeoutMs: 30_000, sticky: null, shares: [{ ...candidate, weight: 100, endpoints, targets }] },
    instances: ["a", "b"].map((id) => ({ id, state: "ready", why: "" })),
  };
}

describe("the health of what has all the traffic and is watched", () => {
  it.each([
    ["is Healthy where every instance serves it", seenOn(["a", "b"]), "Healthy"],
    ["is Degraded where an instance does not serve it", seenOn(["a"]), "Degraded"],
    ["is Degraded where it cannot be asked", null, "Degraded"],
  ] as const)("%s", (_, view, health) => {
    const reason = { code: "Baking", text: "watched" } as const;
    expect(describeRollout(before, observation, view, { rollout, reason, isAlarming: false, isStopped: false }).health).toBe(health);
  });
});
