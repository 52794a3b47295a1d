/** Does long work slice by slice: between two of them the event loop has a turn. */

import { inTurns as withPauses, type Slices } from "../domain/slices.ts";

export function inTurns<T>(steps: Slices<T>): Promise<T> {
  return withPauses(steps, () => new Promise((resolve) => setImmediate(resolve)));
}
