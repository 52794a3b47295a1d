/** Whether the metrics of a deployment can ever have a verdict, and what follows where they cannot. */

import type { PlannedDeployment } from "./deployment-plan.ts";
import { type EnvironmentSpec, strategyFor } from "../desired/environment.ts";
import { onInconclusiveOf } from "../strategies/inconclusive.ts";
import { describeDuration } from "../analysis/figures.ts";
import { limitMsOf, traitsOf } from "../strategies/traits.ts";
import { checksOf, triggersOf } from "../strategies/rollout-view.ts";

export interface Unjudged {
  /** Whether it is held up or taken back by that. */
  readonly isHindered: boolean;
  /** `stock-report has no HTTP trigger: …`. */
  readonly why: string;
}

/** Null: they can have one, or nothing is to be measured. The gateway sees only what comes in over HTTP. */
export function foreseeVerdict(deployment: PlannedDeployment, spec: EnvironmentSpec, hasHttpTrigger: boolean): Unjudged | null {
  if (hasHttpTrigger || deployment.to === null) return null;
  const strategy = strategyFor(spec, deployment.process);
  const all = [...checksOf({ strategy }, { spec }), ...triggersOf({ spec })];
  const blind = all.filter(({ source, metric }) => source === "gateway" && metric !== "request_count");
  if (blind.length === 0) return null;
  const what = blind.length === all.length ? "its metrics" : [...new Set(blind.map(({ name }) => name))].join(", ");
  return {
    isHindered: consequence(deployment, spec) !== goesOn,
    why: `${deployment.process} has no HTTP trigger: ${what} will never have a verdict; ${consequence(deployment, spec)}`,
  };
}

const goesOn = "it continues without one (onInconclusive: proceed)";

/** What will happen when the time for the verdict is over. */
function consequence({ process, from, to }: PlannedDeployment, spec: EnvironmentSpec): string {
  const strategy = strategyFor(spec, process);
  if (from === null && traitsOf(strategy).isJudgedOnTheWay) return "no other version runs, so it continues without one";
  switch (onInconclusiveOf(strategy, spec)) {
    case "proceed":
      return goesOn;
    case "pause":
      return "it will wait for a person (onInconclusive: pause)";
    case "abort":
      return from === null
        ? `${to} will wait for a person, because there is no version to go back to (onInconclusive: abort)`
        : `within ${describeDuration(limitMsOf(strategy, spec))} it goes back to ${from} and waits for a person (onInconclusive: abort)`;
  }
}
