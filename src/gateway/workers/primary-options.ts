/** What the primary of a gateway is started with. */

import type { GatewayOptions } from "../gateway.ts";
import type { Successor } from "../../schemas/gateway.ts";
import type { HeldSocket } from "../held-sockets.ts";

export interface PrimaryOptions extends GatewayOptions {
  /** How many processes serve; default 2. */
  readonly workers?: number;
  /** How often a worker is asked whether it is there; default 1 s. */
  readonly heartbeatMs?: number;
  /** The program of its standby; without one nobody goes on in its place. */
  readonly standbyProgram?: string;
  /** Called when a controller wants another one with these options in its place. */
  readonly onSuccessor?: (change: Successor) => void;
  /** Sockets of the primary before, which listen already. */
  readonly held?: readonly HeldSocket[];
}

/** What a primary is started with, as far as another process can be told. */
export type Succession = Omit<PrimaryOptions, "log" | "held" | "onSuccessor">;
