import type { PinionEvent } from "../domain/events.ts";

/** Tells somebody outside what happened. */
export interface Notifier {
  /** Names it in logs; contains no secret. */
  readonly name: string;
  /** Resolves when it was taken. The same event may be told twice. @throws `notify/unreachable`, worth trying again, and `notify/refused`. */
  tell(event: PinionEvent, signal?: AbortSignal): Promise<void>;
}
