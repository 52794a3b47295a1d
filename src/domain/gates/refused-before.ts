/** What failed here is not tried again by itself, unless a process that it calls was being rolled back just then, or only a healing failed. */

import type { Instant } from "../names.ts";
import type { Reason } from "../journal/reason.ts";
import type { Refusal } from "../journal/state.ts";
import { blocked, type GateAnswer, open, type ProposedChange } from "./gate.ts";

/** How long a failed healing is left alone before it is tried again. */
export const selfHealPauseMs = 300_000;

/** When what could not be restored is tried again; null: something else failed. */
export function healedAgainAt({ code, at }: Refusal): Instant | null {
  return code === "NotRestored" ? at + selfHealPauseMs : null;
}

export function refusedBefore({
  environment,
  process,
  refused,
  now,
}: Pick<ProposedChange, "environment" | "process" | "refused" | "now">): GateAnswer {
  if (!refused) return open("it has not failed here");
  const { refusal, isRetryDue } = refused;
  if (isRetryDue) return open(`it is tried again: ${refusal.awaits}, which it calls, is healthy again`);
  const again = healedAgainAt(refusal);
  if (again !== null && now !== null && now >= again) return open("it is tried again: it could not be restored before");
  const retry = `\`pinion retry ${environment}/${process}\``;
  if (again !== null)
    return blocked(
      { code: "NotRestored", text: refusal.why, about: refusal.unit.version },
      `It is tried again by itself, or by ${retry}.`,
      again,
    );
  const liftedBy = refusal.awaits === undefined ? `${retry}, or another pin.` : `It opens once, when ${refusal.awaits} is healthy again.`;
  return blocked(reasonOfRefusal(refusal, environment), liftedBy);
}

/** Why it is not deployed, and what changes that. */
export function reasonOfRefusal({ code = "DeploymentFailed", why, awaits, unit }: Refusal, environment: string): Reason {
  const about = unit.version;
  if (awaits === undefined) return { code, text: `${why}; \`pinion retry ${environment}/${unit.process}\` tries it again`, about };
  const text = `${why}; ${awaits}, which it calls, was being rolled back then: it is tried again once, when that is healthy`;
  return { code: "AwaitsDependency", text, about };
}
