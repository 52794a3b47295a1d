/** What an order is held against, and what becomes of it. */

import type { Action } from "../journal/actions.ts";
import type { Desired } from "../desired/resolve.ts";
import type { ProcessId } from "../names.ts";
import type { Order, OrderWish } from "../journal/commands.ts";
import type { Rollout } from "../journal/rollout.ts";
import type { Seen } from "../observed/observation.ts";
import type { DeploymentUpdate, ProcessState } from "../journal/state.ts";

/** What an order has changed. */
export type Obeyed =
  | {
      readonly kind: "done";
      readonly why: string;
      readonly after: ProcessState;
      readonly actions: readonly Action[];
      readonly story: string;
      /** Of a deployment that begins with it; absent: none does. */
      readonly deployments?: readonly DeploymentUpdate[];
    }
  | { readonly kind: "refused"; readonly why: string };

export interface Given {
  readonly order: Order;
  readonly before: ProcessState;
  readonly desired: Desired | null;
  readonly seen: Seen;
  /** All processes of the environment, as remembered. */
  readonly processes: ReadonlyMap<ProcessId, ProcessState>;
}

/** The wish of one kind. */
export type WishOf<K extends OrderWish["kind"]> = Extract<OrderWish, { kind: K }>;

/** Something under way has changed by it. */
export function done(
  before: ProcessState,
  rollout: Rollout,
  why: string,
  actions: readonly Action[] = [],
): Extract<Obeyed, { kind: "done" }> {
  return { kind: "done", why, after: { ...before, rollout }, actions, story: why };
}

/** With the reason, for people. */
export function refuse(why: string): Obeyed {
  return { kind: "refused", why };
}
