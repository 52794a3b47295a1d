/** When a rollout runs out of time. */

import { describe, expect, it } from "vitest";
import { earlier, overAt, timeIsOver } from "../../../src/domain/strategies/deadline.ts";
import { now, rollout } from "../../support/decision-values.ts";

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
