/** Nothing new begins in an environment whose environment.yaml cannot be used. */

import { whyUnusable } from "../desired/removal.ts";
import { blocked, type GateAnswer, open, type ProposedChange } from "./gate.ts";

export function usableEnvironment(
  change: Pick<ProposedChange, "environment" | "process" | "spec" | "settingsOf" | "findings">,
): GateAnswer {
  if (change.spec && change.settingsOf === undefined) return open("environment.yaml can be used");
  return blocked({ code: "EnvironmentUnusable", text: whyUnusable(change) }, liftedBy(change));
}

/** Where earlier settings are in force, so are the pins of that time: a commit that reverts one does nothing yet. */
function liftedBy({ environment, process, settingsOf }: Pick<ProposedChange, "environment" | "process" | "settingsOf">): string {
  const fix = "Fix it: `pinion validate` names the line.";
  return settingsOf === undefined ? fix : `${fix} Until then \`pinion recover ${environment}/${process}\` rolls back a bad version.`;
}
