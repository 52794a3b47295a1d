/** Does long work in slices: it returns to the event loop in between, and stops when all of it takes too long. */

import { setImmediate } from "node:timers/promises";
import { PinionError } from "../../../domain/errors.ts";
import type { Slices } from "../../../domain/slices.ts";

/** Carries one reading of the repository out, however many files are under way at once. */
export interface Pace {
  /** @throws `manifest/too-much` when the work of this pace has taken more than its budget; and what the work throws. */
  run<T>(steps: Slices<T>): Promise<T>;
}

/** Milliseconds of work before others get their turn. */
const sliceMs = 10;

/** Nothing but a place where others may get their turn: `await pace.run(pause())`. */
export function* pause(): Slices<undefined> {
  yield;
  return undefined;
}

/** `budgetMs` is time spent at work; waiting for others does not count. */
export function createPace(budgetMs: number, now: () => number = () => performance.now()): Pace {
  return new SharedPace(budgetMs, now);
}

class SharedPace implements Pace {
  readonly #budgetMs: number;
  readonly #now: () => number;
  #sliceStart: number;
  #spent = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(budgetMs: number, now: () => number) {
    this.#budgetMs = budgetMs;
    this.#now = now;
    this.#sliceStart = now();
  }

  async run<T>(steps: Slices<T>): Promise<T> {
    for (;;) {
      if (this.#now() - this.#sliceStart >= sliceMs) await this.#nextTurn();
      const before = this.#now();
      const step = steps.next();
      this.#spend(this.#now() - before);
      if (step.done === true) return step.value;
    }
  }

  #spend(elapsed: number): void {
    this.#spent += elapsed;
    if (this.#spent <= this.#budgetMs) return;
    const limit = `${Math.round(this.#budgetMs / 1000)} s`;
    throw new PinionError("manifest/too-much", `too much to read in ${limit}; the last good commit stays in use`);
  }

  /** One at a time: several that go on in the same turn would hold the loop together. */
  async #nextTurn(): Promise<void> {
    this.#turn = this.#turn.then(() => setImmediate());
    await this.#turn;
    this.#sliceStart = this.#now();
  }
}
