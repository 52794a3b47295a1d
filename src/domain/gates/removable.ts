/** A pin that is gone may be a slip of the pen: nothing is taken out while the environment has errors, or when all pins are gone. */

import { blocked, type GateAnswer, open, type ProposedChange } from "./gate.ts";

export function removable({ pinned, whyKept }: Pick<ProposedChange, "pinned" | "whyKept">): GateAnswer {
  if (pinned) return open("it is pinned");
  if (whyKept === null) return open("it is no longer pinned");
  return blocked({ code: "NotRemoved", text: whyKept }, "Fix the errors of the environment, restore the pin, or set `allowEmpty: true`.");
}
