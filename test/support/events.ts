/** Events for tests of those who are told. */

import type { EventKind, PinionEvent } from "../../src/domain/journal/events.ts";

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
    code: "AsPinned",
    why: "passed everything",
    ...parts,
  };
}

/** One that is added does not compile before it is named here. */
const kinds: Readonly<Record<EventKind, true>> = {
  started: true,
  "taken-out": true,
  held: true,
  succeeded: true,
  failed: true,
  "rolled-back": true,
  drift: true,
  "git-lags": true,
  "store-failing": true,
  "gateway-down": true,
  "gateway-up": true,
  "engine-down": true,
  "engine-up": true,
  "secrets-changed": true,
  frozen: true,
  unfrozen: true,
};

export const eventKinds = Object.keys(kinds) as EventKind[];
