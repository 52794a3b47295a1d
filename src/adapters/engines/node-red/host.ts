/** One Node-RED instance as the engine sees it: where it is, whether it can be asked, and a queue, because a deploy must not meet another. */

import type { LimitFunction } from "p-limit";
import type { UnitRef } from "../../../domain/names.ts";
import type { EngineDeath } from "../../../domain/observed/engine-deaths.ts";
import type { NodeRedClient } from "./client.ts";
import type { FlowsReader } from "./flows-reader.ts";
import type { Owner } from "./ownership.ts";

export interface Host {
  readonly id: string;
  /** Only this one's tabs are looked at and changed; null: all of Pinion's. */
  readonly owner?: Owner;
  /** Base of the private addresses, without a trailing slash. */
  readonly url: string;
  readonly state: "starting" | "ready" | "down";
  /** Why it is not ready; "" when it is. */
  readonly why: string;
  readonly client: NodeRedClient;
  /** One thing at a time, in order. */
  readonly queue: LimitFunction;
  readonly reader: FlowsReader;
  /** Null: somebody else looks after its process, such as of a remote one. */
  readonly keeper?: Keeper | null;
}

/** What the supervisor of an instance's process knows. Sends no request. */
export interface Keeper {
  /** Its process has ended, and another one is on its way. */
  isReturning(): boolean;
  /** How long its process has wanted to run so far and was not let, in milliseconds; null: nobody knows. */
  waitedMs(): Promise<number | null>;
  /** These were not there before, and run now. */
  installed(units: readonly UnitRef[]): void;
  /** Its processes that ended of themselves, other than by an installation, which judges that itself. */
  deaths(): readonly EngineDeath[];
}

/** Whether something is done to it, or waits to be. */
export function isBusy({ queue }: Pick<Host, "queue">): boolean {
  return queue.activeCount + queue.pendingCount > 0;
}
