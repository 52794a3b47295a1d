/** The order of deployments: what is called comes before its callers. */

import type { ProcessId } from "../names.ts";

export interface Ordered {
  readonly order: readonly ProcessId[];
  /** What depends on each other in a circle, and so can never begin. */
  readonly circular: readonly ProcessId[];
}

/** Stable: what does not depend on each other stays in the order given. */
export function inDependencyOrder(needs: ReadonlyMap<ProcessId, readonly ProcessId[]>): Ordered {
  const order: ProcessId[] = [];
  const waiting = new Set(needs.keys());
  const done = new Set<ProcessId>();
  for (let before = -1; before !== order.length;) {
    before = order.length;
    for (const process of waiting) {
      if (needs.get(process)?.some((needed) => needs.has(needed) && !done.has(needed))) continue;
      waiting.delete(process);
      done.add(process);
      order.push(process);
    }
  }
  return { order, circular: [...waiting] };
}
