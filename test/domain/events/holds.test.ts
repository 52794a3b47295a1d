/** Which events tell that a process is not what is pinned, and why. */

import { describe, expect, it } from "vitest";
import { eventsOf } from "../../../src/domain/events/derive.ts";
import type { ReasonCode } from "../../../src/domain/journal/reason.ts";
import type { ProcessStatus } from "../../../src/domain/journal/status.ts";
import { before, decision, ending, person, request, rollout, row, status } from "../../support/decision-values.ts";
import { saying } from "../../support/reason.ts";

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

  it("tells of drift that is left alone", () => {
    const shown = row({
      status: status({ desired: "1.0.0", health: "Degraded", reason: saying("1.0.0 was changed by hand (selfHeal is off)", "Drifted") }),
    });
    expect(eventsOf(before(), decision({ processes: [shown] }))).toMatchObject([{ kind: "drift", process: "orders", version: "1.0.0" }]);
    expect(eventsOf(before({}, shown), decision({ processes: [shown] }))).toEqual([]);
  });
});
