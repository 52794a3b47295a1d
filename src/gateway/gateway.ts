/** What a gateway is started with, and what it is then: in a process of its own with workers, or within another one. */

import type { GatewaySettings } from "../domain/config/config.ts";
import type { Log } from "../ports/log.ts";

/** What a gateway is started with. */
export interface GatewayOptions {
  /** Table and identity live there; one gateway per folder. */
  readonly stateDirectory: string;
  /** The public address to listen on. */
  readonly host: string;
  /** 0: the port of the gateway before in this folder when it is free, else any. */
  readonly port: number;
  /** The same, on loopback; default 0. */
  readonly controlPort?: number;
  /** Default: `gatewayDefaults`. */
  readonly settings?: GatewaySettings;
  /** Of the control port. Without one it keeps one of its own in its folder. */
  readonly token?: string | null;
  readonly log: Log;
}

export interface Gateway {
  /** Base of the public address; `/<environment>/<path>` follows. */
  readonly url: string;
  readonly controlUrl: string;
  readonly token: string;
  /** Takes no more requests and resolves once those in flight are over, at the latest after `limitMs` (30 s). */
  close(limitMs?: number): Promise<void>;
}
