/** What failed here is not tried again by itself, unless a process that it calls was being rolled back just then. */

import type { Reason } from "../journal/reason.ts";
import type { Refusal } from "../journal/state.ts";
import { blocked, type GateAnswer, open, type ProposedChange } from "./gate.ts";

export function refusedBefore({ environment, process, refused }: Pick<ProposedChange, "environment" | "process" | "refused">): GateAnswer {
  if (!refused) return open("it has not failed here");
  const { refusal, isRetryDue } = refused;
  if (isRetryDue) return open(`it is tried again: ${refusal.awaits}, which it calls, is healthy again`);
  const liftedBy =
    refusal.awaits === undefined
      ? `\`pinion retry ${environment}/${process}\`, or another pin.`
      : `It opens once, when ${refusal.awaits} is healthy again.`;
  return blocked(reasonOfRefusal(refusal, environment), liftedBy);
}

/** Why it is not deployed, and what changes that. */
export function reasonOfRefusal({ code = "DeploymentFailed", why, awaits, unit }: Refusal, environment: string): Reason {
  const about = unit.version;
  if (awaits === undefined) return { code, text: `${why}; \`pinion retry ${environment}/${unit.process}\` tries it again`, about };
  const text = `${why}; ${awaits}, which it calls, was being rolled back then: it is tried again once, when that is healthy`;
  return { code: "AwaitsDependency", text, about };
}
