/** Deployments that wait for each other say so, and only those that would wait until their time is over. */

import { describe, expect, it } from "vitest";
import { namingDeadlocks } from "../../../src/domain/decision/deadlocked.ts";
import type { ProcessDecision } from "../../../src/domain/journal/case.ts";
import type { Handover, Handovers } from "../../../src/domain/journal/handover.ts";
import type { ReasonCode } from "../../../src/domain/journal/reason.ts";
import type { ProcessState } from "../../../src/domain/journal/state.ts";
import type { ProcessStatus } from "../../../src/domain/journal/status.ts";
import { passOf } from "../../support/case-values.ts";
import { now, rollout, row, status } from "../../support/decision-values.ts";

interface Decided {
  readonly stored: ProcessState;
  readonly decision: ProcessDecision;
}

function decided(process: string, code: ReasonCode, { about, last = null }: { about?: string; last?: ProcessStatus | null } = {}): Decided {
  const reason = { code, text: `${code} of ${process}`, ...(about !== undefined && { about }) };
  const stored = row({ process, status: last, rollout: rollout({ process, state: { kind: "handing-over", since: 1 } }) });
  const after = { ...stored, status: status({ process, reason }) };
  return { stored, decision: { after, actions: [], replacesOwed: false, deployments: [], wakeAt: null } };
}

/** It calls the new version of another one. */
const calls = (process: string, about: string): Decided => decided(process, "WaitsForDependency", { about });
/** It is ready, and waits until paths change owner. */
const handsOver = (process: string): Decided => decided(process, "HandingOver");
const waits = (...others: readonly string[]): Handover => ({ kind: "waits", why: "hands over: waits", with: others });

function codesAfter(all: readonly Decided[], handovers: Handovers): readonly (string | undefined)[] {
  return namingDeadlocks(all, passOf({ pass: { handovers } })).map(({ decision }) => decision.after?.status?.reason.code);
}

const handingOver = new Map([["a", waits("b")]]);

describe("a circle", () => {
  it.each<[string, readonly Decided[], Handovers, readonly string[]]>([
    ["of a call and a path is a deadlock", [handsOver("a"), calls("b", "a")], handingOver, ["Deadlocked", "Deadlocked"]],
    [
      "over a third process is one, too, and others are left out",
      [handsOver("a"), calls("b", "c"), calls("c", "a"), calls("d", "a")],
      handingOver,
      ["Deadlocked", "Deadlocked", "Deadlocked", "WaitsForDependency"],
    ],
    [
      "beside another one is a deadlock of its own, and both are said",
      [handsOver("a"), calls("b", "a"), handsOver("c"), calls("d", "c")],
      new Map([
        ["a", waits("b")],
        ["c", waits("d")],
      ]),
      ["Deadlocked", "Deadlocked", "Deadlocked", "Deadlocked"],
    ],
    [
      "of paths alone ends when all are ready",
      [handsOver("a"), handsOver("b")],
      new Map([
        ["a", waits("b")],
        ["b", waits("a")],
      ]),
      ["HandingOver", "HandingOver"],
    ],
    ["of calls alone is found in the files", [calls("a", "b"), calls("b", "a")], handingOver, ["WaitsForDependency", "WaitsForDependency"]],
    [
      "in which one still does something is none",
      [decided("a", "Installing"), calls("b", "a")],
      handingOver,
      ["Installing", "WaitsForDependency"],
    ],
    [
      "is none where the paths change owner now",
      [handsOver("a"), calls("b", "a")],
      new Map([["a", { ...waits("b"), kind: "goes", exchanged: [] }]]),
      ["HandingOver", "WaitsForDependency"],
    ],
    ["is none where no path changes owner", [handsOver("a"), calls("b", "a")], new Map(), ["HandingOver", "WaitsForDependency"]],
  ])("%s", (_what, all, handovers, codes) => {
    expect(codesAfter(all, handovers)).toEqual(codes);
  });
});

describe("a process in a deadlock", () => {
  const named = (last: ProcessStatus | null = null) => {
    const all = [decided("a", "HandingOver", { last }), calls("b", "a")];
    return namingDeadlocks(all, passOf({ pass: { handovers: handingOver } }))[0]?.decision.after?.status;
  };

  it("is degraded, and names all of them with what each waits for", () => {
    expect(named()).toMatchObject({
      health: "Degraded",
      reason: {
        code: "Deadlocked",
        about: "a 1.1.0, b 1.1.0",
        text: "deployments wait for each other and will never start: a HandingOver of a; b WaitsForDependency of b",
      },
      since: now,
    });
  });

  it("is so since it was degraded first", () => {
    expect(named(status({ process: "a", health: "Degraded", since: 7 }))?.since).toBe(7);
    expect(named(status({ process: "a", health: "Healthy", since: 7 }))?.since).toBe(now);
  });
});
