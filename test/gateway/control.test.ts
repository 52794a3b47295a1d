import { stat } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { engineCheckHeaders } from "../../src/gateway/own-requests.ts";
import { createGatewayRouter } from "../../src/adapters/routers/gateway/client.ts";
import { startGateway } from "../../src/gateway/start.ts";
import { digestOf, logInto, openSetting, share, type Setting } from "../adapters/routers/gateway/setting.ts";

describe("the control port", () => {
  let setting: Setting;
  beforeEach(async () => {
    setting = await openSetting();
  });
  afterEach(() => setting.close());

  const ask = (path: string, options: RequestInit = {}) =>
    fetch(setting.gateway.controlUrl + path, { headers: { authorization: `Bearer ${setting.gateway.token}` }, ...options });

  it.each(["/table?environment=production", "/traffic/production", "/heartbeat", "/metrics", "/nothing"])(
    "gives %s only to who has the token",
    async (path) => {
      for (const authorization of ["", "Bearer wrong", `Basic ${setting.gateway.token}`, setting.gateway.token])
        expect((await ask(path, { headers: { authorization } })).status).toBe(401);
    },
  );

  it("sets routes only for who has the token", async () => {
    const put = await ask("/routes/production", { method: "PUT", body: "[]", headers: {} });
    expect(put.status).toBe(401);
  });

  it("tells anybody that it is up, and nothing else", async () => {
    const health = await ask("/healthz", { headers: {} });
    expect([health.status, await health.json()]).toEqual([200, { status: "ok", pid: process.pid }]);
  });

  it.each([
    ["PUT", "/routes/__proto__", "[]", 400],
    ["PUT", "/routes/production", "{", 400],
    ["PUT", "/routes/production", '{"process": 1}', 400],
    ["PUT", "/routes/production", '[{"process": 1}]', 200],
    ["GET", "/table", undefined, 400],
    ["POST", "/routes/production", "[]", 404],
    ["GET", "/traffic/production/more", undefined, 404],
  ])("answers %s %s with a fitting status", async (method, path, body, status) => {
    expect((await ask(path, { method, ...(body === undefined ? {} : { body }) })).status).toBe(status);
  });

  it("lets no late call undo what its own caller has set since, in the same environment", async () => {
    const put = async (environment: string, caller: string, sequence: string) => {
      const headers = { authorization: `Bearer ${setting.gateway.token}`, "x-pinion-controller": caller, "x-pinion-sequence": sequence };
      return (await ask(`/routes/${environment}`, { method: "PUT", body: "[]", headers })).status;
    };
    expect(await put("production", "one", "7")).toBe(200);
    expect(await put("production", "one", "6")).toBe(409);
    expect(await put("staging", "one", "6")).toBe(200);
    // Sent again on another connection, and somebody who has only begun to count.
    expect(await put("production", "one", "7")).toBe(200);
    expect(await put("production", "two", "1")).toBe(200);
    expect(await put("production", "two", "2")).toBe(200);
  });

  it("obeys its owner alone, and counts whom it refused", async () => {
    const call = async (method: string, path: string, caller: string, body?: string) => {
      const headers = { authorization: `Bearer ${setting.gateway.token}`, "x-pinion-controller": caller };
      return ask(path, { method, headers, ...(body === undefined ? {} : { body }) });
    };
    const orders = [
      ["/routes/production", "[]", 200],
      // The one of these tests runs in their own process, and nothing can take its place.
      ["/successor", "{}", 404],
    ] as const;
    for (const [path, body, status] of orders) expect((await call("PUT", path, "anybody", body)).status).toBe(status);
    await call("PUT", "/owner", "one");
    for (const [path, body, status] of orders) {
      expect((await call("PUT", path, "two", body)).status).toBe(403);
      expect((await call("PUT", path, "one", body)).status).toBe(status);
    }
    expect(await (await call("GET", "/heartbeat", "one")).json()).toMatchObject({ refused: 2 });
  });

  it("refuses a body that is too long, and says how much is taken", async () => {
    const refused = await ask("/routes/production", { method: "PUT", body: " ".repeat(64 * 1024 * 1024 + 1) });
    expect([refused.status, await refused.json()]).toEqual([
      413,
      { message: "The body cannot be used: it is longer than 64 MiB, the limit." },
    ]);
  });

  it("hangs up on a body without end", async () => {
    const socket = connect(Number(new URL(setting.gateway.controlUrl).port), "127.0.0.1");
    const ended = new Promise((resolve) => socket.on("close", resolve));
    // The other side hangs up in the middle of a piece.
    socket.resume().on("error", () => socket.destroy());
    const head = [
      "PUT /routes/production HTTP/1.1",
      "Host: x",
      `Authorization: Bearer ${setting.gateway.token}`,
      "Transfer-Encoding: chunked",
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    const piece = `40000\r\n${" ".repeat(0x40000)}\r\n`;
    const send = (): void => {
      while (!socket.destroyed && socket.write(piece));
      if (!socket.destroyed) socket.once("drain", send);
    };
    send();
    await ended;
  });

  it("renders the counters for Prometheus", async () => {
    const backend = await setting.backend((request, response) => response.writeHead(request.url === "/bad" ? 503 : 200).end());
    await setting.route([share("1.0.0", "a", 100, [{ instance: 'odd"name', url: backend.url }])]);
    for (const path of ["/", "/", "/bad"]) await setting.call(path);
    const metrics = await (await ask("/metrics")).text();
    const labels = `environment="production",process="order-intake",version="1.0.0",digest="${digestOf("a")}",instance="odd\\"name"`;
    for (const line of [
      `pinion_gateway_requests_total{${labels},code="200"} 2`,
      `pinion_gateway_requests_total{${labels},code="503"} 1`,
      `pinion_gateway_errors_total{${labels}} 1`,
      `pinion_gateway_in_flight{${labels}} 0`,
      `pinion_gateway_request_duration_seconds_bucket{${labels},le="+Inf"} 3`,
      `pinion_gateway_request_duration_seconds_count{${labels}} 3`,
      `pinion_gateway_instance_up{origin="${backend.url}"} 1`,
    ])
      expect(metrics.split("\n")).toContain(line);
  });

  it("counts no request that its controller has sent, and all others, whatever they call themselves", async () => {
    const seen: unknown[] = [];
    const backend = await setting.backend((request, response) => {
      seen.push(request.headers["x-pinion-check"]);
      response.writeHead(request.url === "/bad" ? 503 : 200).end();
    });
    await setting.route([share("1.0.0", "a", 100, [backend])]);
    const own = await setting.router.checkHeaders?.();
    for (const headers of [own, { "x-pinion-check": "1" }, {}])
      for (const path of ["/", "/bad"]) await setting.call(path, { headers: headers ?? {} });
    expect(await setting.router.traffic("production")).toMatchObject([{ requests: 4, errors: 2, inFlight: 0 }]);
    expect(seen).toEqual(Array.from({ length: 6 }));
    expect(Object.values(own ?? {}).join("")).not.toContain(setting.gateway.token);
  });

  it("lets the mark by which an engine knows checks pass with a check of its controller, and with nothing else", async () => {
    const seen: unknown[] = [];
    const backend = await setting.backend((request, response) => {
      seen.push(request.headers["x-pinion-engine-check"]);
      response.end();
    });
    await setting.route([share("1.0.0", "a", 100, [backend])]);
    const own = (await setting.router.checkHeaders?.()) ?? {};
    const marked = engineCheckHeaders("mark");
    for (const headers of [{ ...own, ...marked }, marked, { "x-pinion-check": "1", ...marked }, own]) await setting.call("/", { headers });
    expect(seen).toEqual(["mark", undefined, undefined, undefined]);
  });

  it("keeps its identity to its owner", async () => {
    for (const file of ["gateway.json"]) expect((await stat(join(setting.directory, file))).mode & 0o777).toBe(0o600);
  });

  it("refuses a second gateway in the same state folder while another process serves it", async () => {
    const { writeIdentity, readIdentity } = await import("../../src/gateway/identity.ts");
    const own = readIdentity(setting.directory);
    if (own === null) throw new Error("no identity");
    const parent = await setting.backend((_, response) => response.end(JSON.stringify({ pid: process.ppid })));
    await writeIdentity(setting.directory, { ...own, pid: process.ppid, startTime: null, controlUrl: parent.url });
    const second = startGateway({ stateDirectory: setting.directory, host: "127.0.0.1", port: 0, log: logInto([]) });
    await expect(second).rejects.toMatchObject({ code: "store/locked" });
  });

  it("is not reached with a wrong token, and its user is told so", async () => {
    const router = createGatewayRouter({
      gateway: { controlUrl: setting.gateway.controlUrl, token: "wrong" },
      publicUrl: "http://gateway.example/",
    });
    await expect(router.routes("production")).rejects.toMatchObject({
      code: "router/unreachable",
      message: expect.stringContaining("401") as string,
    });
    expect(router.publicAddress("production")).toBe("http://gateway.example/production");
    await router.close();
  });

  it("is asked with the token of now", async () => {
    const { readIdentity } = await import("../../src/gateway/identity.ts");
    const right = readIdentity(setting.directory)?.token ?? "";
    const tokens = ["wrong", right];
    const gateway = { controlUrl: setting.gateway.controlUrl, token: async () => tokens.shift() ?? "none" };
    const environments = { staging: { port: 8081 }, production: { host: "shop.example.com" } };
    const router = createGatewayRouter({ gateway, publicUrl: "http://gateway.example:8080/", environments });
    expect(["development", "staging", "production"].map((name) => router.callersAddress?.(name))).toEqual([
      "http://gateway.example:8080/development",
      "http://gateway.example:8081",
      "http://shop.example.com:8080",
    ]);
    await expect(router.routes("production")).rejects.toMatchObject({ code: "router/unreachable" });
    expect(await router.routes("production")).toEqual([]);
    await router.close();
  });

  it("is no gateway when it answers something else", async () => {
    const other = await setting.backend((_, response) => response.end('{"routes": 7}'));
    const router = createGatewayRouter({ gateway: { controlUrl: other.url, token: "any" }, publicUrl: null });
    await expect(router.routes("production")).rejects.toMatchObject({
      code: "router/unreachable",
      message: expect.stringContaining("no gateway of this release") as string,
    });
    expect(() => router.publicAddress("production")).toThrow(/not known/);
    await router.close();
  });
});
