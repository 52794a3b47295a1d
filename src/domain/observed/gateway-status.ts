/** How the gateway is that a controller keeps up. */

import type { Instant } from "../names.ts";

export interface GatewayStatus {
  readonly state: "up" | "down";
  /** Why it is down, or what was wrong last; "" when nothing ever was. */
  readonly why: string;
  readonly since: Instant;
  /** How often it was started again since the controller started. */
  readonly restarts: number;
  /** How often somebody else had changed, or tried to change, its table. */
  readonly tampered: number;
}
