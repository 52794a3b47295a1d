/** Some clients offer another protocol with every first request (`Upgrade: h2c`). A server that does not speak it overhears the offer. */

import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rawRequest } from "./raw.ts";
import { openSetting, share, until, type Listener, type Setting } from "./setting.ts";

const offer = "host: x\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAARAAAAAAAIAAAAA\r\n";
const last = offer.replace("Upgrade,", "close, Upgrade,");

describe("a request that offers another protocol", () => {
  let setting: Setting;
  beforeEach(async () => {
    setting = await openSetting();
  });
  afterEach(() => setting.close());

  const serve = async (listener: Listener) => setting.route([share("1.0.0", "a", 100, [await setting.backend(listener)])]);
  const send = (bytes: string) => rawRequest(setting.gateway.url, bytes);

  it("is served without the offer", async () => {
    await serve(({ headers }, response) =>
      response.end(`${headers.upgrade} ${String(headers["http2-settings"])} ${headers.host !== undefined}`),
    );
    expect(await send(`GET /production/a HTTP/1.1\r\n${last}\r\n`)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*undefined undefined true$/);
  });

  it.each([
    ["a length", "content-length: 5\r\n\r\nhello"],
    ["chunks", "transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"],
  ])("brings its body with it, with %s", async (_, body) => {
    await serve(async (request, response) => response.end(Buffer.concat(await request.toArray())));
    expect(await send(`POST /production/a HTTP/1.1\r\n${last}${body}`)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nhello$/);
  });

  it.each([
    ["GET", 204],
    ["GET", 304],
    ["HEAD", 200],
  ])("%s is answered %i without a body", async (method, status) => {
    await serve((_, response) => response.writeHead(status).end());
    const answer = await send(`${method} /production/a HTTP/1.1\r\n${last}\r\n`);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^\r]+\r\n(?:[^\r]+\r\n)+\r\n$`));
    if (method === "GET") expect(answer).not.toMatch(/transfer-encoding/i);
  });

  it("is told to go on before its body, and its connection serves the next one", async () => {
    await serve(async (request, response) => response.end(`<${request.url}: ${Buffer.concat(await request.toArray()).toString()}>`));
    const socket = connect(Number(new URL(setting.gateway.url).port), "127.0.0.1");
    let received = "";
    socket.on("data", (chunk: Buffer) => (received += chunk.toString("latin1")));
    socket.write(`POST /production/a HTTP/1.1\r\n${offer}expect: 100-continue\r\ncontent-length: 5\r\n\r\n`);
    await until(() => received.startsWith("HTTP/1.1 100 Continue\r\n\r\n"));
    socket.write("hello");
    await until(() => received.endsWith("</a: hello>"));
    socket.write("GET /production/b HTTP/1.1\r\nhost: x\r\n\r\n");
    await until(() => received.endsWith("</b: >"));
    socket.destroy();
    await until(async () => (await setting.router.traffic("production"))[0]?.inFlight === 0);
    expect(await setting.router.traffic("production")).toMatchObject([{ requests: 2, errors: 0 }]);
  });
});
