/** Nothing new begins in an environment whose environment.yaml cannot be used. */

import { whyUnusable } from "../desired/removal.ts";
import { blocked, type GateAnswer, open, type ProposedChange } from "./gate.ts";

export function usableEnvironment(change: Pick<ProposedChange, "spec" | "settingsOf" | "findings">): GateAnswer {
  if (change.spec && change.settingsOf === undefined) return open("environment.yaml can be used");
  return blocked({ code: "EnvironmentUnusable", text: whyUnusable(change) }, "Fix it: `pinion validate` names the line.");
}
