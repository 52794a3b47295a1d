/** What everybody who is told must hold to. Runs on the fake and on every adapter. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DeliveryFailure } from "../../src/domain/events/delivery-failure.ts";
import { PinionError } from "../../src/domain/errors.ts";
import type { Notifier } from "../../src/ports/notifier.ts";
import { event, eventKinds } from "../support/events.ts";

export interface NotifierUnderTest {
  /** Wants everything but `started` in `staging`. */
  readonly notifier: Notifier;
  /** How many events reached the other side and were taken. */
  taken(): number;
  /** What the other side does from now on. */
  become(mood: "takes" | "refuses" | "hangs" | { readonly laterMs: number | null }): void;
  close(): Promise<void>;
}

export function notifierContract(name: string, make: () => Promise<NotifierUnderTest>): void {
  describe(`${name}, as somebody who is told`, () => {
    let under: NotifierUnderTest;
    beforeEach(async () => void (under = await make()));
    afterEach(() => under.close());

    const failure = async (signal?: AbortSignal): Promise<unknown> =>
      under.notifier.notify(event(), signal).then(
        () => null,
        (error: unknown) => error,
      );

    it.each(eventKinds)("takes an event of the kind %s", async (kind) => {
      const isWhole = kind === "frozen" || kind === "unfrozen";
      await under.notifier.notify(
        event(isWhole ? { kind, process: null, deployment: null, version: null, from: null, commit: null } : { kind }),
      );
      expect(under.taken()).toBe(1);
    });

    it("takes the same event twice", async () => {
      await under.notifier.notify(event());
      await under.notifier.notify(event());
      expect(under.taken()).toBe(2);
    });

    it("says which events it wants", () => {
      expect(under.notifier.concerns(event())).toBe(true);
      expect(under.notifier.concerns(event({ kind: "started", environment: "staging" }))).toBe(false);
    });

    it("fails for later when the other side is in trouble, and says how long to wait when it was told", async () => {
      under.become({ laterMs: 7_000 });
      const told = await failure();
      expect(told).toBeInstanceOf(DeliveryFailure);
      expect(told).toMatchObject({ code: "notify/unreachable", retry: "later", retryAfterMs: 7_000 });
      under.become({ laterMs: null });
      expect(await failure()).toMatchObject({ code: "notify/unreachable", retryAfterMs: null });
      expect(under.taken()).toBe(0);
    });

    it("fails for good when the other side refuses it", async () => {
      under.become("refuses");
      const refused = await failure();
      expect(refused).toBeInstanceOf(PinionError);
      expect(refused).toMatchObject({ code: "notify/refused", retry: "never" });
    });

    it("stops waiting when it is given up", async () => {
      under.become("hangs");
      const giveUp = new AbortController();
      const waiting = failure(giveUp.signal);
      giveUp.abort();
      expect(await waiting).toMatchObject({ code: "notify/unreachable" });
      expect(under.taken()).toBe(0);
    });

    it("takes events again after it was in trouble", async () => {
      under.become({ laterMs: null });
      await failure();
      under.become("takes");
      await under.notifier.notify(event());
      expect(under.taken()).toBe(1);
    });
  });
}
