import { describe, expect, it } from "vitest";
import type { Order } from "../../../src/domain/journal/commands.ts";
import { eventsOf, tell } from "../../../src/domain/events/derive.ts";
import { before, now, order, person, row, status, step } from "../../support/decision-values.ts";

describe("git that lags behind", () => {
  const owing = row({ revert: { order, outcome: null } });
  const action = { kind: "ensure-reverted", process: "orders", order } as const;
  const stuck = { action, code: "git/unreachable", detail: "nobody answers", retry: "later", attempts: 1 } as const;
  const refusedOnce = { owed: [{ id: 1, action, notBefore: 0, stuck }] };

  it("is not told before the first try has failed", () => {
    const fresh = before({ owed: [{ id: 1, action, notBefore: 0, stuck: null }] }, owing);
    expect(tell(fresh, step())).toEqual({ ...step(), events: [] });
  });

  it("is told once, with why, and noted with the process", () => {
    const told = tell(before(refusedOnce, owing), step());
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
    expect(tell(before(refusedOnce, ...told.processes), step())).toEqual({ ...step(), events: [] });
  });

  it("is noted on the row that the step has anyway", () => {
    const told = tell(before(refusedOnce, owing), step({ processes: [{ ...owing, status: status() }] }));
    expect(told.processes).toMatchObject([{ status: { desired: "1.1.0" }, revert: { told: "owed" } }]);
  });

  it("is told when the revert waits for people on a branch of its own", () => {
    const outcome = { kind: "proposed", branch: "pinion/rollback-1", commit: "d1", why: "main is protected" } as const;
    const waiting = row({ revert: { order, outcome, told: "owed" } });
    const told = tell(before({}, waiting), step());
    expect(told.events).toMatchObject([{ kind: "git-lags", commit: "d1" }]);
    expect(told.events[0]?.why).toContain("merge the branch pinion/rollback-1");
    expect(tell(before({}, ...told.processes), step()).events).toEqual([]);
  });

  it("does not say that a proposal runs already", () => {
    const outcome = { kind: "proposed", branch: "pinion/rollback-1", commit: "d1", why: "approval" } as const;
    const waiting = row({ revert: { order: { ...order, mode: "propose", by: person }, outcome } });
    const [event] = tell(before({}, waiting), step({ processes: [waiting] })).events;
    expect(event?.why).toBe("Ada proposes to go back from 1.1.0 to 1.0.0: merge the branch pinion/rollback-1 to approve it");
  });

  it("is not told of a process that is forgotten just now", () => {
    expect(tell(before(refusedOnce, owing), step({ forgotten: ["orders"] })).processes).toEqual([]);
  });
});

describe("the line", () => {
  const freeze = { by: person, why: "incident", at: 9 };
  const unfreeze: Order = {
    id: "o1",
    environment: "production",
    by: { name: "Bo", email: null },
    why: "",
    at: 10,
    wish: { kind: "unfreeze" },
  };

  it("tells that it was stopped, once", () => {
    expect(eventsOf(before(), step({ line: { freeze } }))).toMatchObject([{ kind: "frozen", process: null, why: "by Ada: incident" }]);
    expect(eventsOf(before({ freeze }), step({ line: { freeze } }))).toEqual([]);
  });

  it("tells who let it go on", () => {
    const answers = [{ id: "o1", kind: "done", why: "", at: now }] as const;
    const events = eventsOf(before({ freeze, orders: [unfreeze] }), step({ line: { freeze: null }, answers }));
    expect(events).toMatchObject([{ kind: "unfrozen", why: "by Bo" }]);
    expect(eventsOf(before(), step({ line: { freeze: null } }))).toEqual([]);
  });
});
