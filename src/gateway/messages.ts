/** What the primary of a gateway and its workers say to each other. Both are of one release: nothing here is kept on disk. */

import type { GatewaySettings } from "../domain/config/config.ts";
import type { EnvironmentName } from "../domain/names.ts";
import type { Route } from "../domain/observed/route.ts";
import type { CounterReport } from "./reports.ts";

/** What a worker serves by, as long as it lives. */
export interface WorkerSettings extends Pick<GatewaySettings, "trustedProxies" | "bodyIdleMs" | "environments"> {
  /** How often, at most, it tells its counts without being asked. */
  readonly reportEveryMs: number;
  /** By what the controller's own requests are known. */
  readonly checkMark: string;
}

/** Routes of some processes of an environment. */
export interface RouteChange {
  readonly environment: EnvironmentName;
  readonly routes: readonly Route[];
}

/** Answered with `done`, in the order asked. */
export type Ask =
  /** First of all: the whole table. */
  | { readonly kind: "begin"; readonly settings: WorkerSettings; readonly table: readonly RouteChange[] }
  | { readonly kind: "routes"; readonly changes: readonly RouteChange[] }
  /** Its counts go out before the answer does. */
  | { readonly kind: "report" }
  /** Is it there? */
  | { readonly kind: "ping" };

export type ToWorker =
  | { readonly kind: "ask"; readonly id: number; readonly ask: Ask }
  /** Comes with the connection. `listener` is the environment on whose own port it was taken in; null: the port of all. */
  | { readonly kind: "connection"; readonly id: number; readonly listener: EnvironmentName | null }
  /** Takes nothing new from now on, finishes what is in flight, and ends. */
  | { readonly kind: "leave"; readonly limitMs: number };

export type FromWorker =
  /** It listens to what it is asked. */
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly id: number }
  /** The connection is the worker's now. */
  | { readonly kind: "taken"; readonly id: number }
  | {
      readonly kind: "report";
      readonly counters: readonly CounterReport[];
      readonly closed: number;
      readonly ejected: readonly string[] | null;
    }
  /** Somebody told it to end: another one may start. */
  | { readonly kind: "leaving" }
  | {
      readonly kind: "log";
      readonly level: "info" | "warn" | "error";
      readonly fields: Readonly<Record<string, unknown>>;
      readonly message: string;
    };
