/** A process that is no longer pinned: without traffic it stays warm for `pruneDelay`, then it is removed, unless something forbids that. */

import { describe, expect, it } from "vitest";
import { describeStay, keepWarm, pinnedAgain } from "../../../src/domain/decision/taken-out.ts";
import { caseOf, installedAs, pinnedTo, type Stage, unitOf, viewOf } from "../../support/case-values.ts";
import { now, row } from "../../support/decision-values.ts";
import { spec } from "../../support/spec.ts";

const pruneDelayMs = 5_000;
const disarm = { kind: "ensure-armed", process: "orders", digest: null };
const remove = { kind: "ensure-removed", unit: unitOf("orders", "1.0.0") };

interface Row {
  readonly when: string;
  /** Since when it has been without pin; null: since now. */
  readonly takenOutAt: number | null;
  readonly armed?: boolean | null;
  readonly why?: string;
  readonly does: readonly unknown[];
  readonly wakeAt: number | null;
  readonly text: string;
}

const rows: readonly Row[] = [
  {
    when: "it is seen without traffic for the first time",
    takenOutAt: null,
    does: [disarm],
    wakeAt: now + pruneDelayMs,
    text: "taken out of production: no longer pinned; 1.0.0 is kept warm for a while, so that a revert brings it back at once",
  },
  { when: "its schedules fire no more", takenOutAt: null, armed: false, does: [], wakeAt: now + pruneDelayMs, text: "is kept warm" },
  {
    when: "its engine does not control schedules",
    takenOutAt: null,
    armed: null,
    does: [],
    wakeAt: now + pruneDelayMs,
    text: "is kept warm",
  },
  { when: "its time is not over", takenOutAt: now - pruneDelayMs + 1, armed: false, does: [], wakeAt: now + 1, text: "is kept warm" },
  {
    when: "its time is over",
    takenOutAt: now - pruneDelayMs,
    does: [remove],
    wakeAt: null,
    text: "taken out of production: no longer pinned",
  },
  {
    when: "its time is over, and it must not be removed",
    takenOutAt: now - pruneDelayMs,
    why: "the environment has errors",
    does: [disarm],
    wakeAt: null,
    text: "1.0.0 is kept warm and not removed: the environment has errors",
  },
];

describe("what is taken out", () => {
  const stageOf = ({ takenOutAt, armed = true }: Row): Stage => ({
    installed: [installedAs("orders", "1.0.0", { armed })],
    states: [row({ takenOutAt })],
    observation: { spec: { ...spec, pruneDelayMs } },
  });

  it.each(rows)("$when", (each) => {
    const stage = stageOf(each);
    const { after, actions, wakeAt } = keepWarm(caseOf("orders", stage), viewOf("orders", stage), each.why ?? null);
    expect({ does: actions, wakeAt }).toEqual({ does: each.does, wakeAt: each.wakeAt });
    expect(after?.takenOutAt).toBe(each.takenOutAt ?? now);
    expect(after?.status?.reason).toEqual({ code: "TakenOut", text: expect.stringContaining(each.text) });
  });

  it("is no longer taken out once it is pinned again", () => {
    const takenOut = row({ takenOutAt: 7 });
    expect(pinnedAgain({ before: takenOut, desired: pinnedTo("orders", "1.0.0") }).takenOutAt).toBeNull();
    expect(pinnedAgain({ before: takenOut, desired: null })).toBe(takenOut);
  });

  it("serves until another process takes its paths over", () => {
    expect(describeStay("orders", { why: "hands over: waits for billing" })).toBe(
      "hands over: waits for billing; orders serves until then: to keep it, revert the commit that removed its pin",
    );
  });
});
