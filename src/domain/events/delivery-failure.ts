/** A receiver that cannot take an event now and may say when it can. */

import { PinionError } from "../errors.ts";

/** Always `notify/unreachable`. */
export class DeliveryFailure extends PinionError {
  constructor(message: string, options: { readonly retryAfterMs?: number | null; readonly cause?: unknown } = {}) {
    super("notify/unreachable", message, options);
  }
}
