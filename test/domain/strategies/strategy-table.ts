/** Rows of the tables in which strategies are tested: in this state, with this observation, it goes to that state by these actions. */

import { expect, it } from "vitest";
import type { Rollout, RolloutState, RolloutView, StrategyStep } from "../../../src/domain/journal/rollout.ts";
import { word } from "./rolling-table.ts";
import { rolloutIn, seenWith } from "./rolling-values.ts";

export interface PolicyRow {
  readonly when: string;
  readonly state: RolloutState;
  /** What differs from an old version that has all the traffic while the new one is not installed. */
  readonly view?: Partial<RolloutView>;
  readonly rollout?: Partial<Rollout>;
  /** Left out: it stays as it is. */
  readonly goesTo?: RolloutState;
  readonly does?: readonly string[];
  readonly why?: string;
  readonly wakeAt?: number;
}

export function policy(next: (rollout: Rollout, view: RolloutView) => StrategyStep, rows: readonly PolicyRow[]): void {
  it.each(rows)("$when", ({ state, view = {}, rollout = {}, goesTo = state, does = [], why, wakeAt = null }) => {
    const step = next(rolloutIn(state, rollout), seenWith([], view));
    expect({ state: step.state, does: step.actions.map(word), wakeAt: step.wakeAt }).toEqual({ state: goesTo, does, wakeAt });
    expect(step.why).toContain(why ?? "");
    expect(step.why).not.toBe("");
    expect(step.outcome).toBeNull();
  });
}
