import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createGatewayRouter, type GatewayRouter } from "../../../../src/adapters/routers/gateway/client.ts";
import type { Gateway } from "../../../../src/gateway/gateway.ts";
import { startGateway } from "../../../../src/gateway/start.ts";
import { call, logInto, openBackend, share, until, type Backend } from "./setting.ts";

describe("a gateway that is started again", () => {
  let directory: string;
  let gateway: Gateway;
  let router: GatewayRouter;
  let backend: Backend;
  let logged: string[];
  const start = async () => (gateway = await startGateway({ stateDirectory: directory, host: "127.0.0.1", port: 0, log: logInto(logged) }));

  beforeEach(async () => {
    logged = [];
    directory = await mkdtemp(join(tmpdir(), "pinion-gateway-"));
    backend = await openBackend((_, response) => response.end("ok"));
    await start();
    router = createGatewayRouter({ gateway: { stateDirectory: directory }, publicUrl: null });
    await router.ensureRoutes("production", [
      { process: "order-intake", timeoutMs: 5_000, sticky: null, shares: [share("1.0.0", "a", 100, [backend])] },
    ]);
  });
  afterEach(async () => {
    await router.close();
    await gateway.close(0);
    await backend.close();
    await rm(directory, { recursive: true, force: true });
  });

  it("serves by the same table at the same address, with the same token", async () => {
    const { url, controlUrl, token } = gateway;
    await gateway.close(0);
    await start();
    expect([gateway.url, gateway.controlUrl, gateway.token]).toEqual([url, controlUrl, token]);
    expect((await call(`${url}/production/`)).body).toBe("ok");
  });

  it("still knows why traffic was taken back", async () => {
    const takenBack = { deployment: "production/order-intake/7", trigger: "error_rate", why: "error_rate 40 %" };
    const [route] = await router.routes("production");
    if (!route) throw new Error("no route");
    await router.ensureRoutes("production", [{ ...route, takenBack }]);
    await gateway.close(0);
    await start();
    expect(await router.routes("production")).toEqual([{ ...route, takenBack }]);
  });

  it("is found by its user elsewhere when its ports were taken", async () => {
    const before = gateway;
    await gateway.close(0);
    const squatter = await openBackend((_, response) => response.writeHead(500).end());
    await squatter.close();
    squatter.server.listen(Number(new URL(before.controlUrl).port), "127.0.0.1");
    await expect(router.routes("production")).rejects.toMatchObject({ code: "router/unreachable" });
    await start();
    expect(gateway.controlUrl).not.toBe(before.controlUrl);
    expect(await router.routes("production")).toHaveLength(1);
    await squatter.close();
  });

  it("has a table on disk before it says so, whole", async () => {
    const table = JSON.parse(await readFile(join(directory, "routes.json"), "utf8")) as { environments: { production: unknown[] } };
    expect(table.environments.production).toHaveLength(1);
    expect((await readdir(directory)).filter((file) => file.endsWith(".new"))).toEqual([]);
  });

  it.each(["", "{", '{"environments": {"production": [{}]}}'])(
    "starts empty from a damaged table (%j), says so and keeps it aside",
    async (damage) => {
      await gateway.close(0);
      await writeFile(join(directory, "routes.json"), damage);
      await start();
      expect((await call(`${gateway.url}/production/`)).status).toBe(404);
      expect(logged.some((line) => line.includes("damaged"))).toBe(true);
      const [aside = ""] = (await readdir(directory)).filter((file) => file.includes("damaged"));
      expect(await readFile(join(directory, aside), "utf8")).toBe(damage);
    },
  );

  it("finishes what is in flight before it is closed, and takes nothing new", async () => {
    let release = () => {};
    const slow = await openBackend((_, response) => (release = () => response.end("late")));
    await router.ensureRoutes("production", [
      { process: "order-intake", timeoutMs: 5_000, sticky: null, shares: [share("1.0.0", "a", 100, [slow])] },
    ]);
    const inFlight = call(`${gateway.url}/production/`);
    await until(async () => (await router.traffic("production")).some((count) => count.inFlight === 1));
    const closed = gateway.close();
    await expect(call(`${gateway.url}/production/`)).rejects.toThrow();
    release();
    expect((await inFlight).body).toBe("late");
    await closed;
    await slow.close();
  });
});
