/** A gate can hold a deployment back, with the reason and, where it has one, the time at which it will pass. */

import type { Instant } from "../names.ts";
import type { Reason } from "../journal/reason.ts";

export interface Held {
  readonly reason: Reason;
  /** When it may pass by itself; null: when something else happens. */
  readonly until: Instant | null;
}
