/** Which events tell that a deployment began and how it ended. */

import { describe, expect, it } from "vitest";
import { eventsOf } from "../../../src/domain/events/derive.ts";
import type { RolloutState } from "../../../src/domain/journal/rollout.ts";
import { before, decision, deployment, ending, now, opening, request, rollout, row, unit } from "../../support/decision-values.ts";

const rejected: RolloutState = { kind: "rejected", why: "bad", since: 1, hadTraffic: true, trigger: "error_rate" };

describe("deployments", () => {
  it("tells that one began, with its versions and the commit", () => {
    const [event, ...more] = eventsOf(before(), decision({ deployments: [opening("deploy", "1.1.0 is pinned")] }));
    expect(more).toEqual([]);
    expect(event).toEqual({
      id: `${deployment}.started.rs`,
      kind: "started",
      at: now,
      environment: "production",
      process: "orders",
      deployment,
      version: "1.1.0",
      from: "1.0.0",
      commit: "c1",
      trigger: null,
      code: "Unrecorded",
      why: "1.1.0 is pinned",
    });
  });

  it.each([
    ["Succeeded", "succeeded"],
    ["Failed", "failed"],
    ["Aborted", "failed"],
    ["RolledBack", "rolled-back"],
    ["Superseded", null],
  ] as const)("tells of one that ended %s: %s", (phase, kind) => {
    const events = eventsOf(before({}, row({ rollout: rollout() })), decision({ deployments: [ending(phase)], processes: [row()] }));
    expect(events.map((event) => event.kind)).toEqual(kind === null ? [] : [kind]);
    for (const event of events)
      expect(event).toMatchObject({ process: "orders", version: "1.1.0", from: "1.0.0", commit: "c1", deployment });
  });

  it("names what rejected a version", () => {
    const known = before({}, row({ rollout: rollout({ state: rejected }) }));
    expect(eventsOf(known, decision({ deployments: [ending("RolledBack")] }))).toMatchObject([{ trigger: "error_rate" }]);
    const just = { ...ending("Failed"), trigger: "timeout" };
    expect(eventsOf(known, decision({ deployments: [just] }))).toMatchObject([{ kind: "failed", trigger: "timeout" }]);
  });

  it("calls the return to an older version a rollback of the newer one", () => {
    const back = rollout({ kind: "rollback", candidate: unit("1.0.0"), stable: unit("1.1.0") });
    const moved = eventsOf(before({}, row({ rollout: back })), decision({ deployments: [ending("Succeeded")] }));
    expect(moved).toMatchObject([{ kind: "rolled-back", version: "1.1.0", from: "1.0.0", trigger: "pin" }]);
    const revert = { request: { ...request, trigger: "manual" }, outcome: null };
    const ordered = eventsOf(before({}, row({ rollout: back, revert })), decision({ deployments: [ending("Succeeded")] }));
    expect(ordered).toMatchObject([{ kind: "rolled-back", trigger: "manual" }]);
  });

  it("calls it no rollback when a good version comes back that is newer", () => {
    const forth = rollout({ kind: "rollback" });
    const events = eventsOf(before({}, row({ rollout: forth })), decision({ deployments: [ending("Succeeded")] }));
    expect(events).toMatchObject([{ kind: "succeeded", version: "1.1.0", from: "1.0.0" }]);
  });
});

describe("drift", () => {
  it("is told when it is healed, and healing itself is not", () => {
    const begun = eventsOf(before(), decision({ deployments: [opening("self-heal", "drift: 1.1.0 was changed by hand", "HealingDrift")] }));
    expect(begun.map(({ kind }) => kind)).toEqual(["drift"]);
    const healed = eventsOf(before({}, row({ rollout: rollout({ kind: "self-heal" }) })), decision({ deployments: [ending("Succeeded")] }));
    expect(healed).toEqual([]);
  });

  it("is not what an instance is that came back empty", () => {
    expect(eventsOf(before(), decision({ deployments: [opening("self-heal", "1.1.0 is missing on blue", "Healing")] }))).toEqual([]);
  });

  it("is told once when healing fails and is tried again", () => {
    const failed = row({ refused: { unit: unit("1.1.0"), why: "refused", at: 1 } });
    expect(eventsOf(before({}, failed), decision({ deployments: [opening("self-heal", "drift: again", "HealingDrift")] }))).toEqual([]);
    const again = { ...failed, rollout: rollout({ kind: "self-heal" }) };
    expect(eventsOf(before({}, again), decision({ deployments: [ending("Failed")] }))).toEqual([]);
  });
});
