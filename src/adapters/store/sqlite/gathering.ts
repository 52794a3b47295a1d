/** Does together what is asked at the same time, as one transaction, and tells each asker what became of its part. */

interface Waiting<T> {
  readonly part: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Calls `work` with everything asked in one turn of the event loop, in order. When that fails each part is tried by itself, so
 * that a bad one takes no other with it; `work` does all of its parts or none.
 */
export function createGathering<T>(work: (parts: readonly T[]) => void): (part: T) => Promise<void> {
  let waiting: Waiting<T>[] = [];

  const attempt = (all: readonly Waiting<T>[]): void => {
    try {
      work(all.map(({ part }) => part));
      for (const { resolve } of all) resolve();
    } catch (error) {
      if (all.length === 1) all[0]?.reject(error);
      else for (const one of all) attempt([one]);
    }
  };
  const flush = (): void => {
    const all = waiting;
    waiting = [];
    attempt(all);
  };
  return (part) =>
    new Promise((resolve, reject) => {
      waiting.push({ part, resolve, reject });
      if (waiting.length === 1) setImmediate(flush);
    });
}
