import type { PinionEvent } from "../domain/journal/events.ts";

/** Tells somebody outside what happened. */
export interface Notifier {
  /** Names it in logs and metrics; unique; contains no secret. */
  readonly name: string;
  /** Whether it wants to be told of such an event at all. */
  concerns(event: PinionEvent): boolean;
  /**
   * Resolves when it was taken. The same event may be told twice. Ends by itself within a bounded time, and soon when aborted.
   * @throws `notify/unreachable`, worth trying again (a `DeliveryFailure` says when), `notify/refused`, `secret/missing`.
   */
  notify(event: PinionEvent, signal?: AbortSignal): Promise<void>;
}
