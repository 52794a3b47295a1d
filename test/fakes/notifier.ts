/** Somebody who is told, in memory: slow, deaf or choosy as a test wants it. */

import { DeliveryFailure } from "../../src/domain/events/delivery-failure.ts";
import { PinionError } from "../../src/domain/errors.ts";
import type { PinionEvent } from "../../src/domain/journal/events.ts";
import type { Notifier } from "../../src/ports/notifier.ts";

export interface FakeNotifier extends Notifier {
  /** What was taken, in order. */
  readonly taken: readonly PinionEvent[];
  /** How often anybody tried. */
  attempts: number;
  /** How it answers from now on. `hang`: not at all, until it is given up. */
  mood: "takes" | "refuses" | "hangs" | { readonly laterMs: number | null };
  /** Which events it wants. */
  wants: (event: PinionEvent) => boolean;
}

export function createFakeNotifier(name = "fake"): FakeNotifier {
  const taken: PinionEvent[] = [];
  const notifier: FakeNotifier = {
    name,
    taken,
    attempts: 0,
    mood: "takes",
    wants: () => true,
    concerns: (event) => notifier.wants(event),
    async notify(event, signal) {
      notifier.attempts += 1;
      const { mood } = notifier;
      if (signal?.aborted) throw new DeliveryFailure(`${name}: given up`);
      if (mood === "refuses") throw new PinionError("notify/refused", `${name}: does not take it`);
      if (mood === "hangs") await untilGivenUp(name, signal);
      else if (typeof mood === "object") throw new DeliveryFailure(`${name}: later`, { retryAfterMs: mood.laterMs });
      taken.push(event);
    },
  };
  return notifier;
}

function untilGivenUp(name: string, signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(new DeliveryFailure(`${name}: given up`)), { once: true });
  });
}
