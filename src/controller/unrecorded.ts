/** Decisions that are carried out and wait for the disk: kept in memory, on top of what the journal remembers. */

import type { EnvironmentName } from "../domain/names.ts";
import { joinSteps } from "../domain/protection.ts";
import { afterStep } from "../domain/remembered.ts";
import type { EnvironmentState, Step } from "../domain/state.ts";

/** Decisions that protect callers and are not on disk yet, by environment. */
export interface Unrecorded {
  /** What is remembered, with what was decided since. */
  over(remembered: EnvironmentState): EnvironmentState;
  /** What is to be recorded: what waits for it, and this decision. */
  joined(step: Step): Step;
  /** Waits until it can be recorded. */
  keep(step: Step): void;
  /** What was kept is on disk. */
  clear(environment: EnvironmentName): void;
  /** Everything can be recorded again. */
  recovered(environment: EnvironmentName): void;
  /** True once for each time that recording begins to fail. */
  isNews(environment: EnvironmentName): boolean;
}

export function createUnrecorded(): Unrecorded {
  const kept = new Map<EnvironmentName, Step>();
  const told = new Set<EnvironmentName>();
  return {
    over(remembered) {
      const step = kept.get(remembered.environment);
      let id = 0;
      return step ? afterStep(remembered, step, () => (id -= 1)) : remembered;
    },
    joined(step) {
      const before = kept.get(step.environment);
      return before ? joinSteps(before, step) : step;
    },
    keep: (step) => void kept.set(step.environment, step),
    clear: (environment) => void kept.delete(environment),
    recovered: (environment) => void told.delete(environment),
    isNews(environment) {
      const isNews = !told.has(environment);
      told.add(environment);
      return isNews;
    },
  };
}
