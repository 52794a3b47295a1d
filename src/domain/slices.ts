/** Long work in slices: a generator that yields wherever others may get their turn. */

/** Work that may be interrupted wherever it yields. */
export type Slices<T> = Generator<undefined, T, undefined>;

/** All the work without a pause, for callers that have nothing else to do. */
export function atOnce<T>(steps: Slices<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** All the work, with a pause wherever it yields. `pause` resolves when others have had their turn. */
export async function inTurns<T>(steps: Slices<T>, pause: () => Promise<unknown>): Promise<T> {
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    await pause();
  }
}
