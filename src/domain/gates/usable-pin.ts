/** What is pinned must be whole: `pinion validate` finds the same errors before a change is merged. */

import type { Finding } from "../finding.ts";
import { isEngineFinding } from "./engine-kind.ts";
import { isQuarantineFinding } from "./quarantined.ts";
import { isStatusFinding } from "./version-status.ts";
import { blockedByFindings } from "./pin-findings.ts";
import { blocked, type GateAnswer, open, type ProposedChange } from "./gate.ts";

export function usablePin({ pinned }: Pick<ProposedChange, "pinned">): GateAnswer {
  if (pinned?.kind !== "broken") return open(pinned ? `${pinned.summary.version} can run` : "nothing is pinned");
  if (pinned.findings.length === 0)
    return blocked({ code: "PinUnusable", text: "its version cannot be used" }, "Pin a version that can run.");
  return blockedByFindings(pinned, isOwn, "PinUnusable") ?? open("the pin has no other error");
}

function isOwn(finding: Finding): boolean {
  return !isStatusFinding(finding) && !isQuarantineFinding(finding) && !isEngineFinding(finding);
}
