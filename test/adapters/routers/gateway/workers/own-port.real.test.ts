/** A port of an environment's own, held by the primary of a gateway and served by its workers. */

import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createGatewayRouter } from "../../../../../src/adapters/routers/gateway/client.ts";
import { startPrimary } from "../../../../../src/adapters/routers/gateway/workers/primary.ts";
import { gatewayDefaults } from "../../../../../src/domain/controller-config.ts";
import { call, logInto, openBackend, share } from "../setting.ts";

it("is served without a prefix", async () => {
  const directory = await mkdtemp(join(tmpdir(), "pinion-gateway-"));
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const settings = { ...gatewayDefaults, environments: { production: { port } } };
  const gateway = await startPrimary({ stateDirectory: directory, host: "127.0.0.1", port: 0, settings, log: logInto([]) });
  const backend = await openBackend((request, response) => response.end(request.url));
  const router = createGatewayRouter({ gateway: { stateDirectory: directory }, publicUrl: null });
  onTestFinished(async () => {
    await router.close();
    await gateway.close(0);
    await backend.close();
    await rm(directory, { recursive: true, force: true });
  });
  const shares = [share("1.0.0", "a", 100, [backend])];
  await router.ensureRoutes("production", [{ process: "order-intake", timeoutMs: 5_000, sticky: null, shares }]);
  expect((await call(`http://127.0.0.1:${port}/orders`)).body).toBe("/orders");
  expect((await call(`${gateway.url}/production/orders`)).body).toBe("/orders");
});
