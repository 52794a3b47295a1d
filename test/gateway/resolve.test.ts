import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lettersWithoutOrder } from "../adapters/routers/gateway/letters.ts";
import { openSetting, share, type Setting } from "../adapters/routers/gateway/setting.ts";
import { rawRequest } from "../adapters/routers/gateway/raw.ts";

describe("what the public address does not give away", () => {
  let setting: Setting;
  beforeEach(async () => {
    setting = await openSetting();
    const backend = await setting.backend((request, response) => response.end(request.url));
    await setting.route([share("1.0.0", "a", 100, [{ instance: "one", url: `${backend.url}/~tab` }])]);
  });
  afterEach(() => setting.close());

  const statusOf = async (target: string) =>
    (await rawRequest(setting.gateway.url, `GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)).split("\r\n")[0];

  it.each([
    "/production/~tab/orders",
    "/production/%7Etab/orders",
    "/production//~tab",
    "/production/__admin/flows",
    "/production/__ADMIN",
    "/production/%5f%5fadmin",
  ])("%s is 404", async (target) => {
    expect(await statusOf(target)).toBe("HTTP/1.1 404 Not Found");
  });

  it.each([
    "/production/../etc",
    "/production/a/../../__admin",
    "/production/a/%2e%2e/b",
    "/production/a\\..\\b",
    "/production/%zz",
    "/production/a%00",
    "*",
    "nonsense",
  ])("%s is 400", async (target) => {
    expect(await statusOf(target)).toBe("HTTP/1.1 400 Bad Request");
  });

  it.each([
    "/production/a~b",
    "/production/orders",
    "/production",
    "/production?x=1",
    "http://anything/production/orders",
    "/production/a%20b",
    "/production/.well-known/x",
  ])("%s is served", async (target) => {
    expect(await statusOf(target)).toBe("HTTP/1.1 200 OK");
  });

  it.each(["/", "/staging/orders", "/__proto__/orders", "/constructor", "//production/orders"])("%s is no environment", async (target) => {
    expect(await statusOf(target)).toBe("HTTP/1.1 404 Not Found");
  });

  it("says in JSON that no process serves it, and where", async () => {
    await setting.route([{ ...share("1.0.0", "a", 100, []), endpoints: [{ method: "GET", path: "/orders" }] }]);
    const unknown = await setting.call("/nowhere");
    expect(JSON.parse(unknown.body)).toEqual({
      error: "not-served",
      message: "No process in production serves GET /nowhere.",
      environment: "production",
      requestId: unknown.headers["x-request-id"],
    });
    expect(await setting.call("/orders", { method: "PUT" })).toMatchObject({ status: 405, headers: { allow: "GET" } });
    expect(await setting.call("/orders")).toMatchObject({ status: 503 });
  });

  it("answers 414 to a path that cannot be compared with its patterns in time", async () => {
    await setting.route([{ ...share("1.0.0", "a", 100, []), endpoints: [{ method: "GET", path: "/x/:name([ab]+a[ab]{60})" }] }]);
    const letters = lettersWithoutOrder(9000);
    const refused = await setting.call(`/x/${letters}`);
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([414, { error: "path-too-long", environment: "production" }]);
    expect(await setting.call(`/y/${letters}`)).toMatchObject({ status: 404 });
  });
});
