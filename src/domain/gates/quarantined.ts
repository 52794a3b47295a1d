/** What was rolled back here does not come again, under whatever number: by the controller's own list, or by quarantine.yaml. */

import type { Finding } from "../finding.ts";
import { blocked, type GateAnswer, open, type ProposedChange } from "./gate.ts";
import { blockedByFindings } from "./pin-findings.ts";

const code = "pin/quarantined";

/** Whether a finding of a pin says the same. */
export function isQuarantineFinding(finding: Finding): boolean {
  return finding.code === code;
}

export function quarantined({ pinned, quarantined: entry }: Pick<ProposedChange, "pinned" | "quarantined">): GateAnswer {
  if (!pinned) return open("nothing is pinned");
  if (pinned.kind === "broken")
    return blockedByFindings(pinned, isQuarantineFinding, "Quarantined") ?? open(`${pinned.version} is not in quarantine`);
  const { version } = pinned.summary;
  if (!entry) return open(`${version} is not in quarantine`);
  const text = `${version} is in quarantine here: ${entry.why}`;
  return blocked({ code: "Quarantined", text, about: code }, "Pin another version, or remove its entry from quarantine.yaml.");
}
