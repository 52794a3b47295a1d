/** The way back from a plan, should it turn out to be wrong. */

import type { PlannedDeployment, RollbackPlan, RollbackStep } from "../deployment-plan.ts";
import type { EnvironmentSpec } from "../environment.ts";

/** Callers go back before what they call. */
export function planRollback(deployments: readonly PlannedDeployment[], spec: EnvironmentSpec): RollbackPlan {
  const instruction = "git revert the merge; a version that was good here goes straight back, without checks or delay";
  return { instruction, steps: deployments.toReversed().map((deployment) => stepBack(deployment, spec)) };
}

function stepBack({ process, from, to }: PlannedDeployment, { strategy }: EnvironmentSpec): RollbackStep {
  if (from === null) return { process, version: null, how: "remove", name: `take ${process} ${to} out: there is no version before it` };
  const isWarm = strategy.kind === "blue-green" && strategy.keepOldVersion && to !== null;
  if (isWarm)
    return { process, version: from, how: "switch-back", name: `switch the traffic back to ${process} ${from}, which is kept warm` };
  return { process, version: from, how: "reinstall", name: `install ${process} ${from} again and give it the traffic` };
}
