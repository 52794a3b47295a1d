/** What is remembered of a deployment that is over, who is tried once more, and whose journal was lost. */

import { describe, expect, it } from "vitest";
import { notingByCatch } from "../../src/domain/rollback/by-catch.ts";
import type { Case } from "../../src/domain/journal/case.ts";
import { knownGoodAfter } from "../../src/domain/decision/known-good.ts";
import { freezeForLostJournal } from "../../src/domain/decision/lost-journal.ts";
import type { Rollout, RolloutState } from "../../src/domain/journal/rollout.ts";
import type { Observation } from "../../src/domain/observed/observation.ts";
import type { ProcessState } from "../../src/domain/journal/state.ts";
import { nextCanary } from "../../src/domain/strategies/canary.ts";
import { before, now, request, rollout, row, unit } from "../support/decision-values.ts";
import { canary } from "../support/progressive.ts";
import { environment } from "../support/spec.ts";
import { candidate, known, rolloutIn, seenWith } from "./strategies/rolling-values.ts";

describe("what is known to be good", () => {
  const end = { phase: "Succeeded", why: "so it ended", at: now } as const;
  const good = (version: string) => ({ process: "orders", version, digest: `sha256-${version.padEnd(64, "0")}` as const, at: 1 });

  it("is the newest first, each unit once, and ten of them", () => {
    const many = Array.from({ length: 12 }, (_, index) => good(`0.${index}.0`));
    const after = knownGoodAfter(row({ knownGood: many }), rollout(), end);
    expect(after).toHaveLength(10);
    expect(after.slice(0, 2).map(({ version }) => version)).toEqual(["1.1.0", "0.0.0"]);
    const again = knownGoodAfter(row({ knownGood: [good("0.1.0"), { ...unit("1.1.0"), at: 1 }] }), rollout(), end);
    expect(again.map(({ version, at }) => [version, at])).toEqual([
      ["1.1.0", now],
      ["0.1.0", 1],
    ]);
  });

  it.each([
    ["fails", rollout(), { ...end, phase: "Failed" }],
    ["is rolled back", rollout(), { ...end, phase: "RolledBack" }],
    ["only puts back what was changed by hand", rollout({ kind: "self-heal" }), end],
    ["takes something out", rollout({ kind: "prune", candidate: null }), end],
  ] as const)("is not what %s", (_, of, how) => {
    const remembered = row({ knownGood: [good("0.1.0")] });
    expect(knownGoodAfter(remembered, of, how)).toBe(remembered.knownGood);
  });
});

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

describe("a journal that knows nothing", () => {
  const installed = { ...unit("1.0.0"), drift: null, armed: true, endpoints: [], placements: [] };
  const share = { version: "1.0.0", digest: unit("1.0.0").digest, weight: 100, endpoints: [], targets: [] };
  const route = { process: "orders", timeoutMs: 1, sticky: null, shares: [share] };
  const observation = (parts: Partial<Observation>) =>
    ({
      now,
      environment,
      engines: new Map([["node-red", known({ instances: [], installed: new Map() })]]),
      routes: known(new Map()),
      ...parts,
    }) as unknown as Observation;
  const fresh = before({ hasAnswered: false });

  it.each([
    [
      "an engine that runs our versions",
      { engines: new Map([["node-red", known({ instances: [], installed: new Map([["orders", [installed]]]) })]]) },
    ],
    ["a router that has our routes", { routes: known(new Map([["orders", route]])) }],
  ])("was lost beside %s", (_, parts) => {
    expect(freezeForLostJournal(fresh, observation(parts))?.why).toContain("versions of orders run here already");
  });

  it("is new where nothing runs, and not asked about before both have answered, nor again", () => {
    const routes = known(new Map([["orders", route]]));
    expect(freezeForLostJournal(fresh, observation({}))).toBeNull();
    expect(
      freezeForLostJournal(fresh, observation({ routes, engines: new Map([["node-red", { kind: "unknown", why: "silent" }]]) })),
    ).toBeNull();
    expect(freezeForLostJournal(before(), observation({ routes }))).toBeNull();
  });
});

it("a canary takes its steps one by one, each for as long as it says", () => {
  const spec = {
    ...canary,
    steps: [
      { kind: "weight", weight: 20 },
      { kind: "pause", durationMs: 5_000 },
      { kind: "weight", weight: 50 },
      { kind: "analysis", durationMs: 3_000 },
    ],
  } as const;
  const next = (step: number, weight: number, at: number) =>
    nextCanary(
      rolloutIn({ kind: "shifting", step, weight, since: 0 }, { strategy: spec }),
      candidate,
      spec,
      seenWith([], { now: at, candidateWeight: known(weight), stableWeight: known(100 - weight) }),
    );
  expect(next(1, 20, 4_999)).toMatchObject({ state: { kind: "shifting", step: 1 }, wakeAt: 5_000 });
  expect(next(1, 20, 5_000).state).toMatchObject({ kind: "shifting", step: 2, weight: 50 });
  expect(next(2, 50, 6_000).state).toMatchObject({ kind: "shifting", step: 3, weight: 50 });
  expect(next(3, 50, 2_999)).toMatchObject({ state: { kind: "shifting", step: 3 }, wakeAt: 3_000 });
  expect(next(3, 50, 3_000).state).toEqual({ kind: "switching" });
});
