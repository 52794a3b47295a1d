/** A version that fails together with a version that it calls is tried once more. */

import { describe, expect, it } from "vitest";
import type { Case } from "../../../src/domain/journal/case.ts";
import type { Rollout, RolloutState } from "../../../src/domain/journal/rollout.ts";
import type { ProcessState } from "../../../src/domain/journal/state.ts";
import { notingByCatch } from "../../../src/domain/rollback/by-catch.ts";
import { before, now, request, rollout, row } from "../../support/decision-values.ts";

describe("a version that fails while what it calls is rolled back", () => {
  const billing = (parts: Partial<ProcessState>) => row({ process: "billing", ...parts });
  const rejected = (parts: Partial<Extract<RolloutState, { kind: "rejected" }>> = {}): RolloutState => ({
    kind: "rejected",
    why: "its smoke test failed",
    since: now,
    hadTraffic: false,
    trigger: "validation",
    ...parts,
  });

  function awaits(of: Rollout, called: ProcessState, { required = true, own = row() } = {}): string | undefined {
    const dependencies = [{ type: "workflow", name: "billing", version: "*", required }];
    const one = {
      before: own,
      desired: { kind: "run", summary: { dependencies } },
      pass: {
        state: before({}, called),
        observation: {
          measured: new Map(),
          spec: null,
          engines: new Map([["node-red", { kind: "unknown" }]]),
          routes: { kind: "unknown" },
        },
      },
    };
    return notingByCatch(one as unknown as Case, of).awaits;
  }

  it.each([
    ["its revert is owed", billing({ revert: { request, outcome: null } })],
    ["it goes back", billing({ rollout: rollout({ process: "billing", kind: "rollback" }) })],
    ["it is rejected with traffic", billing({ rollout: rollout({ state: rejected({ hadTraffic: true }) }) })],
    ["it was rolled back since", billing({ rolledBackAt: 5 })],
  ])("awaits it: %s", (_, called) => {
    expect(awaits(rollout({ state: rejected() }), called)).toBe("billing");
  });

  it.each([
    ["nothing is wrong with that", rollout({ state: rejected() }), billing({})],
    ["that was rolled back before", rollout({ state: rejected(), startedAt: 6 }), billing({ rolledBackAt: 5 })],
    ["it was tried again already", rollout({ state: rejected(), isSecondTry: true }), billing({ rolledBackAt: 5 })],
    ["a person has ended it", rollout({ state: rejected({ trigger: "abort" }) }), billing({ rolledBackAt: 5 })],
    ["it goes on", rollout(), billing({ rolledBackAt: 5 })],
    ["it goes back itself", rollout({ kind: "rollback", state: rejected() }), billing({ rolledBackAt: 5 })],
  ])("awaits nobody when %s", (_, of, called) => {
    expect(awaits(of, called)).toBeUndefined();
  });

  it("awaits nobody whom it need not call", () => {
    expect(awaits(rollout({ state: rejected() }), billing({ rolledBackAt: 5 }), { required: false })).toBeUndefined();
  });

  it("awaits nobody once it is rejected with its callers, and somebody before", () => {
    const withCallers = rollout({ state: rejected({ hadTraffic: true }) });
    expect(awaits(withCallers, billing({ rolledBackAt: 5 }))).toBe("billing");
    expect(awaits(withCallers, billing({ rolledBackAt: 5 }), { own: row({ revert: { request, outcome: null } }) })).toBeUndefined();
  });
});
