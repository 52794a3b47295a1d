/** A port of an environment's own, held by the primary of a gateway and served by its workers. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { ensureGatewayProcess } from "../../../src/adapters/routers/gateway/launcher.ts";
import { gatewayDefaults } from "../../../src/domain/config/config.ts";
import { freePort } from "../../support/free-port.ts";
import { call, gatewayCommand, logInto, openBackend, share } from "../../adapters/routers/gateway/setting.ts";

it("is served without a prefix", async () => {
  const directory = await mkdtemp(join(tmpdir(), "pinion-gateway-"));
  const port = await freePort();
  const settings = { ...gatewayDefaults, environments: { production: { port } } };
  const gateway = await ensureGatewayProcess({
    stateDirectory: directory,
    keptIn: directory,
    runAs: null,
    host: "127.0.0.1",
    port: 0,
    settings,
    command: gatewayCommand,
    log: logInto([]),
  });
  const backend = await openBackend((request, response) => response.end(request.url));
  onTestFinished(async () => {
    await gateway.stop();
    await backend.close();
    await rm(directory, { recursive: true, force: true });
  });
  const shares = [share("1.0.0", "a", 100, [backend])];
  await gateway.router.ensureRoutes("production", [{ process: "order-intake", timeoutMs: 5_000, sticky: null, shares }]);
  expect((await call(`http://127.0.0.1:${port}/orders`)).body).toBe("/orders");
  expect((await call(`${gateway.publicUrl()}/production/orders`)).body).toBe("/orders");
});
