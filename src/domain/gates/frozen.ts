/** In a frozen environment nothing goes forwards. Going back to a version that was good here is always allowed. */

import { describeFreeze } from "../journal/commands.ts";
import { blocked, type GateAnswer, open, type ProposedChange } from "./gate.ts";

export function frozen({ environment, freeze, record }: Pick<ProposedChange, "environment" | "freeze" | "record">): GateAnswer {
  if (!freeze) return open(`${environment} is not frozen`);
  if (record === "way-back") return open("a rollback is always allowed");
  return blocked({ code: "Frozen", text: describeFreeze(freeze) }, `\`pinion unfreeze ${environment} --reason "…"\`.`);
}
