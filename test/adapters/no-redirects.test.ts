/** Credentials of metric sources, receivers and engines stay where they were meant to go. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createNodeRedClient } from "../../src/adapters/engines/node-red/client.ts";
import { createJsonClient } from "../../src/adapters/metrics/json-client.ts";
import { createReceiver } from "../../src/adapters/notifiers/webhook/receiver.ts";

const servers: Server[] = [];
let asked: (string | undefined)[] = [];
let here = "";

async function serve(answer: (path: string) => string | null): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    const location = answer(request.url ?? "");
    response.writeHead(location === null ? 200 : 307, location === null ? { "content-type": "application/json" } : { location }).end("[]");
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeEach(async () => {
  asked = [];
  const elsewhere = await serve((path) => {
    asked.push(path);
    return null;
  });
  here = await serve((path) => elsewhere + path);
});

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const reference = { kind: "env", name: "TOKEN" } as const;
const secrets = { resolve: async () => "s3cret" };
const timeoutMs = 30_000;

describe("a redirect to another server is not followed", () => {
  it("by a metric source", async () => {
    const client = createJsonClient({ name: "m", auth: { kind: "bearer", token: reference }, headers: {}, timeoutMs, secrets });
    expect((await client.ask({ url: `${here}/x`, form: null, signal: undefined })).status).toBe(307);
    await client.close();
    expect(asked).toEqual([]);
  });

  it("by a notifier", async () => {
    const receiver = createReceiver({ name: "n", url: here, token: reference, secrets, clock: { now: () => 0 }, timeoutMs });
    await expect(receiver.post("application/json", "{}")).rejects.toMatchObject({ code: "notify/refused" });
    expect(asked).toEqual([]);
  });

  it("by an engine's client", async () => {
    const client = createNodeRedClient({ adminUrl: here, token: "s3cret", timeoutMs });
    await expect(client.flows()).rejects.toMatchObject({ code: "engine/unreachable" });
    expect(asked).toEqual([]);
  });
});
