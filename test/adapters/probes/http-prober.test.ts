import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHttpProber, type HttpProber } from "../../../src/adapters/probes/http-prober.ts";
import type { ProbeRequest } from "../../../src/ports/prober.ts";
import { proberContract } from "../../contracts/prober.ts";

const answers: RequestListener = (request, response) => {
  if (request.url === "/moved") return void response.writeHead(302, { location: "/echo" }).end();
  if (request.url === "/broken") return void request.socket.destroy();
  if (request.url === "/silent") return;
  if (request.url === "/large") return void response.end("x".repeat(3 * 1024 * 1024));
  if (request.url === "/endless") return void setInterval(() => response.write("x"), 10).unref();
  if (request.url === "/twice") return void response.writeHead(200, { "set-cookie": ["a=1", "b=2"] }).end(request.headers["x-sent"]);
  response.writeHead(201, { "X-Seen": "1" });
  request.pipe(response);
};

async function open() {
  const server = createServer(answers);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const prober = createHttpProber();
  const close = async () => {
    await prober.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { prober, base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

proberContract("the HTTP prober", open);

describe("the HTTP prober", () => {
  let under: { readonly prober: HttpProber; readonly base: string; close(): Promise<void> };
  beforeEach(async () => {
    under = await open();
  });
  afterEach(() => under.close());

  const ask = (path: string, change: Partial<ProbeRequest> = {}) =>
    under.prober.ask({ url: under.base + path, method: "GET", headers: {}, body: null, timeoutMs: 5_000, ...change });

  it("reads at most 1 MiB", async () => {
    expect((await ask("/large")).body).toHaveLength(1024 * 1024);
  });

  it("sends headers, and joins those that come twice", async () => {
    expect(await ask("/twice", { headers: { "x-sent": "7" } })).toMatchObject({ body: "7", headers: { "set-cookie": "a=1, b=2" } });
  });

  it("puts its marks on every request", async () => {
    const marked = createHttpProber({ "x-sent": "8" });
    const request = { url: `${under.base}/twice`, method: "GET", headers: { "x-sent": "7" }, body: null, timeoutMs: 5_000 };
    expect(await marked.ask(request)).toMatchObject({ body: "8" });
    await marked.close();
  });

  it.each(["/silent", "/endless"])("says in words that %s took too long", async (path) => {
    await expect(ask(path, { timeoutMs: 50 })).rejects.toThrow(`GET ${under.base}${path}: no answer within 50 ms`);
  });

  it("says in words that nothing listens", async () => {
    await under.close();
    under = await open();
    const gone = await open();
    await gone.close();
    await expect(under.prober.ask({ url: `${gone.base}/`, method: "GET", headers: {}, body: null, timeoutMs: 5_000 })).rejects.toThrow(
      "connection refused",
    );
  });

  it.each(["file:///etc/passwd", "nonsense", "ftp://127.0.0.1/"])("asks no %s", async (url) => {
    await expect(under.prober.ask({ url, method: "GET", headers: {}, body: null, timeoutMs: 5_000 })).rejects.toThrow(
      "not an http(s) address",
    );
  });
});
