import { createServer, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rawRequest } from "./raw.ts";
import { openSetting, share, type Setting } from "./setting.ts";

describe("an answer that is valid and unusual", () => {
  let setting: Setting;
  const servers: Server[] = [];
  beforeEach(async () => {
    setting = await openSetting();
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    await setting.close();
  });

  /** What a caller receives of a version that sends these bytes. */
  const pass = async (answer: string | Buffer, request = "GET /production/ HTTP/1.1") => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", () => socket.end(answer));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    await setting.route([share("1.0.0", "a", 100, [{ instance: "one", url }])]);
    return rawRequest(setting.gateway.url, `${request}\r\nHost: x\r\nConnection: close\r\n\r\n`);
  };

  const announced = "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX-Sum: 1\r\n\r\n";

  it("reaches a caller of HTTP/1.0, who can be sent no trailers, without them", async () => {
    const received = await pass(announced, "GET /production/ HTTP/1.0");
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nbody$/);
    expect(received).not.toMatch(/trailer/i);
  });

  it("keeps its trailers for a caller of HTTP/1.1", async () => {
    expect(await pass(announced)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*trailer: x-sum[^]*4\r\nbody\r\n0\r\nx-sum: 1\r\n\r\n$/i);
  });

  it("keeps trailers with letters beyond ASCII", async () => {
    const answer = Buffer.from(announced.replace("X-Sum: 1", "X-Sum: Gr\u00f6\u00dfe"), "latin1");
    expect(await pass(answer)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\nx-sum: gr\u00f6\u00dfe\r\n\r\n$/i);
  });

  it("announces no trailers where its length is known or no body follows", async () => {
    const withLength = await pass("HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nContent-Length: 4\r\n\r\nbody");
    expect(withLength).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nbody$/);
    const head = await pass("HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n", "HEAD /production/ HTTP/1.1");
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    const nothing = await pass("HTTP/1.1 204 No Content\r\nTrailer: X-Sum\r\n\r\n");
    expect(nothing).toMatch(/^HTTP\/1\.1 204 No Content\r\n/);
  });

  it.each([
    ["Latin-1", Buffer.from("Gr\u00f6\u00dfe", "latin1")],
    ["UTF-8", Buffer.from("Gr\u00f6\u00dfe \u2192")],
  ])("arrives with words of %s in its first line", async (_, words) => {
    const rest = "\r\nContent-Length: 4\r\n\r\nbody";
    const received = await pass(Buffer.concat([Buffer.from("HTTP/1.1 422 "), words, Buffer.from(rest)]));
    expect(received).toMatch(/^HTTP\/1\.1 422 [^]*\r\n\r\nbody$/);
  });

  it("is answered for with 502 where it cannot be passed on at all", async () => {
    expect(await pass("HTTP/1.1 200 OK\r\nX-Odd: a\u0001b\r\nContent-Length: 4\r\n\r\nbody")).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
    expect(await setting.router.traffic("production")).toMatchObject([{ requests: 1, errors: 1, inFlight: 0 }]);
  });
});
