/** Delivers events to one receiver, one after the other and in order; a receiver that is down delays no other. */

import { DeliveryFailure } from "../../domain/events/delivery-failure.ts";
import { PinionError } from "../../domain/errors.ts";
import type { PinionEvent } from "../../domain/journal/events.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import type { Notifier } from "../../ports/notifier.ts";
import { createWakeSignal } from "../wake-signal.ts";

/** What became of the events for one receiver. */
export interface NotificationCount {
  readonly notifier: string;
  readonly delivered: number;
  /** Refused by the receiver, or not taken for a day. */
  readonly givenUp: number;
  /** Tries that failed and were, or will be, made again. */
  readonly retried: number;
  /** Waiting now. */
  readonly pending: number;
}

export interface DeliveryQueueParts {
  readonly notifier: Notifier;
  readonly clock: Clock;
  readonly log: Log;
  /** The event with what is known of the changes that it is about; it does not throw. */
  readonly describe?: ((event: PinionEvent, signal: AbortSignal) => Promise<PinionEvent>) | undefined;
  /** It was taken, or given up. */
  onDone(event: PinionEvent): void;
}

export interface DeliveryQueue {
  concerns(event: PinionEvent): boolean;
  add(event: PinionEvent): void;
  /** Gives up the oldest until at most so many wait. */
  shorten(most: number): void;
  /** Ends when it is stopped. */
  run(): Promise<void>;
  /** What is being told just now is given up. */
  stop(): void;
  count(): NotificationCount;
}

/** An event that is older is no news any more. */
const giveUpAfterMs = 86_400_000;
const firstPauseMs = 1_000;
const longestPauseMs = 300_000;
const longMs = 3_600_000;

export function createDeliveryQueue(parts: DeliveryQueueParts): DeliveryQueue {
  return new OneAfterTheOther(parts);
}

class OneAfterTheOther implements DeliveryQueue {
  readonly #parts: DeliveryQueueParts;
  readonly #wakeSignal;
  /** One for each lane: many that listen to the same would look like a leak. */
  readonly #stop = new AbortController();
  readonly #waiting: PinionEvent[] = [];
  #delivered = 0;
  #givenUp = 0;
  #retried = 0;
  /** Tries in a row that failed. */
  #failures = 0;

  constructor(parts: DeliveryQueueParts) {
    this.#parts = parts;
    this.#wakeSignal = createWakeSignal(parts.clock);
  }

  concerns(event: PinionEvent): boolean {
    return this.#parts.notifier.concerns(event);
  }

  add(event: PinionEvent): void {
    this.#waiting.push(event);
    this.#wakeSignal.notify();
  }

  shorten(most: number): void {
    // The first one may be being told right now.
    const tooMany = this.#waiting.splice(1, Math.max(0, this.#waiting.length - most));
    for (const event of tooMany) this.#giveUp(event, `more than ${most} events are waiting`);
  }

  stop(): void {
    this.#stop.abort();
    this.#wakeSignal.notify();
  }

  async run(): Promise<void> {
    const { clock } = this.#parts;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const [event] = this.#waiting;
      if (!event) {
        await this.#wakeSignal.wait(longMs);
        continue;
      }
      const pauseMs = await this.#notify(event);
      if (pauseMs === null) this.#waiting.shift();
      else await clock.sleep(pauseMs, signal);
    }
  }

  count(): NotificationCount {
    const { notifier } = this.#parts;
    return {
      notifier: notifier.name,
      delivered: this.#delivered,
      givenUp: this.#givenUp,
      retried: this.#retried,
      pending: this.#waiting.length,
    };
  }

  /** Null when this event is done with, else how long to wait before the next try. */
  async #notify(event: PinionEvent): Promise<number | null> {
    const { notifier, clock, onDone, describe } = this.#parts;
    const { signal } = this.#stop;
    try {
      if (clock.now() - event.at >= giveUpAfterMs) return this.#giveUp(event, "no receiver accepted it for one day");
      await notifier.notify(describe ? await describe(event, signal) : event, signal);
    } catch (error) {
      return signal.aborted ? 0 : this.#fail(event, error);
    }
    this.#delivered += 1;
    this.#recover();
    onDone(event);
    return null;
  }

  #fail(event: PinionEvent, error: unknown): number | null {
    const why = error instanceof Error ? error.message : String(error);
    if (!isWorthTryingAgain(error)) {
      this.#failures = 0;
      return this.#giveUp(event, why);
    }
    const pauseMs = Math.max(Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failures), askedFor(error));
    this.#failures += 1;
    this.#retried += 1;
    if (this.#failures === 1) this.#parts.log.warn(this.#about(event), `notification not delivered, it is tried again: ${why}`);
    return pauseMs;
  }

  #giveUp(event: PinionEvent, why: string): null {
    this.#givenUp += 1;
    this.#parts.log.warn(this.#about(event), `notification given up: ${why}`);
    this.#parts.onDone(event);
    return null;
  }

  #recover(): void {
    const { notifier, log } = this.#parts;
    if (this.#failures > 0) log.info({ notifier: notifier.name, failures: this.#failures }, "notifications are delivered again");
    this.#failures = 0;
  }

  #about({ id, kind, environment, process, version, deployment }: PinionEvent): Readonly<Record<string, unknown>> {
    return { notifier: this.#parts.notifier.name, event: id, kind, environment, process, version, deployment };
  }
}

/** A bug in a notifier is not fixed by trying again, and must not keep all other events from being told. */
function isWorthTryingAgain(error: unknown): boolean {
  return error instanceof PinionError && error.retry === "later";
}

function askedFor(error: unknown): number {
  return error instanceof DeliveryFailure ? (error.retryAfterMs ?? 0) : 0;
}
