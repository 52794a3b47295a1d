/** What must be measured so that what is under way in an environment can be judged. */

import type { EnvironmentSpec } from "../desired/environment.ts";
import type { MeasureWish } from "../analysis/metrics.ts";
import { rolloutStates } from "./rollout-states.ts";
import type { Rollout } from "../journal/rollout.ts";
import type { EnvironmentState } from "../journal/state.ts";
import { checksOf, triggersOf } from "./rollout-view.ts";

/** From the moment that a candidate is installed, so that counting begins before its first request. */
export function wishesOf({ processes }: EnvironmentState, spec: EnvironmentSpec | null): readonly MeasureWish[] {
  if (!spec) return [];
  const wishes: MeasureWish[] = [];
  for (const { rollout } of processes.values()) if (rollout) wishes.push(...wishesFor(rollout, spec));
  return wishes;
}

function wishesFor(rollout: Rollout, spec: EnvironmentSpec): readonly MeasureWish[] {
  const { candidate, stable, kind, state } = rollout;
  if (kind !== "deploy" || !candidate || !rolloutStates[state.kind].isMeasured) return [];
  return [...checksOf(rollout, { spec }), ...triggersOf({ spec })].map((check) => ({
    deployment: rollout.deployment,
    process: rollout.process,
    check,
    candidate,
    since: rollout.startedAt,
    stable,
    stableUntil: rollout.switchedAt,
    intervalMs: spec.analysis.intervalMs,
  }));
}
