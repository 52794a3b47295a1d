/** Does long work slice by slice: between two of them everybody else has a turn. */

import type { Slices } from "../domain/slices.ts";

export async function inTurns<T>(steps: Slices<T>): Promise<T> {
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
