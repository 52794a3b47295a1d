import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ReasonCode, reasonCatalogue } from "../../../src/domain/journal/reason.ts";
import type { RolloutState } from "../../../src/domain/journal/rollout.ts";
import type { ProcessStatus } from "../../../src/domain/journal/status.ts";
import { eventsOf } from "../../../src/domain/events/derive.ts";
import {
  before,
  deployment,
  ending,
  now,
  opening,
  request,
  person,
  rollout,
  row,
  status,
  decision,
  unit,
} from "../../support/decision-values.ts";
import { saying } from "../../support/reason.ts";

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

  it("gives the same events with the same ids for the same decision, and other ids for other kinds", () => {
    const one = decision({ deployments: [opening("deploy", "why"), { ...ending("Failed"), id: deployment }] });
    const state = before({}, row({ rollout: rollout() }));
    expect(eventsOf(state, one)).toEqual(eventsOf(state, one));
    expect(new Set(eventsOf(state, one).map(({ id }) => id)).size).toBe(2);
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

  it("is told when it is left alone", () => {
    const shown = row({
      status: status({ desired: "1.0.0", health: "Degraded", reason: saying("1.0.0 was changed by hand (selfHeal is off)", "Drifted") }),
    });
    expect(eventsOf(before(), decision({ processes: [shown] }))).toMatchObject([{ kind: "drift", process: "orders", version: "1.0.0" }]);
    expect(eventsOf(before({}, shown), decision({ processes: [shown] }))).toEqual([]);
  });
});

describe("holds", () => {
  it.each([
    ["a gate", status()],
    ["a quarantine", status({ reason: saying("1.1.0 is quarantined since 2026-01-01: too many errors", "Quarantined") })],
    ["a broken pin", status({ health: "Degraded", phase: "Succeeded", reason: saying("orders has no version 1.1.0", "PinUnusable") })],
    ["a removal that may be a mistake", status({ desired: null, health: "Suspended", reason: saying("all pins are gone", "NotRemoved") })],
  ])("tells that %s holds a process", (_name, held) => {
    const events = eventsOf(before({}, row({ status: status({ sync: "Synced" }) })), decision({ processes: [row({ status: held })] }));
    expect(events).toMatchObject([{ kind: "held", version: held.desired, from: "1.0.0", why: held.reason.text, deployment: null }]);
  });

  it("tells it once for every reason, whatever its words, and again where it is about something else", () => {
    const lacking = (about: string, text: string) => status({ reason: { code: "DependencyMissing", text, about } });
    const after = (first: ProcessStatus, next: ProcessStatus) =>
      eventsOf(before({}, row({ status: first })), decision({ processes: [row({ status: next })] }));
    const first = lacking("billing", "needs billing ^2.0.0, but 1.4.0 is serving");
    expect(after(first, lacking("billing", "needs billing ^2.0.0, but nothing is serving"))).toEqual([]);
    expect(after(first, lacking("tax", "needs tax ^2.0.0, which is not serving here"))).toHaveLength(1);
    expect(after(first, status({ reason: saying("frozen by Ada", "Frozen") }))).toHaveLength(1);
  });

  it("reads no text: any words with a code give the same events", () => {
    const codes = Object.keys(reasonCatalogue) as ReasonCode[];
    const kinds = (code: ReasonCode, text: string) => {
      const held = decision({
        processes: [row({ status: status({ reason: { code, text } }) })],
        deployments: [opening("self-heal", text, code)],
      });
      return eventsOf(before(), held).map(({ kind }) => kind);
    };
    const words = fc.oneof(
      fc.string(),
      fc.constantFrom("drift: x", "(selfHeal is off)", "2 of at most 2 deployments are running", "hands over: "),
    );
    fc.assert(fc.property(fc.constantFrom(...codes), words, (code, text) => void expect(kinds(code, text)).toEqual(kinds(code, "why"))));
  });

  it("tells it again for another version", () => {
    const other = status({ desired: "1.2.0" });
    expect(eventsOf(before({}, row({ status: status() })), decision({ processes: [row({ status: other })] }))).toHaveLength(1);
  });

  it.each<ReasonCode>(["WaitsForTurn", "WaitsForDependency", "HandingOver"])("does not tell of a turn that comes by itself: %s", (code) => {
    expect(eventsOf(before(), decision({ processes: [row({ status: status({ reason: saying("why", code) }) })] }))).toEqual([]);
  });

  it("does not tell of what could not be asked, nor of what is as pinned", () => {
    for (const sync of ["Unknown", "Synced"] as const)
      expect(eventsOf(before(), decision({ processes: [row({ status: status({ sync }) })] }))).toEqual([]);
  });

  it("leaves a failure to the failed deployment, and tells of the gate after a superseded one", () => {
    const known = before({}, row({ rollout: rollout() }));
    const held = row({ status: status({ phase: "Failed", health: "Degraded" }) });
    expect(eventsOf(known, decision({ deployments: [ending("Failed")], processes: [held] })).map(({ kind }) => kind)).toEqual(["failed"]);
    expect(eventsOf(known, decision({ deployments: [ending("Superseded")], processes: [held] })).map(({ kind }) => kind)).toEqual(["held"]);
  });

  it("does not tell of a version that is still pinned because its revert is on its way", () => {
    const held = row({ status: status({ reason: saying("1.1.0 is quarantined", "Quarantined") }), revert: { request, outcome: null } });
    expect(eventsOf(before(), decision({ processes: [held] }))).toEqual([]);
  });

  it("tells that a person has paused a deployment, and that a canary waits for one", () => {
    const paused = row({ rollout: rollout({ paused: { by: person, why: "lunch", at: 5 } }) });
    const known = before({}, row({ rollout: rollout() }));
    expect(eventsOf(known, decision({ processes: [paused] }))).toMatchObject([
      { kind: "held", why: "paused by Ada: lunch", version: "1.1.0" },
    ]);
    expect(eventsOf(before({}, paused), decision({ processes: [paused] }))).toEqual([]);
    const steps = [
      { kind: "weight", weight: 10 },
      { kind: "pause", durationMs: null },
    ] as const;
    const warm = { count: 1, maxAgeMs: null };
    const strategy = { kind: "canary", steps, checks: [], maxDurationMs: 1, keepOldVersion: true, warm } as const;
    const shifting = (at: number) => row({ rollout: rollout({ strategy, state: { kind: "shifting", step: at, weight: 10, since: 1 } }) });
    expect(eventsOf(before({}, shifting(0)), decision({ processes: [shifting(1)] }))).toMatchObject([
      { kind: "held", why: "waits at 10 % until a person promotes it" },
    ]);
    expect(eventsOf(before({}, shifting(1)), decision({ processes: [shifting(0)] }))).toEqual([]);
  });
});
