/** Only versions of a status that the environment allows are deployed there; an archived one nowhere. */

import type { EnvironmentSpec } from "../desired/environment.ts";
import type { Finding } from "../finding.ts";
import type { Version } from "../names.ts";
import type { VersionStatus } from "../desired/snapshot.ts";
import { blocked, type GateAnswer, open, type ProposedChange } from "./gate.ts";
import { blockedByFindings } from "./pin-findings.ts";

/** Why a version of this status must not run; `hint`: where it is another one than the finding's own. */
export interface StatusFault {
  readonly code: "pin/archived" | "pin/draft-not-allowed";
  readonly message: string;
  readonly hint?: string;
}

/** The rule, for `pinion validate` too. Null: it may run. */
export function whyNotAllowed(
  version: Version,
  status: VersionStatus,
  allowed: EnvironmentSpec["allowedVersionTypes"],
): StatusFault | null {
  if (status === "archived") return { code: "pin/archived", message: `version ${version} is archived` };
  // A deprecated version was published once, and still is.
  const type = status === "draft" ? "draft" : "published";
  if (allowed.includes(type)) return null;
  const code = "pin/draft-not-allowed";
  if (type === "draft") return { code, message: `version ${version} is a draft, and drafts are not allowed in this environment` };
  const message = `version ${version} is published, and only drafts are allowed in this environment`;
  return { code, message, hint: "Add published to allowedVersionTypes, or pin a draft." };
}

/** Whether a finding of a pin says the same. */
export function isStatusFinding({ code }: Finding): boolean {
  return code === "pin/archived" || code === "pin/draft-not-allowed";
}

export function versionStatus({ pinned, spec }: Pick<ProposedChange, "pinned" | "spec">): GateAnswer {
  if (!pinned) return open("nothing is pinned");
  if (pinned.kind === "broken")
    return blockedByFindings(pinned, isStatusFinding, "PinUnusable") ?? open(`no error names the status of ${pinned.version}`);
  const { summary, status } = pinned;
  const fault = spec && whyNotAllowed(summary.version, status, spec.allowedVersionTypes);
  if (!fault) return open(`${summary.version} is ${status}`);
  const liftedBy = fault.hint ?? "Pin a version that may run here.";
  return blocked({ code: "PinUnusable", text: fault.message, about: fault.code }, liftedBy);
}
