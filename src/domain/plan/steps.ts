/** The steps of each deployment, as its strategy will take them. */

import type { DeploymentStep, PlannedDeployment } from "./deployment-plan.ts";
import { type EnvironmentSpec, strategyFor } from "../desired/environment.ts";
import { assertNever } from "../names.ts";
import type { Check } from "../desired/version.ts";
import { blueGreen, canary, type Draft, recreate, rolling, retire, type Rollout } from "./strategy-steps.ts";

/** All steps of a plan, in order; the first of a deployment waits for the last of what it calls. */
export function planSteps(
  deployments: readonly PlannedDeployment[],
  spec: EnvironmentSpec,
  checksOf: (process: string) => readonly Check[],
): readonly DeploymentStep[] {
  const steps: DeploymentStep[] = [];
  const last = new Map<string, string>();
  for (const deployment of deployments) {
    let dependencies = deployment.waitsFor.flatMap((process) => last.get(process) ?? []);
    const drafts = draftsOf(deployment, spec, checksOf(deployment.process));
    for (const [index, draft] of drafts.entries()) {
      const id = `${deployment.id}.${idWithin(drafts, index)}`;
      steps.push({ id, ...draft, order: steps.length + 1, dependencies });
      dependencies = [id];
      last.set(deployment.process, id);
    }
  }
  return steps;
}

/** `shift`, `shift-2`, …. */
function idWithin(drafts: readonly Draft[], index: number): string {
  const action = drafts[index]?.action ?? "";
  const place = drafts.slice(0, index + 1).filter((draft) => draft.action === action).length;
  return place === 1 ? action : `${action}-${place}`;
}

function draftsOf({ process, from, to }: PlannedDeployment, spec: EnvironmentSpec, checks: readonly Check[]): readonly Draft[] {
  const old = from === null ? null : `${process} ${from}`;
  if (to === null) return retire(old ?? process, spec);
  const rollout: Rollout = { old, candidate: `${process} ${to}`, spec, checks };
  const strategy = strategyFor(spec, process);
  switch (strategy.kind) {
    case "blue-green":
      return blueGreen(rollout, strategy);
    case "canary":
      return canary(rollout, strategy);
    case "rolling":
      return rolling(rollout, strategy);
    case "recreate":
      return recreate(rollout, strategy);
    default:
      return assertNever(strategy);
  }
}
