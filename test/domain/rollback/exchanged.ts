/** Orders 2.0.0 is bad, and its paths changed owner with those of billing: what tests of going back together share. */

import type { Exchange, Rollout } from "../../../src/domain/journal/rollout.ts";
import type { ProcessState } from "../../../src/domain/journal/state.ts";
import { requestsOf } from "../../../src/domain/observed/requests.ts";
import { get, goodAs, installedAs, pinnedTo, routeTo, type Stage, unitOf } from "../../support/case-values.ts";
import { rollout, row } from "../../support/decision-values.ts";

export const [a, b] = [get("/a"), get("/b")];
export const requests = (endpoints: typeof a) => endpoints.flatMap(requestsOf);
export const was = (process: string, gave: typeof a, after: string | null = "2.0.0"): Exchange => ({
  process,
  before: unitOf(process, "1.0.0"),
  after: after === null ? null : unitOf(process, after),
  gave: requests(gave),
});

/** It took /a over from billing, and swapped: billing took /b over from it. */
export const moved = [was("orders", []), was("billing", a)];
export const swapped = [was("orders", b), was("billing", a)];
export const baking = { kind: "baking", since: 1, until: 9_999 } as const;
export const underWay = (process: string, exchanged: readonly Exchange[], parts: Partial<Rollout> = {}): Rollout =>
  rollout({ process, stable: unitOf(process, "1.0.0"), candidate: unitOf(process, "2.0.0"), exchanged, state: baking, ...parts });

/** Where each version is called. */
export interface Called {
  readonly exchanged: readonly Exchange[];
  readonly ordersBefore: typeof a;
  readonly ordersNow: typeof a;
  readonly billingNow: typeof a;
}
export const move: Called = { exchanged: moved, ordersBefore: [], ordersNow: a, billingNow: [] };
export const swap: Called = { exchanged: swapped, ordersBefore: b, ordersNow: a, billingNow: b };

export const billingOver = (exchanged: readonly Exchange[], parts: Partial<ProcessState> = {}): ProcessState =>
  row({ process: "billing", knownGood: [{ ...goodAs("billing", "2.0.0"), exchanged }, goodAs("billing", "1.0.0")], ...parts });

export function stageOf({ ordersBefore, ordersNow, billingNow }: Called, more: Partial<Stage> = {}): Stage {
  return {
    pinned: [pinnedTo("orders", "2.0.0", { endpoints: ordersNow }), pinnedTo("billing", "2.0.0", { endpoints: billingNow })],
    installed: [
      installedAs("orders", "1.0.0", { endpoints: ordersBefore }),
      installedAs("orders", "2.0.0", { endpoints: ordersNow }),
      installedAs("billing", "1.0.0", { endpoints: a }),
      installedAs("billing", "2.0.0", { endpoints: billingNow }),
    ],
    routes: [routeTo("orders", { "2.0.0": 100 }, ordersNow), routeTo("billing", { "2.0.0": 100 }, billingNow)],
    ...more,
  };
}

/** What billing ran before is not installed any more. */
export const goneBefore = {
  ...stageOf(move),
  installed: (stageOf(move).installed ?? []).filter(({ process, version }) => process !== "billing" || version !== "1.0.0"),
};
