/** What every HTTP client of Pinion must do, whatever the server answers. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type HostileServer, type Hostility, openHostileServer } from "../support/hostile-server.ts";

/** One that asks, with `token` as its credentials where it has any. */
export interface Caller {
  ask(): Promise<unknown>;
  close(): Promise<void>;
}

export interface CallerUnderTest {
  /** How it gives up: as little as tells a silent server from one that answers. */
  readonly timeoutMs: number;
  /** Its limit of the body, in bytes. */
  readonly largestBodyBytes: number;
  open(server: Pick<HostileServer, "url" | "port">, timeoutMs: number): Promise<Caller>;
  /** What it takes for an answer, and goes on with. */
  readonly answers?: readonly Hostility[];
  /** The code of its errors; null: they have none. */
  readonly code: string | null;
  /** Over a unix socket of this path, instead of a port. */
  readonly socket?: () => string;
}

export const token = "s3cret-t0ken";

/** Where others wait for the limit of time it is short; the others never reach it. */
const patientMs = 60_000;
const waits: ReadonlySet<Hostility> = new Set(["slow body", "silence"]);
const endless: ReadonlySet<Hostility> = new Set(["endless body", "endless headers", "endless trailers", "endless interim answers"]);
/** What the systems of both sides hold of a connection that nobody reads. */
const buffersBytes = 32 * 1024 * 1024;
const longestMessage = 600;

const hostilities: readonly Hostility[] = [
  ...endless,
  ...waits,
  "reset",
  "half an answer",
  "redirect",
  "login page",
  "compressed",
  "another protocol",
  "another protocol, agreed",
];

/** Runs every hostile answer on one that asks. */
export function httpCallerContract(name: string, under: CallerUnderTest): void {
  describe(`${name} bears`, () => {
    let elsewhere: HostileServer;
    let server: HostileServer | null = null;
    beforeEach(async () => {
      elsewhere = await openHostileServer({ hostility: "login page", elsewhere: "" });
    });
    afterEach(async () => {
      await Promise.all([elsewhere.close(), server?.close()]);
    });

    async function meet(hostility: Hostility, status = 200): Promise<unknown> {
      server = await openHostileServer({ hostility, elsewhere: `${elsewhere.url}/elsewhere`, status }, under.socket?.());
      const caller = await under.open(server, waits.has(hostility) ? under.timeoutMs : patientMs);
      try {
        return await caller.ask().then(
          () => null,
          (error: unknown) => error,
        );
      } finally {
        if (endless.has(hostility) || waits.has(hostility)) await server.deserted();
        await caller.close();
      }
    }

    it.each(hostilities)("%s", async (hostility) => {
      const error = await meet(hostility);
      if (under.answers?.includes(hostility)) expect(error).toBeNull();
      else expectBriefError(error, under.code);
      expect(server?.heads.length).toBeGreaterThan(0);
      expect(server?.writtenBytes()).toBeLessThan(under.largestBodyBytes + buffersBytes);
      expect(elsewhere.heads).toEqual([]);
    });

    it.each(["login page", "endless body"] as const)("%s with status 500", async (hostility) => {
      const error = await meet(hostility, 500);
      if (under.code !== null) expectBriefError(error, under.code);
      expect(server?.writtenBytes()).toBeLessThan(under.largestBodyBytes + buffersBytes);
    });
  });
}

function expectBriefError(error: unknown, code: string | null): void {
  expect(error).toBeInstanceOf(Error);
  const { message } = error as Error;
  if (code !== null) expect(error).toMatchObject({ code });
  expect(message.length).toBeLessThan(longestMessage);
  expect(message).not.toContain(token);
  // oxlint-disable-next-line no-control-regex
  expect(message).not.toMatch(/[\u0000-\u001f\u007f]/u);
}
