/** A process that is left as it is in this pass, and why. */

import type { Case, ProcessDecision } from "../journal/case.ts";
import { describeHeld, describeSteady, describeUnknown, type Outlook, withStatus } from "../status/describe-status.ts";
import { preserve } from "./preserve.ts";
import { type Reason, reasonCatalogue } from "../journal/reason.ts";
import { describeLag } from "../rollback/policy.ts";
import type { ProcessObservation } from "../observed/observation.ts";
import { verifiedBefore } from "../rollback/stable-version.ts";

/** Nothing can be decided about it now; it is shown as it was last seen. */
export function observeOnly({ before, desired, pass }: Case, reason: Reason): ProcessDecision {
  return {
    after: withStatus(before, describeUnknown(before, pass.observation, desired, reason)),
    actions: [],
    replacesOwed: false,
    deployments: [],
    wakeAt: null,
  };
}

/** What serves meanwhile is kept in order; nothing else is owed any more. */
export function hold(one: Case, view: ProcessObservation, because: Outlook): ProcessDecision {
  const { before, pass } = one;
  const kept = preserve(one, view, verifiedBefore(one, view));
  const reason = shownTogether(because.reason, kept.reason, describeLag(before));
  const describe = because.health === null ? describeHeld : describeSteady;
  return {
    after: withStatus(before, describe(before, pass.observation, view, { ...because, reason })),
    actions: kept.actions,
    replacesOwed: true,
    deployments: [],
    wakeAt: because.until,
  };
}

/** What is news about what serves comes before what it waits for; people read all of it. */
function shownTogether(because: Reason, kept: Reason | null, lag: string | null): Reason {
  const { text: _, ...first } = kept !== null && reasonCatalogue[kept.code].event !== null ? kept : because;
  return { ...first, text: [because.text, kept?.text ?? null, lag].filter((part) => part !== null).join("; ") };
}
