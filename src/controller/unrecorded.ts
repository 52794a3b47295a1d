/** Decisions that are carried out and wait for the disk, and what was refused meanwhile: kept in memory, on top of what the journal remembers. */

import { PinionError } from "../domain/errors.ts";
import { actionKey } from "../domain/journal/actions.ts";
import type { Stuck } from "../domain/journal/rollout.ts";
import type { EnvironmentName, Instant } from "../domain/names.ts";
import { joinDecisions } from "../domain/decision/protection.ts";
import { afterDecision } from "../domain/journal/remembered.ts";
import type { Stretch } from "../domain/observed/observation.ts";
import type { EnvironmentState, Decision } from "../domain/journal/state.ts";

/** Decisions that protect callers and are not on disk yet, by environment. */
export interface Unrecorded {
  /** What is remembered, with what was decided since. */
  over(remembered: EnvironmentState): EnvironmentState;
  /** What is to be recorded: what waits for it, and this decision. */
  joined(decision: Decision): Decision;
  /** Waits until it can be recorded. */
  keep(decision: Decision): void;
  /** What is owed was refused, and that could not be recorded. */
  refused(environment: EnvironmentName, stuck: Stuck): void;
  /** What was kept is on disk. */
  clear(environment: EnvironmentName): void;
  /** A decision could not be recorded. */
  failed(environment: EnvironmentName, now: Instant): void;
  /** Everything can be recorded again. */
  recovered(environment: EnvironmentName, now: Instant): void;
  /** When nothing could be recorded, in this run, oldest first; the last may go on. */
  stretches(environment: EnvironmentName): readonly Stretch[];
  /** True once for each time that recording begins to fail. */
  isNews(environment: EnvironmentName): boolean;
}

/** Whether an error says that nothing can be recorded. */
export function isOfTheDisk(error: unknown): error is PinionError {
  return error instanceof PinionError && (error.code === "store/full" || error.code === "store/failed");
}

/** Far more than fall into one deployment; older ones are forgotten. */
const mostStretches = 100;

export function createUnrecorded(): Unrecorded {
  const kept = new Map<EnvironmentName, Decision>();
  const failing = new Map<EnvironmentName, readonly Stretch[]>();
  const stretchesOf = (environment: EnvironmentName): readonly Stretch[] => failing.get(environment) ?? [];
  const told = new Set<EnvironmentName>();
  const refusals = new Map<EnvironmentName, ReadonlyMap<string, Stuck>>();
  return {
    over(remembered) {
      const decision = kept.get(remembered.environment);
      let id = 0;
      const decided = decision ? afterDecision(remembered, decision, () => (id -= 1)) : remembered;
      return withRefusals(decided, refusals.get(remembered.environment));
    },
    joined(decision) {
      const before = kept.get(decision.environment);
      return before ? joinDecisions(before, decision) : decision;
    },
    keep: (decision) => void kept.set(decision.environment, decision),
    refused: (environment, stuck) => void refusals.set(environment, new Map(refusals.get(environment)).set(actionKey(stuck.action), stuck)),
    clear: (environment) => void kept.delete(environment),
    failed(environment, now) {
      const before = stretchesOf(environment);
      if (before.at(-1)?.to !== null) failing.set(environment, [...before, { from: now, to: null }].slice(-mostStretches));
    },
    recovered(environment, now) {
      told.delete(environment);
      refusals.delete(environment);
      const before = stretchesOf(environment);
      const last = before.at(-1);
      if (last?.to === null) failing.set(environment, [...before.slice(0, -1), { from: last.from, to: now }]);
    },
    stretches: stretchesOf,
    isNews(environment) {
      const isNews = !told.has(environment);
      told.add(environment);
      return isNews;
    },
  };
}

/** What is refused is tried again as often as it is looked at: no time is kept for it. */
function withRefusals(state: EnvironmentState, refusals: ReadonlyMap<string, Stuck> | undefined): EnvironmentState {
  if (!refusals) return state;
  return { ...state, owed: state.owed.map((entry) => ({ ...entry, stuck: refusals.get(actionKey(entry.action)) ?? entry.stuck })) };
}
