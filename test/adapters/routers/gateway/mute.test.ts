/** A gateway that is mute: what takes connections and says nothing, or half of something, holds nobody up. */

import { createServer, type RequestListener } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { createGatewayRouter } from "../../../../src/adapters/routers/gateway/client.ts";
import { failureOf } from "../../../support/failure.ts";

async function routerOf(listener: RequestListener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const gateway = { controlUrl: `http://127.0.0.1:${address.port}`, token: "t" };
  const router = createGatewayRouter({ gateway, publicUrl: "http://127.0.0.1:1", timeoutMs: 50 });
  onTestFinished(async () => {
    await router.close();
    server.closeAllConnections();
    server.close();
  });
  return router;
}

describe.each<[string, RequestListener]>([
  ["takes requests and never answers", () => undefined],
  ["begins an answer and never ends it", (_, response) => void response.writeHead(200).write('{"routes":[')],
  [
    "ends in the middle of an answer",
    (_, response) => {
      response.writeHead(200, { "content-length": "100" }).write('{"routes":[');
      response.socket?.destroySoon();
    },
  ],
])("a gateway that %s", (_, listener) => {
  it("is unreachable, and each question to it has an end", async () => {
    const router = await routerOf(listener);
    const questions = [
      () => router.routes("production"),
      () => router.traffic("production"),
      () => router.ensureRoutes("production", [{ process: "orders", timeoutMs: 1, sticky: null, shares: [] }]),
      () => router.probe(),
      () => router.heartbeat(),
    ];
    for (const question of questions) expect(await failureOf(question())).toMatchObject({ code: "router/unreachable" });
  });
});
