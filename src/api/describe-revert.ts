/** A pin that is put back by a commit, as people read it. */

import type { Quarantined } from "../domain/journal/revert.ts";
import type { RevertView } from "../domain/journal/revert-view.ts";
import { printable } from "../domain/safe-text.ts";

/** One line: what the commit does, and how far it has come. */
export function describeRevert({ request, outcome, refusal }: RevertView): string {
  const what = `pin ${request.from} → ${request.to}`;
  switch (outcome?.kind) {
    case "committed":
      return `git: ${what} by commit ${outcome.commit.slice(0, 8)}`;
    case "proposed":
      return `git: ${what} is proposed on branch ${printable(outcome.branch)}; merge it to have it (${printable(outcome.why)})`;
    case "superseded":
      return `git: ${what} is not written, because the pin has changed since: ${printable(outcome.why)}`;
    case undefined:
      if (request.mode === "propose") return `git: ${what} will be proposed on a separate branch${lastTry(refusal)}`;
      return request.quarantine === null
        ? `git: ${what} is owed as a commit, and tried until git takes it (${printable(request.why)})${lastTry(refusal)}`
        : `git lags runtime: ${what} is owed as a commit, and tried until git takes it (${whyOf(request)})${lastTry(refusal)}`;
  }
}

/** What git or its server said when it was tried last. */
export function lastTry(refusal: string | null | undefined): string {
  return refusal ? `; the last try failed: ${printable(refusal)}` : "";
}

function whyOf({ trigger, why }: RevertView["request"]): string {
  return printable(`${why}; trigger ${trigger}`);
}

/** One line: what is locked out, why, and how to let it in again. */
export function describeQuarantined({ version, why, isInGit }: Quarantined, environment: string): string {
  const lift = isInGit ? `to lift it, take it out of environments/${printable(environment)}/quarantine.yaml` : "not in quarantine.yaml yet";
  return `${printable(version)} is in quarantine (${printable(why)}); ${lift}`;
}
