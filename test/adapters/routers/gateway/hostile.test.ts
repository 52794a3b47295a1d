import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hangUp, rawRequest } from "./raw.ts";
import { openSetting, share, type Setting } from "./setting.ts";

describe("a hostile caller", () => {
  let setting: Setting;
  const reached: string[] = [];
  beforeAll(async () => {
    setting = await openSetting();
    const backend = await setting.backend((request, response) => {
      reached.push(`${request.method} ${request.url}`);
      request.resume().on("end", () => response.end("ok"));
    });
    await setting.route([share("1.0.0", "a", 100, [backend])]);
  });
  afterAll(() => setting.close());

  const head = (lines: readonly string[]) => `${lines.join("\r\n")}\r\n\r\n`;
  const smuggled = "GET /production/smuggled HTTP/1.1\r\nhost: x\r\n\r\n";

  it.each([
    ["two lengths", head(["POST /production/a HTTP/1.1", "host: x", "content-length: 4", "content-length: 5"]) + smuggled],
    [
      "a length and chunks",
      head(["POST /production/a HTTP/1.1", "host: x", "content-length: 4", "transfer-encoding: chunked"]) + `0\r\n\r\n${smuggled}`,
    ],
    ["an unknown coding", head(["POST /production/a HTTP/1.1", "host: x", "transfer-encoding: xchunked"]) + smuggled],
    ["a length with a sign", head(["POST /production/a HTTP/1.1", "host: x", "content-length: +4"]) + smuggled],
    ["a space before the colon", head(["POST /production/a HTTP/1.1", "host: x", "content-length : 4"]) + smuggled],
    ["a folded header", head(["GET /production/a HTTP/1.1", "host: x", "a: b", " c"]) + smuggled],
    ["two hosts", head(["GET /production/smuggled HTTP/1.1", "host: x", "host: y", "connection: close"])],
    [
      "two hosts at a WebSocket",
      head(["GET /production/smuggled HTTP/1.1", "host: x", "Host: x", "upgrade: websocket", "connection: upgrade"]),
    ],
    ["no host", head(["GET /production/a HTTP/1.1", "connection: close"])],
  ])("does not get through with %s", async (_, bytes) => {
    reached.length = 0;
    expect(await rawRequest(setting.gateway.url, bytes)).toMatch(/^HTTP\/1.1 400 /);
    expect(reached.filter((request) => request.includes("smuggled"))).toEqual([]);
  });

  it("cannot take the length away from a body by naming it hop-by-hop", async () => {
    reached.length = 0;
    const body = smuggled;
    const bytes =
      head(["POST /production/a HTTP/1.1", "host: x", "connection: content-length, close", `content-length: ${body.length}`]) + body;
    expect(await rawRequest(setting.gateway.url, bytes)).toMatch(/^HTTP\/1.1 200 /);
    expect(reached).toEqual(["POST /a"]);
  });

  it("is told when headers are too large", async () => {
    const bytes = head(["GET /production/a HTTP/1.1", "host: x", `a: ${"b".repeat(40_000)}`]);
    expect(await rawRequest(setting.gateway.url, bytes)).toMatch(/^HTTP\/1.1 431 /);
  });

  it("may send some requests ahead, but not hundreds", async () => {
    const ahead = "GET /production/ahead HTTP/1.1\r\nhost: x\r\n\r\n";
    reached.length = 0;
    const answers = await rawRequest(
      setting.gateway.url,
      ahead.repeat(50) + head(["GET /production/last HTTP/1.1", "host: x", "connection: close"]),
    );
    expect(answers.match(/HTTP\/1.1 200 /g)).toHaveLength(51);
    reached.length = 0;
    await rawRequest(setting.gateway.url, ahead.repeat(1_000));
    expect(reached.length).toBeLessThanOrEqual(64);
  });

  it("may not offer another protocol in hundreds of requests ahead either", async () => {
    const offer = "GET /production/offer HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n";
    reached.length = 0;
    await rawRequest(setting.gateway.url, offer.repeat(1_000));
    expect(reached.length).toBeLessThanOrEqual(64);
  });

  it("never stops the gateway, whatever the bytes", async () => {
    const pieces = fc.constantFrom(
      "GET ",
      "POST ",
      "/production/a",
      " HTTP/1.1\r\n",
      "host: x\r\n",
      "content-length: 9\r\n",
      "transfer-encoding: chunked\r\n",
      "upgrade: websocket\r\nconnection: upgrade\r\n",
      "\r\n",
      "\r\n\r\n",
      "ffffffff\r\n",
      "expect: 100-continue\r\n",
      "connection: close\r\n",
      "\0",
      "é",
    );
    const bytes = fc.oneof(
      fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join("")),
      fc.uint8Array({ maxLength: 200 }).map((part) => Buffer.from(part).toString("latin1")),
    );
    const abrupt = (text: string) => hangUp(setting.gateway.url, Buffer.from(text, "latin1"));
    await fc.assert(fc.asyncProperty(bytes, abrupt), { numRuns: 300 });
    expect(await setting.call("/still-there")).toMatchObject({ status: 200, body: "ok" });
    expect(setting.logged.filter((line) => line.includes("failed"))).toEqual([]);
  });
});
