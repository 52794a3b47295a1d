/** One decision about a whole environment. */

import { describe, expect, it } from "vitest";
import { decide } from "../../../src/domain/decision/decide.ts";
import type { OwedAction } from "../../../src/domain/journal/state.ts";
import { before, now, unit } from "../../support/decision-values.ts";
import { environment, spec } from "../../support/spec.ts";
import { known } from "../strategies/rolling-values.ts";

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
