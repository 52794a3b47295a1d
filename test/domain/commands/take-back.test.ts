/** A person takes a version back: `rollback` by a commit, `recover` with the traffic first. */

import { describe, expect, it } from "vitest";
import { recover, rollBack } from "../../../src/domain/commands/take-back.ts";
import type { Executed, Given } from "../../../src/domain/commands/executed.ts";
import type { CommandSpec } from "../../../src/domain/journal/commands.ts";
import type { RevertRequest } from "../../../src/domain/journal/revert.ts";
import type { Exchange, Rollout } from "../../../src/domain/journal/rollout.ts";
import type { ProcessState } from "../../../src/domain/journal/state.ts";
import { requestsOf } from "../../../src/domain/observed/requests.ts";
import { definitionOf, get, goodAs, installedAs, observing, pinnedTo, routeTo, type Stage, unitOf } from "../../support/case-values.ts";
import { now, person, request, rollout, row } from "../../support/decision-values.ts";
import { spec } from "../../support/spec.ts";

const good = [goodAs("orders", "1.1.0"), goodAs("orders", "1.0.0")];
const running: Stage = {
  pinned: [pinnedTo("orders", "1.1.0")],
  installed: [installedAs("orders", "1.0.0"), installedAs("orders", "1.1.0")],
  routes: [routeTo("orders", { "1.1.0": 100 })],
};
const revert = (parts: Partial<RevertRequest> = {}) => ({ ...request, ...parts });
const proposed = { kind: "proposed", branch: "pinion/rollback-1", commit: "c2", why: "asked for" } as const;
const held = { version: "1.0.0", digest: definitionOf("orders", "1.0.0"), why: "bad", at: 1, rollbackId: "r0", isInGit: true };
const underWay = (parts: Partial<Rollout> = {}): Rollout =>
  rollout({
    stable: unitOf("orders", "1.0.0"),
    candidate: unitOf("orders", "1.1.0"),
    state: { kind: "baking", since: 1, until: 9_999 },
    ...parts,
  });

interface Row {
  readonly when: string;
  readonly stage?: Stage;
  readonly remembered?: Partial<ProcessState>;
  readonly to?: string;
  readonly why: string;
}

function given(spec: CommandSpec, { stage = running, remembered = {} }: Pick<Row, "stage" | "remembered">): Given {
  const observation = observing({ ...running, ...stage });
  const before = row({ knownGood: good, ...remembered });
  const command = { id: "4711", environment: "production", by: person, why: "wrong totals", at: now, spec };
  return {
    command,
    before,
    desired: observation.desired?.processes.get("orders") ?? null,
    observation,
    processes: new Map([["orders", before]]),
  };
}

function rolledBack(each: Pick<Row, "stage" | "remembered" | "to">): Executed {
  const asked = { kind: "rollback", process: "orders", to: each.to ?? null } as const;
  return rollBack(given(asked, each), asked);
}

const recovered = (each: Pick<Row, "stage" | "remembered">): Executed => recover(given({ kind: "recover", process: "orders" }, each));

function done(executed: Executed): Extract<Executed, { kind: "done" }> {
  if (executed.kind === "refused") throw new Error(executed.why);
  return executed;
}

describe("rollback", () => {
  it("owes a commit that restores the pin, names the person, and rejects nothing", () => {
    const { after, actions, why } = done(rolledBack({}));
    expect(why).toBe("a commit restores the pin: 1.1.0 → 1.0.0");
    expect(after.revert).toEqual({
      request: {
        id: "order.4711",
        environment: "production",
        process: "orders",
        from: "1.1.0",
        to: "1.0.0",
        at: now,
        commit: "c1",
        deployment: null,
        by: person,
        quarantine: null,
        mode: "push",
        why: "wrong totals",
        trigger: "manual",
      },
      outcome: null,
    });
    expect([actions, after.quarantined]).toEqual([[], []]);
  });

  it("goes to the version that is asked for", () => {
    const remembered = { knownGood: [...good, goodAs("orders", "0.9.0")] };
    expect(done(rolledBack({ remembered, to: "0.9.0" })).after.revert?.request.to).toBe("0.9.0");
  });

  it("is proposed where it needs an approval", () => {
    const manual = { enabled: true, approvalRequired: true };
    const stage = { observation: { spec: { ...spec, rollback: { ...spec.rollback, manual } } } };
    const { after, why } = done(rolledBack({ stage }));
    expect([after.revert?.request.mode, why]).toEqual(["propose", expect.stringContaining("is proposed on a branch, for approval")]);
  });

  it("says that its target was never judged", () => {
    const remembered = { knownGood: [good[0] ?? goodAs("orders", "1.1.0"), { ...goodAs("orders", "1.0.0"), unjudged: "no requests" }] };
    expect(done(rolledBack({ remembered })).why).toContain("(1.0.0 was not judged: no requests)");
  });

  it.each<Row>([
    { when: "it is not pinned", stage: { pinned: [] }, why: "it is not pinned here" },
    {
      when: "no other version was good",
      remembered: { knownGood: [goodAs("orders", "1.1.0")] },
      why: "no other version was ever found good here",
    },
    { when: "its target is pinned", to: "1.1.0", why: "1.1.0 is pinned already" },
    { when: "its target was never good", to: "0.1.0", why: "0.1.0 was never found good here" },
    { when: "its target is in quarantine", to: "1.0.0", remembered: { quarantined: [held] }, why: "1.0.0 is in quarantine here" },
    {
      when: "the only other version is in quarantine",
      remembered: { quarantined: [held] },
      why: "what was found good here is in quarantine (1.0.0): remove an entry from quarantine.yaml first",
    },
    {
      when: "people may not",
      stage: { observation: { spec: { ...spec, rollback: { ...spec.rollback, manual: { enabled: false, approvalRequired: false } } } } },
      why: "manual rollback is off here",
    },
    { when: "environment.yaml cannot be used", stage: { observation: { settingsOf: "c0" } }, why: "has no effect until then" },
    { when: "a revert is owed", remembered: { revert: { request: revert(), outcome: null } }, why: "a revert to 1.0.0 is owed already" },
    {
      when: "the same revert waits to be merged",
      remembered: { revert: { request: revert(), outcome: proposed } },
      why: "a revert to 1.0.0 is proposed already: merge branch pinion/rollback-1",
    },
  ])("is refused when $when", ({ why, ...each }) => {
    expect(rolledBack(each)).toEqual({ kind: "refused", why: expect.stringContaining(why) });
  });

  it("takes the place of a proposed revert to another version", () => {
    const remembered = { revert: { request: revert({ to: "0.9.0" }), outcome: proposed } };
    expect(done(rolledBack({ remembered })).after.revert?.request.to).toBe("1.0.0");
  });
});

describe("rollback of a version that took a path over", () => {
  /** /a went from billing 1.0.0 to orders 1.1.0 in one write. */
  const a = get("/a");
  const exchanged: readonly Exchange[] = [
    { process: "orders", before: unitOf("orders", "1.0.0"), after: unitOf("orders", "1.1.0"), gave: [] },
    { process: "billing", before: unitOf("billing", "1.0.0"), after: unitOf("billing", "2.0.0"), gave: a.flatMap(requestsOf) },
  ];
  const stage: Stage = {
    pinned: [pinnedTo("orders", "1.1.0", { endpoints: a }), pinnedTo("billing", "2.0.0")],
    installed: [
      installedAs("orders", "1.0.0"),
      installedAs("orders", "1.1.0", { endpoints: a }),
      installedAs("billing", "1.0.0", { endpoints: a }),
      installedAs("billing", "2.0.0"),
    ],
    routes: [routeTo("orders", { "1.1.0": 100 }, a), routeTo("billing", { "2.0.0": 100 })],
  };
  const orders = row({ knownGood: [{ ...goodAs("orders", "1.1.0"), exchanged }, goodAs("orders", "1.0.0")] });
  const billing = row({ process: "billing", knownGood: [{ ...goodAs("billing", "2.0.0"), exchanged }, goodAs("billing", "1.0.0")] });

  function both(partner: ProcessState, more: Partial<Stage> = {}): Executed {
    const asked = { kind: "rollback", process: "orders", to: null } as const;
    const one = given(asked, { stage: { ...stage, ...more }, remembered: orders });
    return rollBack(
      {
        ...one,
        processes: new Map([
          ["orders", orders],
          ["billing", partner],
        ]),
      },
      asked,
    );
  }

  it("restores both pins by one commit", () => {
    const { after, why } = done(both(billing));
    expect(after.revert?.request.along).toEqual([{ process: "billing", from: "2.0.0", to: "1.0.0" }]);
    expect(why).toContain("billing goes back together with it");
  });

  it("names a path that no process will serve", () => {
    const { why } = done(both({ ...billing, knownGood: [goodAs("billing", "2.0.0")] }));
    expect(why).toContain("no process serves GET /a any more: billing 1.0.0 did");
  });

  it("is refused where the other one was taken out", () => {
    const gone = exchanged.map((each) => (each.process === "billing" ? { ...each, after: null } : each));
    const knownGood = [{ ...goodAs("orders", "1.1.0"), exchanged: gone }, goodAs("orders", "1.0.0")];
    const asked = { kind: "rollback", process: "orders", to: null } as const;
    const pinned = [pinnedTo("orders", "1.1.0", { endpoints: a })];
    const one = given(asked, { stage: { ...stage, pinned, routes: [routeTo("orders", { "1.1.0": 100 }, a)] }, remembered: { knownGood } });
    const processes = new Map([
      ["orders", row({ knownGood })],
      ["billing", row({ process: "billing", knownGood: [goodAs("billing", "1.0.0")] })],
    ]);
    expect(rollBack({ ...one, processes }, asked)).toEqual({
      kind: "refused",
      why: "billing was taken out by the commit that moved its paths here: revert that commit",
    });
  });
});

describe("recover", () => {
  it("rejects what is under way, with its revert and its quarantine", () => {
    const { after, actions, why } = done(recovered({ remembered: { rollout: underWay() } }));
    expect(why).toBe("stops 1.1.0 and goes back to 1.0.0");
    expect(after.rollout?.state).toMatchObject({ kind: "rejected", trigger: "emergency", why: "emergency: Ada: wrong totals" });
    expect(actions).toMatchObject([
      { kind: "ensure-weights", weights: [{ unit: unitOf("orders", "1.0.0"), weight: 100 }] },
      { kind: "ensure-armed" },
    ]);
    expect(after.revert?.request).toMatchObject({ from: "1.1.0", to: "1.0.0", trigger: "emergency", by: person });
    expect(after.quarantined).toMatchObject([{ version: "1.1.0", digest: definitionOf("orders", "1.1.0") }]);
  });

  it("goes back from what is pinned where nothing is under way", () => {
    const { after, why } = done(recovered({}));
    expect(why).toBe("goes back from 1.1.0 to 1.0.0");
    expect(after.revert?.request).toMatchObject({
      from: "1.1.0",
      to: "1.0.0",
      trigger: "emergency",
      quarantine: definitionOf("orders", "1.1.0"),
    });
    expect([after.rollout, after.quarantined.length]).toEqual([null, 1]);
  });

  it("does not mind self-healing", () => {
    const rolloutOf = underWay({ kind: "self-heal", stable: null });
    expect(done(recovered({ remembered: { rollout: rolloutOf } })).after.revert?.request.to).toBe("1.0.0");
  });

  const cannotRun = {
    kind: "broken",
    process: "orders",
    version: "9.9.9",
    why: "no such version",
    pinned: { kind: "broken", process: "orders", version: "9.9.9", findings: [] },
  } as const;
  const backAlready = { kind: "rejected", why: "too many errors", since: 1, hadTraffic: true, trigger: "error_rate" } as const;
  const bad = { version: "1.1.0", digest: definitionOf("orders", "1.1.0"), why: "bad", at: 1, rollbackId: "r1", isInGit: false };
  it.each<Row>([
    {
      when: "it is going back",
      remembered: { rollout: underWay({ state: backAlready }) },
      why: "it is going back already: too many errors",
    },
    { when: "a rollback is under way", remembered: { rollout: underWay({ kind: "rollback" }) }, why: "it is going back already: rollback" },
    { when: "no version ran before it", remembered: { rollout: underWay({ stable: null }) }, why: "no version ran here before it" },
    { when: "no other version was good", remembered: { knownGood: [] }, why: "no other version was ever found good here" },
    {
      when: "the only other version is in quarantine",
      remembered: { quarantined: [{ ...bad, version: "1.0.0", digest: definitionOf("orders", "1.0.0") }] },
      why: "what was found good here is in quarantine (1.0.0)",
    },
    { when: "it is not pinned", stage: { pinned: [] }, why: "it is not pinned here" },
    {
      when: "what is pinned cannot be deployed",
      stage: { pinned: [cannotRun] },
      why: "it goes back from what is pinned, and that cannot be deployed: no such version; correct the pin by a commit",
    },
    {
      when: "it went back before",
      stage: { routes: [routeTo("orders", { "1.0.0": 100 })] },
      remembered: { quarantined: [bad] },
      why: "it has gone back already: 1.1.0 has no traffic and is in quarantine: bad",
    },
  ])("is refused when $when", ({ why, ...each }) => {
    expect(recovered(each)).toEqual({ kind: "refused", why: expect.stringContaining(why) });
  });

  it("is not refused while the bad version has traffic, or the router does not answer", () => {
    const remembered = { quarantined: [bad] };
    expect(recovered({ remembered }).kind).toBe("done");
    expect(recovered({ remembered, stage: { observation: { routes: { kind: "unknown", why: "down" } } } }).kind).toBe("done");
  });
});
