import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type Customers, type Load, startLoad } from "../../src/demo/load.ts";

/** Catches only what hangs. */
const patience = { timeout: 20_000 };

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function listen(answer: Answer): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function loadOf(answer: Answer, customers: Partial<Customers> = {}): Promise<Load> {
  const load = startLoad({ url: await listen(answer), order: null, callers: 2, pauseMs: 1, ...customers });
  onTestFinished(() => load.stop());
  return load;
}

describe("the customers", () => {
  it("ask again and again, as a test that leaves no trace", async () => {
    const headers: unknown[] = [];
    const load = await loadOf((request, response) => {
      headers.push(request.headers["x-test"]);
      response.setHeader("x-pinion-version", "1.0.0").end();
    });
    await vi.waitUntil(() => load.counts.requests > 5, patience);
    expect(load.counts).toMatchObject({ failed: 0, firstFailure: null });
    expect(load.counts.byVersion.get("1.0.0")?.answers).toBe(load.counts.requests);
    expect(new Set(headers)).toEqual(new Set(["1"]));
  });

  it("send their order as JSON", async () => {
    const bodies: string[] = [];
    const load = await loadOf(
      (request, response) => {
        const parts: Buffer[] = [];
        request.on("data", (part: Buffer) => parts.push(part));
        request.on("end", () => {
          bodies.push(`${request.method} ${request.headers["content-type"]} ${Buffer.concat(parts).toString()}`);
          response.end();
        });
      },
      { order: { amountCents: 1 } },
    );
    await vi.waitUntil(() => load.counts.requests > 0, patience);
    expect(bodies[0]).toBe('POST application/json {"amountCents":1}');
  });

  it("take every status but 200 for a failure", async () => {
    const load = await loadOf((_request, response) => void response.writeHead(500).end());
    await vi.waitUntil(() => load.counts.requests > 0, patience);
    expect(load.counts.firstFailure).toBe("status 500");
    expect(load.counts.failed).toBe(load.counts.requests);
  });

  it("do not count an answer to a question from before the mark", async () => {
    const waiting: ServerResponse[] = [];
    let isSlow = true;
    const load = await loadOf(
      (_request, response) => {
        if (isSlow) waiting.push(response);
        else response.setHeader("x-pinion-version", "2.0.0").end();
      },
      { callers: 1 },
    );
    await vi.waitUntil(() => waiting.length === 1, patience);
    load.mark();
    isSlow = false;
    for (const response of waiting) response.setHeader("x-pinion-version", "1.0.0").end();
    await vi.waitUntil(() => load.counts.requests > 0, patience);
    expect([...load.counts.byVersion.keys()]).toEqual(["2.0.0"]);
  });
});
