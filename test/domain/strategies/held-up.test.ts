/** Time in which nothing could be recorded, as on a full disk, ends neither a healing nor the wait for a proof. */

import { describe, expect, it } from "vitest";
import { nextCanary } from "../../../src/domain/strategies/canary.ts";
import { nextSelfHeal } from "../../../src/domain/strategies/self-heal-and-prune.ts";
import { canary } from "../../support/progressive.ts";
import { candidate, known, rolloutIn, seenWith } from "./rolling-values.ts";

const deadline = 1_000;

describe.each([
  { now: 999, heldUpMs: 0, isOver: false },
  { now: 1_000, heldUpMs: 0, isOver: true },
  { now: 1_399, heldUpMs: 400, isOver: false },
  { now: 1_400, heldUpMs: 400, isOver: true },
])("at $now of 1000, after $heldUpMs ms without a journal", ({ now, heldUpMs, isOver }) => {
  const view = seenWith([], { now, heldUpMs, wantsVerification: true });

  it(`a healing ${isOver ? "has failed" : "goes on"}`, () => {
    const rollout = rolloutIn({ kind: "installing" }, { kind: "self-heal", deadline });
    expect(nextSelfHeal(rollout, candidate, view).outcome).toBe(isOver ? "failed" : null);
  });

  it(`a proof is ${isOver ? "waited for no longer" : "waited for"}`, () => {
    const rollout = rolloutIn({ kind: "post-deployment" }, { strategy: canary, kind: "rollback", fast: true, deadline });
    const serving = { ...view, candidateReady: known(true), candidateWeight: known(100), candidateArmed: known(true) };
    expect(nextCanary(rollout, candidate, canary, serving).state.kind).toBe(isOver ? "draining" : "post-deployment");
  });
});
