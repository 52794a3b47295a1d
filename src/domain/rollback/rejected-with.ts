/** How a process goes back that is not rejected itself: with one whose paths changed owner together with its own. */

import type { Reason } from "../journal/reason.ts";
import type { Rollout } from "../journal/rollout.ts";
import type { DeploymentUpdate, ProcessState } from "../journal/state.ts";
import type { ProcessId } from "../names.ts";
import type { Observation } from "../observed/observation.ts";
import { entered, newRollout, opened } from "../strategies/new-rollout.ts";
import type { RejectionReason } from "../strategies/steps.ts";
import type { WayBack } from "./ways-back.ts";

interface Begun {
  readonly rollout: Rollout;
  readonly deployments: readonly DeploymentUpdate[];
}

const trigger = "handed-back";

/** A deployment under way goes back, or a finished one goes back by a deployment of its own; null: its settings are not known. */
export function rejectedWith(way: WayBack, before: ProcessState, why: string, observation: Observation): Begun | null {
  const underWay = way.kind === "reject" ? way.rollout : before.rollout;
  if (underWay) return rejectUnderWay(underWay, why, observation);
  return way.kind === "reject" ? null : reopened(way, before.process, { trigger, why }, observation);
}

function rejectUnderWay(underWay: Rollout, why: string, observation: Observation): Begun {
  const rollout: Rollout = {
    ...underWay,
    paused: null,
    state: { kind: "rejected", why, since: observation.now, hadTraffic: true, trigger },
  };
  return { rollout, deployments: [entered(rollout, observation.now, { code: "GoingBack", text: why })] };
}

/** A deployment that begins with its end: there is none under way that could be taken back. */
export function reopened(
  way: Exclude<WayBack, { kind: "reject" }>,
  process: ProcessId,
  reason: RejectionReason,
  observation: Observation,
): Begun | null {
  if (!observation.spec) return null;
  const blank = newRollout(process, observation, observation.spec, { ...identityOf(way), stable: way.to, fast: false });
  const rollout: Rollout = { ...blank, state: { kind: "rejected", since: observation.now, hadTraffic: true, ...reason } };
  const told: Reason = { code: "GoingBack", text: reason.why };
  const beginning = { ...opened(rollout, observation, told), trigger: reason.trigger };
  return { rollout, deployments: [beginning, entered(rollout, observation.now, told)] };
}

function identityOf(way: Exclude<WayBack, { kind: "reject" }>): Pick<Rollout, "kind" | "candidate" | "exchanged"> {
  return way.kind === "return" ? { kind: "prune", candidate: null } : { kind: "deploy", candidate: way.from, exchanged: way.exchanged };
}
