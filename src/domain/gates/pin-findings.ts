/** Which gate an error of a pin belongs to. */

import type { Finding } from "../finding.ts";
import { whyBroken } from "../desired/removal.ts";
import type { ReasonCode } from "../journal/reason.ts";
import type { PinnedVersion } from "../desired/snapshot.ts";
import { blocked, type Blocked } from "./gate.ts";

type Broken = Extract<PinnedVersion, { kind: "broken" }>;

/** By the first of its own, with how many there are besides; null: it has none. */
export function blockedByFindings(pinned: Broken, isOwn: (finding: Finding) => boolean, code: ReasonCode): Blocked | null {
  const own = pinned.findings.find(isOwn);
  if (!own) return null;
  const others = pinned.findings.filter((finding) => finding !== own);
  return blocked({ code, text: whyBroken({ ...pinned, findings: [own, ...others] }), about: own.code }, own.hint);
}
