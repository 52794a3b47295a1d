/** 1.1.0 of orders is deployed in place of 1.0.0: what the tests of a deployment's beginning, course and end share. */

import { advance } from "../../../src/domain/decision/lifecycle.ts";
import type { EngineDeath } from "../../../src/domain/observed/engine-deaths.ts";
import type { Rollout, RolloutState } from "../../../src/domain/journal/rollout.ts";
import type { ProcessState } from "../../../src/domain/journal/state.ts";
import { caseOf, goodAs, installedAs, pinnedTo, routeTo, type Stage, unitOf } from "../../support/case-values.ts";
import { now, person, rollout, row } from "../../support/decision-values.ts";
import { spec } from "../../support/spec.ts";

export const stable = unitOf("orders", "1.0.0");
export const candidate = unitOf("orders", "1.1.0");
export const freeze = { by: person, why: "sale", at: 1 };
export const paused = { by: person, why: "lunch", at: 1 };
export const later = now + 1_000;

/** From 1.0.0 to 1.1.0 by blue-green, with time left. */
export function under(state: RolloutState, parts: Partial<Rollout> = {}): Rollout {
  return rollout({ stable, candidate, strategy: spec.strategy, deadline: later, state, ...parts });
}

/** 1.0.0 serves and was good; 1.1.0 is pinned and installed beside it. */
export const beside: Stage = {
  pinned: [pinnedTo("orders", "1.1.0")],
  installed: [installedAs("orders", "1.0.0"), installedAs("orders", "1.1.0")],
  routes: [routeTo("orders", { "1.0.0": 100 })],
};
/** The same with all the traffic on 1.1.0. */
export const switched: Stage = {
  ...beside,
  installed: [installedAs("orders", "1.0.0", { armed: false }), installedAs("orders", "1.1.0")],
  routes: [routeTo("orders", { "1.1.0": 100 })],
};

export const death: EngineDeath = { instance: "one", agoMs: 0, suspects: [candidate] };
/** The metrics and the ends of the engine's process reject what has traffic. */
export const bad = { deaths: [death, death] };
export const badInGit = {
  kind: "broken",
  process: "orders",
  version: "1.1.0",
  why: "it is in quarantine",
  pinned: { kind: "broken", findings: [{ code: "pin/quarantined" }] },
} as unknown as NonNullable<Stage["pinned"]>[number];

export function advanced(of: Rollout, stage: Stage, remembered: Partial<ProcessState> = {}) {
  const known = row({ knownGood: [goodAs("orders", "1.0.0")], rollout: of, ...remembered });
  const one = caseOf("orders", { states: [known], ...stage });
  return advance(one, of);
}
