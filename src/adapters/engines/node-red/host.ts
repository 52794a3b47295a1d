/** One Node-RED instance as the engine sees it: where it is, whether it can be asked, and a queue, because a deploy must not meet another. */

import type { NodeRedClient } from "./client.ts";

export interface Host {
  readonly id: string;
  /** Base of the private addresses, without a trailing slash. */
  readonly url: string;
  readonly state: "starting" | "ready" | "down";
  /** Why it is not ready; "" when it is. */
  readonly why: string;
  readonly client: NodeRedClient;
  readonly queue: Queue;
}

export interface Queue {
  /** Runs the work after everything queued before it, whatever became of that. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run: (work) => {
      const next = last.then(work, work);
      last = next.catch(() => undefined);
      return next;
    },
  };
}
