import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { call, openSetting, share, until, type Listener, type Setting } from "./setting.ts";

describe("a request through the gateway", () => {
  let setting: Setting;
  beforeEach(async () => {
    setting = await openSetting();
  });
  afterEach(() => setting.close());

  const serve = async (listener: Listener, { prefix = "", timeoutMs = 20_000 } = {}) => {
    const backend = await setting.backend(listener);
    await setting.route([share("1.0.0", "a", 100, [{ instance: "one", url: backend.url + prefix }])], { timeoutMs });
  };
  const bodyOf = async (request: IncomingMessage) => Buffer.concat(await request.toArray());

  it("reaches the version's private address with path, query and body", async () => {
    await serve(
      async (request, response) => {
        const body = await bodyOf(request);
        response.writeHead(201, { "x-private": "1" }).end(`${request.method} ${request.url} ${body.toString()}`);
      },
      { prefix: "/~tab" },
    );
    const answer = await setting.call("/orders/1?a=b&c=%20", { method: "POST", body: "hello" });
    expect(answer).toMatchObject({ status: 201, body: "POST /~tab/orders/1?a=b&c=%20 hello", headers: { "x-private": "1" } });
  });

  it("says on the answer which version and process gave it, whatever the version says itself", async () => {
    await serve((_, response) => response.writeHead(200, { "x-pinion-version": "9.9.9", "x-pinion-faked": "1" }).end());
    const { headers } = await setting.call("/");
    expect(headers).toMatchObject({ "x-pinion-version": "1.0.0", "x-pinion-process": "order-intake" });
    expect(headers["x-pinion-faked"]).toBeUndefined();
  });

  it("passes end-to-end headers and keeps hop-by-hop ones and its own from passing", async () => {
    let seen: IncomingMessage["headers"] = {};
    await serve((request, response) => {
      seen = request.headers;
      response
        .writeHead(200, { connection: "x-gone", "x-gone": "1", "proxy-authenticate": "Basic", "set-cookie": ["a=1", "b=2"] })
        .end("ok");
    });
    const headers = {
      connection: "x-drop",
      "x-drop": "1",
      te: "trailers",
      "x-pinion-version": "2.0.0",
      "x-stays": "1",
      "x-forwarded-for": "10.0.0.1",
      host: "shop.example",
    };
    const answer = await setting.call("/", { headers });
    expect(seen).toMatchObject({
      "x-stays": "1",
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-host": "shop.example",
      "x-forwarded-proto": "http",
      "x-forwarded-prefix": "/production",
    });
    for (const name of ["x-drop", "te", "x-pinion-version"]) expect(seen[name]).toBeUndefined();
    for (const name of ["x-gone", "proxy-authenticate"]) expect(answer.headers[name]).toBeUndefined();
    expect(answer.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
  });

  it("keeps a request id and makes one where there is none", async () => {
    await serve((request, response) => response.end(request.headers["x-request-id"]));
    const kept = await setting.call("/", { headers: { "x-request-id": "abc-1" } });
    const made = await setting.call("/", { headers: { "x-request-id": "not plain" } });
    expect([kept.body, kept.headers["x-request-id"]]).toEqual(["abc-1", "abc-1"]);
    expect(made.body).toMatch(/^[0-9a-f-]{36}$/);
    expect(made.headers["x-request-id"]).toBe(made.body);
  });

  it("answers HEAD with headers and no body, and follows no redirect", async () => {
    await serve((_, response) => response.writeHead(302, { location: "/elsewhere", "content-length": "10" }).end("0123456789"));
    const head = await setting.call("/", { method: "HEAD" });
    expect(head).toMatchObject({ status: 302, body: "", headers: { location: "/production/elsewhere", "content-length": "10" } });
    expect(await setting.call("/")).toMatchObject({ status: 302, body: "0123456789" });
  });

  it.each([204, 304])("passes an answer %i without a body", async (status) => {
    await serve((_, response) => response.writeHead(status).end());
    expect(await setting.call("/")).toMatchObject({ status, body: "" });
  });

  it("passes trailers of an answer", async () => {
    await serve((_, response) => {
      response.writeHead(200, { trailer: "x-sum" });
      response.write("part");
      response.addTrailers({ "x-sum": "42" });
      response.end("s");
    });
    expect(await setting.call("/")).toMatchObject({ body: "parts", trailers: { "x-sum": "42" } });
  });

  it("passes each part of a stream as it comes", async () => {
    let release = () => {};
    await serve((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
      release = () => response.end("data: 2\n\n");
    });
    const answer = await fetch(`${setting.gateway.url}/production/events`);
    const reader = answer.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("data: 1\n\n");
    release();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("data: 2\n\n");
  });

  it("sends headers before the body begins", async () => {
    let release = () => {};
    await serve((_, response) => {
      response.writeHead(200, { "content-length": "4" }).flushHeaders();
      release = () => response.end("late");
    });
    const answer = await fetch(`${setting.gateway.url}/production/late`);
    expect(answer.status).toBe(200);
    release();
    expect(await answer.text()).toBe("late");
  });

  it("carries 20 MB both ways unchanged", async () => {
    await serve((request, response) => void request.pipe(response));
    const body = Buffer.alloc(20 * 1024 * 1024, "0123456789abcdef");
    const answer = await setting.call("/", { method: "PUT", body });
    expect(createHash("sha256").update(answer.body).digest("hex")).toBe(createHash("sha256").update(body).digest("hex"));
  });

  it("answers Expect: 100-continue before the body is sent", async () => {
    await serve(async (request, response) => response.end(await bodyOf(request)));
    const answer = await setting.call("/", { method: "POST", headers: { expect: "100-continue", "content-length": "4" }, body: "body" });
    expect(answer).toMatchObject({ status: 200, body: "body" });
  });

  it("answers 504 when the version takes longer than the route allows", async () => {
    await serve(() => {}, { timeoutMs: 250 });
    const answer = await setting.call("/slow");
    expect(answer.status).toBe(504);
    expect(JSON.parse(answer.body)).toMatchObject({
      error: "timeout",
      environment: "production",
      process: "order-intake",
      version: "1.0.0",
      requestId: answer.headers["x-request-id"],
    });
    expect(await setting.router.traffic("production")).toMatchObject([{ requests: 1, errors: 1, inFlight: 0 }]);
  });

  it("answers 502 when the version ends the connection or speaks no HTTP", async () => {
    await serve((request) => (request.url === "/end" ? request.socket.destroy() : request.socket.end("garbage\r\n\r\n")));
    expect((await setting.call("/end", { method: "POST", body: "x" })).status).toBe(502);
    expect((await setting.call("/garbage", { method: "POST", body: "x" })).status).toBe(502);
  });

  it.each([{ "content-length": "100" }, {}])("breaks off an answer that the version breaks off %o", async (headers) => {
    await serve((_, response) => {
      response.writeHead(200, headers).write("half");
      setImmediate(() => response.destroy());
    });
    await expect(setting.call("/")).rejects.toThrow();
    await until(async () => (await setting.router.traffic("production"))[0]?.inFlight === 0);
    expect(await setting.router.traffic("production")).toMatchObject([{ requests: 1, errors: 1 }]);
  });

  it("tells the version when its caller goes away, and counts that as nobody's error", async () => {
    let isAborted = false;
    let hasArrived = false;
    const backend = await setting.backend((request) => {
      hasArrived = true;
      request.on("close", () => (isAborted = true));
    });
    await setting.route([share("1.0.0", "a", 100, [backend])]);
    const caller = new AbortController();
    const asked = fetch(`${setting.gateway.url}/production/`, { signal: caller.signal }).catch(() => {});
    await until(() => hasArrived);
    expect(await setting.router.traffic("production")).toMatchObject([{ inFlight: 1 }]);
    caller.abort();
    await asked;
    await until(() => isAborted);
    expect(await setting.router.traffic("production")).toMatchObject([{ requests: 1, errors: 0, inFlight: 0 }]);
  });

  it("counts answers of 500 and above as errors, and only those", async () => {
    await serve((request, response) => response.writeHead(Number(request.url?.slice(1))).end());
    for (const status of [200, 404, 500, 503]) await setting.call(`/${status}`);
    expect(await setting.router.traffic("production")).toMatchObject([{ requests: 4, errors: 2 }]);
  });

  it("reuses connections to a version", async () => {
    const sockets = new Set<unknown>();
    await serve((request, response) => {
      sockets.add(request.socket);
      response.end("ok");
    });
    for (let n = 0; n < 10; n++) await call(`${setting.gateway.url}/production/`);
    expect(sockets.size).toBe(1);
  });
});
