/** When an environment is to be looked at again, though nothing happens. */

import { describe, expect, it } from "vitest";
import { earlier, overAt, timeIsOver } from "../../src/domain/strategies/deadline.ts";
import { decide } from "../../src/domain/decision/decide.ts";
import type { OwedAction } from "../../src/domain/journal/state.ts";
import { before, now, rollout, unit } from "../support/decision-values.ts";
import { environment, spec } from "../support/spec.ts";
import { known } from "./strategies/rolling-values.ts";

function owed(id: number, notBefore: number, retry: "later" | "never" | null): OwedAction {
  const action = { kind: "ensure-installed", unit: unit("1.1.0") } as const;
  return { id, action, notBefore, stuck: retry && { action, code: "engine/unreachable", detail: "no answer", retry, attempts: 1 } };
}

function wakeAt(...entries: readonly OwedAction[]): number | null {
  return decide(before({ owed: entries }), {
    now,
    lostMs: 0,
    commit: "c1",
    environment,
    spec,
    desired: { processes: new Map(), pins: new Map(), settingsDigest: unit("1.0.0").digest, unpinned: null },
    findings: [],
    engines: new Map([["node-red", known({ instances: [], installed: new Map() })]]),
    routes: known(new Map()),
    inFlight: known(new Map()),
    quarantine: [],
    measured: new Map(),
  }).wakeAt;
}

describe("what waits to be tried again", () => {
  it("wakes at the earliest of all times, in whatever order they are owed", () => {
    expect(wakeAt(owed(1, now + 900, "later"), owed(2, now + 400, "later"), owed(3, now + 700, null))).toBe(now + 400);
    expect(wakeAt(owed(1, now + 400, "later"), owed(2, now + 900, "later"))).toBe(now + 400);
  });

  it("does not wake for what is due now, and never for what is not tried again", () => {
    expect(wakeAt()).toBeNull();
    expect(wakeAt(owed(1, now, "later"), owed(2, now - 1, "later"))).toBeNull();
    expect(wakeAt(owed(1, now + 400, "never"))).toBeNull();
    expect(wakeAt(owed(1, now + 400, "never"), owed(2, now + 900, "later"))).toBe(now + 900);
  });
});

it.each([
  [1, 2, 1],
  [2, 1, 1],
  [null, 2, 2],
  [2, null, 2],
  [null, null, null],
])("the earlier of %s and %s is %s", (one, other, first) => {
  expect(earlier(one, other)).toBe(first);
});

describe("a rollout", () => {
  it("is looked at when its time is over, and not for its time once it is", () => {
    expect(timeIsOver(rollout({ deadline: now + 1 }), { now })).toBe(now + 1);
    expect(timeIsOver(rollout({ deadline: now }), { now })).toBeNull();
  });

  it("has more time where nothing could be recorded since it began, also while that goes on", () => {
    const began = { ...rollout({ deadline: now }), startedAt: now - 100 };
    const before = { from: now - 500, to: now - 70 };
    expect(timeIsOver(began, { now, unrecordable: [before] })).toBe(now + 30);
    expect(timeIsOver(began, { now, unrecordable: [before, { from: now - 20, to: null }] })).toBe(now + 50);
    expect(timeIsOver(began, { now, unrecordable: [{ from: now - 500, to: now - 100 }] })).toBeNull();
  });

  it("has more time by what was lost since its row was written", () => {
    const recorded = { deadline: now, startedAt: now - 100, lostMs: 40 };
    expect(overAt(recorded, { now, lostMs: 40 })).toBe(now);
    expect(overAt(recorded, { now, lostMs: 100 })).toBe(now + 60);
    expect(overAt({ deadline: now, startedAt: now - 100 }, { now, lostMs: 100 })).toBe(now);
    expect(overAt(recorded, { now, lostMs: 100, unrecordable: [{ from: now - 10, to: null }] })).toBe(now + 70);
  });

  it("that is rejected, or takes something out, ends by no time", () => {
    const rejected = { kind: "rejected", why: "bad", since: 1, hadTraffic: true, trigger: "error_rate" } as const;
    expect(timeIsOver(rollout({ deadline: now + 1, state: rejected }), { now })).toBeNull();
    expect(timeIsOver(rollout({ deadline: now + 1, candidate: null }), { now })).toBeNull();
  });
});
