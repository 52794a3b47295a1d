/** One thing after the other. */

export interface Queue {
  /** Runs it when all that was added before has ended, well or not. */
  add<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing is left. */
  idle(): Promise<void>;
}

export function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return {
    add: (work) => {
      const next = last.then(work, work);
      last = next.catch(() => undefined);
      return next;
    },
    idle: async () => void (await last),
  };
}
