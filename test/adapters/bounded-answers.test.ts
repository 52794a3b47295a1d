/** An answer without end is cut off: no reader of an answer from outside takes more than it can use. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createNodeRedClient } from "../../src/adapters/engines/node-red/client.ts";
import { createJsonClient } from "../../src/adapters/metrics/json-client.ts";
import { createReceiver } from "../../src/adapters/notifiers/webhook/receiver.ts";
import { createHttpProber } from "../../src/adapters/probes/http-prober.ts";
import { createGatewayRouter } from "../../src/adapters/routers/gateway/client.ts";

const piece = " ".repeat(256 * 1024);
const mebibyte = 1024 * 1024;
const timeoutMs = 50_000;

let server: Server;
let here = "";
let cut: Promise<unknown>;
let sentBytes = 0;
let status = 200;

/** Goes on sending until the other side has had enough. */
function sendWithoutEnd(write: (chunk: string) => boolean, once: (event: "drain", then: () => void) => unknown): void {
  do sentBytes += piece.length;
  while (write(piece));
  once("drain", () => sendWithoutEnd(write, once));
}

beforeEach(async () => {
  sentBytes = 0;
  status = 200;
  let hasCut: (value: unknown) => void;
  cut = new Promise((resolve) => (hasCut = resolve));
  server = createServer((request, response) => {
    request.resume();
    response.on("close", hasCut).writeHead(status, { "content-type": "application/json" });
    sendWithoutEnd(
      (chunk) => !response.destroyed && response.write(chunk),
      (event, then) => response.once(event, then),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const secrets = { resolve: async () => "s3cret" };

describe("an answer without end", () => {
  it("is cut when an engine gives it for its flows", async () => {
    const client = createNodeRedClient({ adminUrl: here, token: null, timeoutMs });
    await expect(client.flows()).rejects.toMatchObject({
      code: "engine/unreachable",
      message: "Node-RED's answer to /flows cannot be used: it is longer than 128 MiB, the limit",
    });
    await cut;
  });

  it.each(["nodeTypes", "state", "starts"] as const)("is cut when an engine gives it for its %s", async (what) => {
    const client = createNodeRedClient({ adminUrl: here, token: null, timeoutMs });
    await expect(client[what]()).rejects.toMatchObject({
      code: "engine/unreachable",
      message: expect.stringContaining("it is longer than 2 MiB, the limit") as string,
    });
    await cut;
  });

  it("is cut when an engine gives it for a reason", async () => {
    status = 500;
    const client = createNodeRedClient({ adminUrl: here, token: null, timeoutMs });
    await expect(client.flows()).rejects.toMatchObject({
      code: "engine/unreachable",
      message: expect.stringContaining("answered 500") as string,
    });
    await cut;
    expect(sentBytes).toBeLessThan(32 * mebibyte);
  });

  it.each([200, 400, 500])("is cut when a gateway gives it with %i", async (given) => {
    status = given;
    const router = createGatewayRouter({ gateway: { controlUrl: here, token: "t" }, publicUrl: here, timeoutMs });
    await expect(router.routes("production")).rejects.toMatchObject({
      code: "router/unreachable",
      message: expect.stringContaining("it is longer than 64 MiB, the limit") as string,
    });
    await cut;
    await router.close();
  });

  it("is cut when a metric source gives it", async () => {
    const client = createJsonClient({ name: "orders", auth: { kind: "none" }, headers: {}, timeoutMs, secrets });
    await expect(client.ask({ url: `${here}/x`, form: null, signal: undefined })).rejects.toMatchObject({
      code: "metric/unreachable",
      message: `orders: ${here}/x: it is longer than 1 MiB, the limit`,
    });
    await cut;
    await client.close();
  });

  it("is cut when a version gives it to a check", async () => {
    const prober = createHttpProber();
    const answer = await prober.ask({ method: "GET", url: here, headers: {}, body: null, timeoutMs });
    expect(answer.body).toHaveLength(mebibyte);
    await cut;
    await prober.close();
  });

  it("is cut when a receiver of messages gives it", async () => {
    status = 400;
    const receiver = createReceiver({ name: "chat", url: here, token: null, secrets, clock: { now: () => 0 }, timeoutMs });
    await expect(receiver.post("application/json", "{}")).rejects.toMatchObject({ code: "notify/refused" });
    await cut;
    expect(sentBytes).toBeLessThan(32 * mebibyte);
  });
});
