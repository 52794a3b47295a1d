/** When the time for a verdict is over and there is none: no version is rejected, and the user's setting says what follows. */

import type { EnvironmentSpec, OnInconclusive, StrategySpec } from "../desired/environment.ts";
import type { UnitRef } from "../names.ts";
import { traitsOf } from "./traits.ts";

/** The trigger of a rollout that was given up without a verdict: no revert, no quarantine. */
export const inconclusive = "inconclusive";

/** In a reason: something stays as it is until somebody decides. */
export const personMustDecide = "A person must decide";

/** As the strategy says, else the environment, else as the strategy has it by default: only a canary is there to be judged. */
export function onInconclusiveOf(strategy: StrategySpec, spec: Pick<EnvironmentSpec, "analysis"> | null): OnInconclusive {
  return strategy.onInconclusive ?? spec?.analysis.onInconclusive ?? traitsOf(strategy).onInconclusive;
}

/** `why` there was no verdict. */
export function describeUnjudged(why: string): string {
  return `not judged: ${why}`;
}

/** Why a rollout without a verdict goes back. */
export function describeAbort(why: string, stable: UnitRef): string {
  return `${describeUnjudged(why)}; back to ${stable.version}, without a revert (onInconclusive: abort). ${personMustDecide}`;
}
