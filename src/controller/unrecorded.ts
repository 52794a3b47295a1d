/** Decisions that are carried out and wait for the disk: kept in memory, on top of what the journal remembers. */

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

/** Far more than fall into one deployment; older ones are forgotten. */
const mostStretches = 100;

export function createUnrecorded(): Unrecorded {
  const kept = new Map<EnvironmentName, Decision>();
  const failing = new Map<EnvironmentName, readonly Stretch[]>();
  const stretchesOf = (environment: EnvironmentName): readonly Stretch[] => failing.get(environment) ?? [];
  const told = new Set<EnvironmentName>();
  return {
    over(remembered) {
      const decision = kept.get(remembered.environment);
      let id = 0;
      return decision ? afterDecision(remembered, decision, () => (id -= 1)) : remembered;
    },
    joined(decision) {
      const before = kept.get(decision.environment);
      return before ? joinDecisions(before, decision) : decision;
    },
    keep: (decision) => void kept.set(decision.environment, decision),
    clear: (environment) => void kept.delete(environment),
    failed(environment, now) {
      const before = stretchesOf(environment);
      if (before.at(-1)?.to !== null) failing.set(environment, [...before, { from: now, to: null }].slice(-mostStretches));
    },
    recovered(environment, now) {
      told.delete(environment);
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
