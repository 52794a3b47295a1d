import { describe, expect, it } from "vitest";
import type { Command } from "../../../src/domain/journal/commands.ts";
import { eventsOf, withEvents } from "../../../src/domain/events/derive.ts";
import { before, now, request, person, row, status, decision } from "../../support/decision-values.ts";

describe("git that lags behind", () => {
  const owing = row({ revert: { request, outcome: null } });
  const action = { kind: "ensure-reverted", process: "orders", request } as const;
  const stuck = { action, code: "git/unreachable", detail: "nobody answers", retry: "later", attempts: 1 } as const;
  const refusedOnce = { owed: [{ id: 1, action, notBefore: 0, stuck }] };

  it("is not told before the first try has failed", () => {
    const fresh = before({ owed: [{ id: 1, action, notBefore: 0, stuck: null }] }, owing);
    expect(withEvents(fresh, decision())).toEqual({ ...decision(), events: [] });
  });

  it("is told once, with why, and noted with the process", () => {
    const told = withEvents(before(refusedOnce, owing), decision());
    expect(told.events).toMatchObject([
      {
        kind: "git-lags",
        version: "1.1.0",
        from: "1.0.0",
        why: "1.0.0 runs, and git still pins 1.1.0: nobody answers",
        trigger: "error_rate",
      },
    ]);
    expect(told.processes).toMatchObject([{ process: "orders", revert: { told: "owed" } }]);
    expect(withEvents(before(refusedOnce, ...told.processes), decision())).toEqual({ ...decision(), events: [] });
  });

  it("is noted on the row that the step has anyway", () => {
    const told = withEvents(before(refusedOnce, owing), decision({ processes: [{ ...owing, status: status() }] }));
    expect(told.processes).toMatchObject([{ status: { desired: "1.1.0" }, revert: { told: "owed" } }]);
  });

  it("is told when the revert waits for people on a branch of its own", () => {
    const outcome = { kind: "proposed", branch: "pinion/rollback-1", commit: "d1", why: "main is protected" } as const;
    const waiting = row({ revert: { request, outcome, told: "owed" } });
    const told = withEvents(before({}, waiting), decision());
    expect(told.events).toMatchObject([{ kind: "git-lags", commit: "d1" }]);
    expect(told.events[0]?.why).toContain("merge the branch pinion/rollback-1");
    expect(withEvents(before({}, ...told.processes), decision()).events).toEqual([]);
  });

  it("does not say that a proposal runs already", () => {
    const outcome = { kind: "proposed", branch: "pinion/rollback-1", commit: "d1", why: "approval" } as const;
    const waiting = row({ revert: { request: { ...request, mode: "propose", by: person }, outcome } });
    const [event] = withEvents(before({}, waiting), decision({ processes: [waiting] })).events;
    expect(event?.why).toBe("Ada proposes to go back from 1.1.0 to 1.0.0: merge the branch pinion/rollback-1 to approve it");
  });

  it("is not told of a process that is forgotten just now", () => {
    expect(withEvents(before(refusedOnce, owing), decision({ forgotten: ["orders"] })).processes).toEqual([]);
  });
});

describe("the line", () => {
  const freeze = { by: person, why: "incident", at: 9 };
  const unfreeze: Command = {
    id: "o1",
    environment: "production",
    by: { name: "Bo", email: null },
    why: "",
    at: 10,
    spec: { kind: "unfreeze" },
  };

  it("tells that it was stopped, once", () => {
    expect(eventsOf(before(), decision({ freezing: { freeze } }))).toMatchObject([
      { kind: "frozen", process: null, why: "by Ada: incident" },
    ]);
    expect(eventsOf(before({ freeze }), decision({ freezing: { freeze } }))).toEqual([]);
  });

  it("tells who let it go on", () => {
    const answers = [{ id: "o1", kind: "done", why: "", at: now }] as const;
    const events = eventsOf(before({ freeze, commands: [unfreeze] }), decision({ freezing: { freeze: null }, results: answers }));
    expect(events).toMatchObject([{ kind: "unfrozen", why: "by Bo" }]);
    expect(eventsOf(before(), decision({ freezing: { freeze: null } }))).toEqual([]);
  });
});
