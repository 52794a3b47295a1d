/** A receiver that cannot take an event now and may say when it can. */

import { PinionError } from "./errors.ts";

/** Always `notify/unreachable`. */
export class DeliveryFailure extends PinionError {
  /** How long the receiver asks to be left alone; null: it does not say. */
  readonly retryAfterMs: number | null;

  constructor(message: string, options: { readonly retryAfterMs?: number | null; readonly cause?: unknown } = {}) {
    super("notify/unreachable", message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}
