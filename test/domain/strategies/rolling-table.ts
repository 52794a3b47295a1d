/** Rows of the tables in which the rolling strategy is tested. */

import { expect, it } from "vitest";
import type { Action } from "../../../src/domain/journal/actions.ts";
import type { InstanceView, RolloutView, RolloutState, StrategyStep } from "../../../src/domain/journal/rollout.ts";
import { nextRolling } from "../../../src/domain/strategies/rolling.ts";
import { candidate, instance, known, rolloutIn, spec, stable } from "./rolling-values.ts";

/** An action in a few words: `install 1.1.0 on a`, `traffic 1.0.0=67@b,c 1.1.0=33@a`. */
export function word(action: Action): string {
  const on = "on" in action && action.on ? ` on ${action.on.join(",")}` : "";
  switch (action.kind) {
    case "ensure-installed":
      return `install ${action.unit.version}${on}`;
    case "ensure-validated":
      return `validate ${action.phase}${on}`;
    case "ensure-weights":
      return `traffic ${action.weights.map((each) => `${each.unit.version}=${each.weight}${each.on ? `@${each.on.join(",")}` : ""}`).join(" ")}`;
    case "ensure-armed":
      return `arm ${action.digest === candidate.digest ? candidate.version : stable.version}`;
    case "ensure-removed":
      return `remove ${action.unit.version}`;
    case "ensure-reverted":
      return "revert";
  }
}

export function told(step: StrategyStep): { readonly state: RolloutState; readonly actions: readonly string[] } {
  return { state: step.state, actions: step.actions.map(word) };
}

export const down = (id: string): InstanceView => instance(id, { isUp: false, stableReady: false, inRotation: false });
/** Has the new version in rotation. */
export const moved = (id: string): InstanceView => instance(id, { candidateReady: true });
export const out = (id: string, parts: Partial<InstanceView> = {}): InstanceView => instance(id, { inRotation: false, ...parts });
export const shared = (percent: number): Partial<RolloutView> => ({ candidateWeight: known(percent), stableWeight: known(100 - percent) });
export const stuck = (retry: "later" | "never"): RolloutView["stuck"] => ({
  action: { kind: "ensure-installed", unit: candidate },
  code: "engine/refused",
  detail: "the engine says no",
  retry,
  attempts: 3,
});

/** Half an edit, or other content than was decided about. */
export const unreadable: RolloutView["stuck"] = {
  action: { kind: "ensure-installed", unit: candidate },
  code: "manifest/invalid",
  detail: "1.1.0.yaml cannot be read",
  retry: "never",
  attempts: 1,
};

interface Row {
  readonly what: string;
  readonly state: RolloutState;
  readonly view: RolloutView;
  readonly spec?: Partial<typeof spec>;
  /** Left out: it stays as it is. */
  readonly goesTo?: RolloutState;
  readonly actions?: readonly string[];
  readonly why?: RegExp;
  readonly wakeAt?: number;
}

export function table(rows: readonly Row[]): void {
  it.each(rows)("$what", ({ state, view, goesTo = state, actions = [], why = /\S/, wakeAt, ...row }) => {
    const step = nextRolling(rolloutIn(state), candidate, { ...spec, ...row.spec }, view);
    expect(told(step)).toEqual({ state: goesTo, actions });
    expect(step.why).toMatch(why);
    expect(step.outcome).toBeNull();
    if (wakeAt !== undefined) expect(step.wakeAt).toBe(wakeAt);
  });
}
