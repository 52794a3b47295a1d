/** Environments with an address of their own: no prefix on the way in, none on the way back. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../support/free-port.ts";
import { rawRequest } from "../adapters/routers/gateway/raw.ts";
import { call, openSetting, share, type Setting } from "../adapters/routers/gateway/setting.ts";

describe("an environment with an address of its own", () => {
  let setting: Setting;
  let port: number;
  beforeEach(async () => {
    port = await freePort();
    setting = await openSetting({
      environments: { production: { port }, staging: { host: "staging.example" } },
      trustedProxies: [],
    });
    const backend = await setting.backend((request, response) => {
      const seen = `${request.url} ${String(request.headers["x-forwarded-prefix"])}`;
      return response.writeHead(200, { location: "/new", "set-cookie": "a=1; Path=/" }).end(seen);
    });
    const shares = [share("1.0.0", "a", 100, [{ instance: "one", url: `${backend.url}/~tab` }])];
    for (const environment of ["production", "staging"])
      await setting.router.ensureRoutes(environment, [{ process: "order-intake", timeoutMs: 5_000, sticky: null, shares }]);
  });
  afterEach(() => setting.close());

  it("answers on its port without a prefix", async () => {
    const answer = await call(`http://127.0.0.1:${port}/orders?x=1`);
    expect([answer.status, answer.body, answer.headers.location]).toEqual([200, "/~tab/orders?x=1 undefined", "/new"]);
    expect(answer.headers["set-cookie"]).toEqual(["a=1; Path=/"]);
  });

  it.each(["staging.example", "STAGING.example:8080", "staging.example."])("answers to its host name, sent as %s", async (host) => {
    const answer = await call(`${setting.gateway.url}/production/x`, { headers: { host } });
    expect([answer.status, answer.body]).toEqual([200, "/~tab/production/x undefined"]);
  });

  it("answers a request for a whole address by the name in it, whatever its header says", async () => {
    const head = ["GET http://staging.example/x HTTP/1.1", "host: other.example", "connection: close", "", ""].join("\r\n");
    expect(await rawRequest(setting.gateway.url, head)).toMatch(/^HTTP\/1.1 200 [^]*\/~tab\/x undefined/);
    const other = head.replace("staging.example", "other.example").replace("host: other", "host: staging");
    expect(await rawRequest(setting.gateway.url, other)).toMatch(/^HTTP\/1.1 404 /);
  });

  it("believes a host name that somebody forwarded only from a trusted proxy", async () => {
    const answer = await call(`${setting.gateway.url}/production/x`, { headers: { host: "other", "x-forwarded-host": "staging.example" } });
    expect(answer.body).toBe("/~tab/x /production");
  });

  it("answers below its name as well", async () => {
    const answer = await call(`${setting.gateway.url}/production/orders`);
    expect([answer.body, answer.headers.location]).toEqual(["/~tab/orders /production", "/production/new"]);
  });
});
