/** Work beside the passes, one piece after the other: however much there is, no pass waits for it. */

import pLimit from "p-limit";

export class Aside {
  readonly #turn = pLimit(1);
  readonly #mostWaiting: number;
  readonly #waiting = new Set<Promise<void>>();
  #isClosed = false;

  /** What waits beyond `mostWaiting` is left out. */
  constructor(mostWaiting: number) {
    this.#mostWaiting = mostWaiting;
  }

  /** In turn; what goes wrong is said, and holds up nothing. */
  later(work: () => Promise<void>, complain: (error: unknown) => void): void {
    if (this.#isClosed || this.#waiting.size >= this.#mostWaiting) return;
    const run = this.#turn(async () => {
      if (!this.#isClosed) await work();
    })
      .catch(complain)
      .finally(() => this.#waiting.delete(run));
    this.#waiting.add(run);
  }

  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#turn(work);
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    while (this.#waiting.size > 0) await Promise.all(this.#waiting);
  }

  /** Begins nothing new, and resolves when what is under way is over. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.idle();
  }
}
