/** What every prober must do, fake or real. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Prober, ProbeRequest } from "../../src/ports/prober.ts";

/** A prober, and addresses with known answers. */
export interface ProberUnderTest {
  readonly prober: Prober;
  /** `POST /echo` answers 201, header `x-seen: 1` and the request's body; `/moved` 302 to /echo; `/silent` never answers; `/broken` ends the connection. */
  readonly base: string;
  close(): Promise<void>;
}

/** Runs the contract on what `make` makes; each test gets its own. */
export function proberContract(name: string, make: () => Promise<ProberUnderTest>): void {
  describe(`${name} keeps the prober contract`, () => {
    let under: ProberUnderTest;
    beforeEach(async () => {
      under = await make();
    });
    afterEach(() => under.close());

    const request = (path: string, change: Partial<ProbeRequest> = {}): ProbeRequest => ({
      url: `${under.base}${path}`,
      method: "GET",
      headers: {},
      body: null,
      timeoutMs: 5_000,
      ...change,
    });

    it("gives status, headers in lower case and the body", async () => {
      const answer = await under.prober.ask(request("/echo", { method: "POST", body: "hello" }));
      expect(answer).toMatchObject({ status: 201, body: "hello", headers: { "x-seen": "1" } });
      expect(answer.durationMs).toBeGreaterThanOrEqual(0);
    });

    it("takes a redirect as the answer it is", async () => {
      expect(await under.prober.ask(request("/moved"))).toMatchObject({ status: 302 });
    });

    it("throws when the connection ends without an answer, naming the address", async () => {
      await expect(under.prober.ask(request("/broken"))).rejects.toThrow(/\/broken/);
    });

    it("stops when its caller gives up", async () => {
      const caller = new AbortController();
      const asked = under.prober.ask(request("/silent"), caller.signal);
      setImmediate(() => caller.abort());
      await expect(asked).rejects.toThrow(/given up/);
    });

    it("asks nothing for a caller that has given up already", async () => {
      await expect(under.prober.ask(request("/echo"), AbortSignal.abort())).rejects.toThrow(/given up/);
    });
  });
}
