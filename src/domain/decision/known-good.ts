/** Which versions are known to be good: what there is to go back to. */

import type { Rollout, StrategyStep } from "../journal/rollout.ts";
import type { KnownGood, ProcessState } from "../journal/state.ts";
import type { DeploymentPhase } from "../journal/status.ts";
import type { Instant } from "../names.ts";

/** How many good versions are remembered of a process, newest first. */
const knownGoodLimit = 10;

/** What is known to be good once a deployment has ended so. */
export function knownGoodAfter(
  before: ProcessState,
  { candidate, kind, definition, exchanged }: Rollout,
  { phase, why, unjudged, at }: Pick<StrategyStep, "why" | "unjudged"> & { readonly phase: DeploymentPhase; readonly at: Instant },
): readonly KnownGood[] {
  if (phase !== "Succeeded" || !candidate || kind === "self-heal") return before.knownGood;
  return [
    {
      ...candidate,
      at,
      ...(definition && { definition }),
      why,
      ...(unjudged !== undefined && { unjudged }),
      ...(exchanged && { exchanged }),
    },
    ...before.knownGood.filter((good) => good.digest !== candidate.digest),
  ].slice(0, knownGoodLimit);
}
