/** The commit of a rollback waits while a process that the version calls is judged too: the fault may be there. */

import { describe, expect, it } from "vitest";
import { awaitingDoubt, inDoubt, resolveDoubt } from "../../../src/domain/rollback/doubt.ts";
import type { Revert } from "../../../src/domain/journal/revert.ts";
import type { Rollout, RolloutState } from "../../../src/domain/journal/rollout.ts";
import type { ProcessState } from "../../../src/domain/journal/state.ts";
import { caseOf, goodAs, passOf, pinnedTo, type Stage, unitOf } from "../../support/case-values.ts";
import { now, person, request, rollout, row } from "../../support/decision-values.ts";

const rejected: RolloutState = { kind: "rejected", why: "bad", since: now, hadTraffic: true, trigger: "error_rate" };
const needs = [{ type: "workflow", name: "billing", version: "*", required: true }] as const;
const pinned = [pinnedTo("orders", "1.1.0", { dependencies: needs })];
const bad = rollout({ state: rejected });
const revert = (parts: Partial<Revert> = {}): Revert => ({ request: { ...request, at: now }, outcome: null, ...parts });
const billing = (parts: Partial<Rollout> | null, more: Partial<ProcessState> = {}): ProcessState =>
  row({
    process: "billing",
    knownGood: [goodAs("billing", "1.0.0")],
    rollout:
      parts &&
      rollout({
        process: "billing",
        stable: unitOf("billing", "1.0.0"),
        candidate: unitOf("billing", "1.1.0"),
        state: { kind: "baking", since: 1, until: 9_999 },
        ...parts,
      }),
    ...more,
  });

describe("a rejected version is in doubt", () => {
  function doubted(called: ProcessState, { before = row(), of = bad, after = row({ revert: revert() }) } = {}) {
    const stage: Stage = { pinned, states: [called, before] };
    return inDoubt(caseOf("orders", stage), of, after).revert?.doubt;
  }

  it("while what it calls is watched, for a minute", () => {
    expect(doubted(billing({}), { before: row({ rolledBackAt: 7 }) })).toEqual({
      about: ["billing"],
      until: now + 60_000,
      rolledBackAt: 7,
    });
  });

  it.each<[string, ProcessState]>([
    ["has no deployment", billing(null)],
    ["has no traffic yet", billing({ state: { kind: "installing" } })],
    ["is rejected already", billing({ state: rejected })],
    ["goes back", billing({ kind: "rollback" })],
    ["could not be taken back, since nothing ran before it", billing({ stable: null })],
    ["could not be taken back, since what ran before it was never good", billing({}, { knownGood: [] })],
  ])("not where what it calls %s", (_what, called) => {
    expect(doubted(called)).toBeUndefined();
  });

  it.each<[string, Parameters<typeof doubted>[1]]>([
    ["no revert is owed", { after: row() }],
    ["the revert was owed before", { before: row({ revert: revert() }) }],
    ["its paths changed owner", { of: { ...bad, exchanged: [] } }],
    ["a person rolls it back", { before: row({ revert: { request: { ...request, id: "order.1", by: person }, outcome: null } }) }],
    ["a person aborted it", { of: rollout({ state: { ...rejected, trigger: "abort" } }) }],
    ["it was tried again already", { of: { ...bad, isSecondTry: true } }],
  ])("not where %s", (_what, circumstances) => {
    expect(doubted(billing({}), circumstances)).toBeUndefined();
  });
});

describe("the doubt", () => {
  const doubt = { about: ["billing"], until: now + 10, rolledBackAt: 7 };
  const held = { version: "1.1.0", digest: unitOf("orders", "1.1.0").digest, why: "bad", at: now, rollbackId: request.id, isInGit: false };
  const orders = row({ revert: revert({ doubt }), quarantined: [held], rolledBackAt: now, rollout: bad });
  const resolved = (called: ProcessState, at = now, of = orders) =>
    resolveDoubt(of, { ...passOf({ states: [called] }), observation: { ...passOf({}).observation, now: at } });

  it("goes on while the other is judged", () => {
    expect(resolved(billing({}))).toBe(orders);
  });

  it("ends without a trace of the rejection where the other is at fault", () => {
    expect(resolved(billing({ state: rejected }))).toMatchObject({
      revert: null,
      quarantined: [],
      rolledBackAt: 7,
      rollout: { awaits: "billing" },
    });
  });

  it.each<[string, ProcessState, number]>([
    ["its time is over", billing({}), now + 10],
    ["the other was found good", billing(null), now],
    ["the other can no longer be taken back", billing({ stable: null }), now],
  ])("ends in the commit when %s", (_what, called, at) => {
    const after = resolved(called, at);
    expect(after.revert).toEqual(revert());
    expect(after.quarantined).toEqual([held]);
  });

  it("ends in the commit where others go back by it", () => {
    const along = [{ process: "carts", from: "2.0.0", to: "1.0.0" }];
    const together = { ...orders, revert: revert({ doubt, request: { ...request, at: now, along } }) };
    expect(resolved(billing({ state: rejected }), now, together).revert?.doubt).toBeUndefined();
  });

  it("does not concern what has none", () => {
    const certain = row({ revert: revert() });
    expect(resolved(billing({}), now, certain)).toBe(certain);
  });

  it("is looked at again when its time is over", () => {
    const decision = { after: orders, actions: [], replacesOwed: false, deployments: [], wakeAt: null };
    expect(awaitingDoubt(decision).wakeAt).toBe(now + 10);
    expect(awaitingDoubt({ ...decision, wakeAt: now + 3 }).wakeAt).toBe(now + 3);
    expect(awaitingDoubt({ ...decision, after: row() }).wakeAt).toBeNull();
  });
});
