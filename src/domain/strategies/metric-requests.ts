/** What must be measured so that what is under way in an environment can be judged. */

import type { EnvironmentSpec } from "../desired/environment.ts";
import type { MetricRequest } from "../analysis/metrics.ts";
import { rolloutStates } from "./rollout-states.ts";
import type { Rollout } from "../journal/rollout.ts";
import { rowsUnderWay } from "../journal/rows.ts";
import type { EnvironmentState } from "../journal/state.ts";
import { checksOf, triggersOf } from "./rollout-view.ts";

/** From the moment that a candidate is installed, so that counting begins before its first request. */
export function metricRequestsOf({ processes }: EnvironmentState, spec: EnvironmentSpec | null): readonly MetricRequest[] {
  if (!spec) return [];
  const requests: MetricRequest[] = [];
  for (const { rollout } of rowsUnderWay(processes)) if (rollout) requests.push(...metricRequestsFor(rollout, spec));
  return requests;
}

function metricRequestsFor(rollout: Rollout, spec: EnvironmentSpec): readonly MetricRequest[] {
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
