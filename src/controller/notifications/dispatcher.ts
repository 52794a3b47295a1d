/**
 * Tells everybody outside what happened, at least once each, whatever happens to the controller in between: an event stays in the
 * journal until all who want it have taken it or it was given up for them.
 */

import type { PinionEvent } from "../../domain/journal/events.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Journal } from "../../ports/journal.ts";
import type { Log } from "../../ports/log.ts";
import type { Notifier } from "../../ports/notifier.ts";
import { createWakeSignal } from "../wake-signal.ts";
import { createRepeatedFailure, type RepeatedFailure } from "../repeated-failure.ts";
import { createDeliveryQueue, type DeliveryQueue, type DeliveryQueueParts, type NotificationCount } from "./delivery-queue.ts";

export interface DispatcherParts {
  readonly journal: Pick<Journal, "pendingEvents" | "dispatched">;
  readonly notifiers: readonly Notifier[];
  readonly clock: Clock;
  readonly log: Log;
  /** Left out: events are told as they were recorded. */
  readonly describe?: DeliveryQueueParts["describe"];
}

export interface Dispatcher {
  /** There are new events. */
  notify(): void;
  start(): void;
  /** Resolves when no delivery is running; a delivery under way is given up and repeated after the next start. */
  stop(): Promise<void>;
  /** Since the start. */
  counts(): readonly NotificationCount[];
}

/** How many events are taken from the journal at once. */
const batch = 200;
/** Where the journal failed, it is asked again. */
const retryMs = 5_000;
/** Somebody who was not reached for more events than this is not told the oldest of them any more: memory is bounded. */
const mostWaiting = 10_000;
/** How long events that were told wait to be marked so, at most. */
const gatherMs = 100;
const longMs = 3_600_000;

export function createDispatcher(parts: DispatcherParts): Dispatcher {
  return new Told(parts);
}

class Told implements Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #queues: readonly DeliveryQueue[];
  readonly #wakeSignal;
  readonly #stop = new AbortController();
  /** For how many lanes each event is still open. */
  readonly #open = new Map<string, number>();
  #done: string[] = [];
  #mayBeMore = true;
  #running: readonly Promise<void>[] = [];
  readonly #failure: RepeatedFailure;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    this.#wakeSignal = createWakeSignal(parts.clock);
    const { clock, log, describe } = parts;
    this.#queues = parts.notifiers.map((notifier) =>
      createDeliveryQueue({ notifier, clock, log, describe, onDone: (event) => this.#finish(event) }),
    );
    const text = "events could not be read from the journal, or marked as delivered; it is tried again";
    this.#failure = createRepeatedFailure({ log, clock, about: {}, text, over: "events are read and marked again" });
  }

  notify(): void {
    this.#mayBeMore = true;
    this.#wakeSignal.notify();
  }

  start(): void {
    this.#running = [this.#follow(), ...this.#queues.map((queue) => queue.run())];
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wakeSignal.notify();
    for (const queue of this.#queues) queue.stop();
    await Promise.all(this.#running);
    await this.#flush();
  }

  counts(): readonly NotificationCount[] {
    return this.#queues.map((queue) => queue.count());
  }

  /** The journal is asked and told by this loop alone, so that an event that was told is never taken from it again. */
  async #follow(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const waitMs = await this.#passSafely();
      if (waitMs > 0) await this.#wakeSignal.wait(waitMs);
    }
  }

  async #passSafely(): Promise<number> {
    try {
      await this.#take();
      await this.#gather();
      await this.#flush();
      this.#failure.wentWell();
      return this.#mayBeMore || this.#done.length > 0 ? 0 : longMs;
    } catch (error) {
      this.#failure.failed(error);
      return retryMs;
    }
  }

  /** While more is being told, what is done waits a moment for the rest: one transaction for many. */
  async #gather(): Promise<void> {
    const isMoreUnderWay = this.#queues.some((queue) => queue.count().pending > 0);
    if (isMoreUnderWay && this.#done.length > 0) await this.#parts.clock.sleep(gatherMs, this.#stop.signal);
  }

  async #flush(): Promise<void> {
    const ids = this.#done;
    if (ids.length === 0) return;
    this.#done = [];
    try {
      await this.#parts.journal.dispatched(ids);
    } catch (error) {
      this.#done = [...ids, ...this.#done];
      throw error;
    }
    for (const id of ids) this.#open.delete(id);
  }

  async #take(): Promise<void> {
    if (!this.#mayBeMore) return;
    this.#mayBeMore = false;
    const limit = this.#open.size + batch;
    const events = await this.#parts.journal.pendingEvents(limit).catch((error: unknown) => {
      this.#mayBeMore = true;
      throw error;
    });
    for (const event of events) if (!this.#open.has(event.id)) this.#spread(event);
    if (events.length === limit) this.#mayBeMore = true;
    for (const queue of this.#queues) queue.shorten(mostWaiting);
  }

  #spread(event: PinionEvent): void {
    const queues = this.#queues.filter((queue) => queue.concerns(event));
    this.#open.set(event.id, queues.length);
    if (queues.length === 0) this.#done.push(event.id);
    for (const queue of queues) queue.add(event);
  }

  #finish(event: PinionEvent): void {
    const left = (this.#open.get(event.id) ?? 1) - 1;
    this.#open.set(event.id, left);
    if (left > 0) return;
    this.#done.push(event.id);
    this.#wakeSignal.notify();
  }
}
