/** Events for tests of those who are told. */

import type { PinionEvent } from "../../src/domain/events.ts";

/** A deployment of `order-intake` 1.5.0 after 1.4.2 in production has succeeded, unless told otherwise. */
export function event(parts: Partial<PinionEvent> = {}): PinionEvent {
  return {
    id: "production.order-intake.1.5.0.a1.succeeded.a2",
    kind: "succeeded",
    at: Date.UTC(2026, 0, 2, 3, 4, 5),
    environment: "production",
    process: "order-intake",
    deployment: "production.order-intake.1.5.0.a1",
    version: "1.5.0",
    from: "1.4.2",
    commit: "0123456789abcdef0123456789abcdef01234567",
    trigger: null,
    why: "passed everything",
    ...parts,
  };
}
