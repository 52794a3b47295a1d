/** The way back from a plan, should it turn out to be wrong. */

import { describeFiring } from "../analysis/verdicts.ts";
import type { PlannedDeployment } from "./deployment-plan.ts";
import type { AutomaticRollback, RollbackPlan, RollbackStep } from "../journal/rollout-plan.ts";
import { type EnvironmentSpec, strategyFor } from "../desired/environment.ts";
import { describeDuration } from "../analysis/figures.ts";
import { traitsOf } from "../strategies/traits.ts";

/** Callers go back before what they call. */
export function planRollback(deployments: readonly PlannedDeployment[], spec: EnvironmentSpec): RollbackPlan {
  const instruction = "run git revert on the merge; a known good version gets the traffic back without checks or delay";
  return { instruction, automatic: automaticOf(spec), steps: deployments.toReversed().map((deployment) => stepBack(deployment, spec)) };
}

function automaticOf({ rollback: { automatic } }: EnvironmentSpec): AutomaticRollback | null {
  if (!automatic.enabled || automatic.triggers.length === 0) return null;
  const triggers = automatic.triggers.map((check) => `${check.name} ${describeFiring(check)} over ${describeDuration(check.windowMs)}`);
  return { triggers, bakeMs: automatic.bakeMs };
}

function stepBack({ process, from, to }: PlannedDeployment, spec: EnvironmentSpec): RollbackStep {
  if (from === null) return { process, version: null, how: "remove", name: `take ${process} ${to} out: there is no version before it` };
  if (to === null && spec.pruneDelayMs > 0) {
    const name = `give ${process} ${from} its traffic back, which is kept warm for ${describeDuration(spec.pruneDelayMs)}`;
    return { process, version: from, how: "switch-back", name };
  }
  const strategy = strategyFor(spec, process);
  const isWarm = traitsOf(strategy).warm(strategy) !== null && to !== null;
  if (isWarm)
    return { process, version: from, how: "switch-back", name: `switch the traffic back to ${process} ${from}, which is kept warm` };
  return { process, version: from, how: "reinstall", name: `install ${process} ${from} again and give it the traffic` };
}
