/** One life of the controller: from a start to the crash that ends it. What a dead one had begun is never heard of again. */

export interface Life {
  readonly number: number;
  isDead: boolean;
  /** Stopped until then: nothing of it runs; 0: not at all. */
  frozenUntil: number;
}

/** What a dead controller waits for. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}
