/** The one HTTP client: what it sends, what it reads, and how it fails. */

import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { basic, bearer } from "../../../src/platform/http/authorization.ts";
import { beginning, whole } from "../../../src/platform/http/http-answer.ts";
import { createHttpClient, type HttpClient, type HttpRequest } from "../../../src/platform/http/http-client.ts";
import type { HttpFailureCode } from "../../../src/platform/http/http-failure.ts";
import { httpCallerContract, token } from "../../contracts/http-caller.ts";
import { type Hostility, openHostileServer } from "../../support/hostile-server.ts";
import { freePort } from "../../support/free-port.ts";

const kibibyte = 1024;

httpCallerContract("the client", {
  timeoutMs: 200,
  largestBodyBytes: 64 * kibibyte,
  answers: ["redirect", "login page"],
  code: null,
  open: async ({ url }, timeoutMs) => {
    const client = createHttpClient({ connections: 2 });
    const ask = () => client.ask({ url: `${url}/x`, headers: bearer(token), timeoutMs, reading: whole(64 * kibibyte) });
    return { ask, close: async () => client.close() };
  },
});

describe("the client", () => {
  const opened: Server[] = [];
  const clients: HttpClient[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    for (const server of opened.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    opened.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  function client(options: Parameters<typeof createHttpClient>[0] = {}): HttpClient {
    const made = createHttpClient(options);
    clients.push(made);
    return made;
  }

  const usual = { timeoutMs: 60_000, reading: whole(kibibyte) };
  const ask = (request: Partial<HttpRequest> & Pick<HttpRequest, "url">) => client().ask({ ...usual, ...request });

  it("sends method, path, headers and body, and gives all of the answer", async () => {
    const url = await serve((request, response) => {
      response.writeHead(418, { "X-Kind": ["a", "b"], "set-cookie": ["c=1", "d=2"] });
      response.write(`${request.method} ${request.url} ${request.headers["x-sent"] as string} ${request.headers["content-length"]} `);
      request.pipe(response);
    });
    const answer = await ask({ url: `${url}/a%20b?c=d#e`, method: "PUT", headers: { "X-Sent": "1" }, body: "grüß" });
    expect(answer).toMatchObject({ status: 418, headers: { "x-kind": "a, b", "set-cookie": "c=1, d=2" } });
    expect(answer.text()).toBe("PUT /a%20b?c=d 1 6 grüß");
  });

  it("says how long the body of a GET is", async () => {
    const url = await serve((request, response) => void response.end(`${request.headers["content-length"]}`));
    expect((await ask({ url, body: "four", headers: { "Content-Length": "2" } })).text()).toBe("4");
    expect((await ask({ url, method: "POST" })).text()).toBe("0");
  });

  it.each<[string, HttpFailureCode, Partial<HttpRequest>]>([
    ["an address of another kind", "request", { url: "file:///etc/passwd" }],
    ["what is no address", "request", { url: "nonsense" }],
    ["a password in the address", "request", { url: "http://ann:s3cret@127.0.0.1:9/" }],
    ["a header with a line break", "request", { headers: { authorization: "Bearer a\nb" } }],
    ["a header that ends the message elsewhere", "request", { headers: { "Transfer-Encoding": "chunked" } }],
    ["a method that is none", "request", { method: "GET /x" }],
    ["a caller who has given up", "aborted", { signal: AbortSignal.abort() }],
    ["a host that nobody knows", "unresolved", { url: "http://nobody.invalid/" }],
  ])("fails for %s", async (_what, code, change) => {
    const asked = ask({ url: "http://127.0.0.1:9/", ...change });
    await expect(asked).rejects.toMatchObject({ code });
    await expect(asked).rejects.not.toThrow("s3cret");
  });

  it("fails when nobody listens", async () => {
    await expect(ask({ url: `http://127.0.0.1:${await freePort()}/` })).rejects.toMatchObject({ code: "refused" });
  });

  it.each<[Hostility, HttpFailureCode]>([
    ["endless body", "too-long"],
    ["endless headers", "headers"],
    ["endless trailers", "headers"],
    ["endless interim answers", "protocol"],
    ["reset", "broken"],
    ["half an answer", "broken"],
    ["compressed", "encoded"],
    ["another protocol", "protocol"],
    ["another protocol, agreed", "protocol"],
  ])("tells %s by its code", async (hostility, code) => {
    const server = await openHostileServer({ hostility, elsewhere: "" });
    await expect(ask({ url: server.url })).rejects.toMatchObject({ code });
    await server.close();
  });

  it("gives up when its caller does, and when it is closed", async () => {
    const server = await openHostileServer({ hostility: "silence", elsewhere: "" });
    const giving = new AbortController();
    const asked = ask({ url: server.url, signal: giving.signal });
    giving.abort();
    await expect(asked).rejects.toMatchObject({ code: "aborted" });
    const closing = client({ connections: 1 });
    // The second waits for the connection of the first.
    const both = [closing.ask({ ...usual, url: server.url }), closing.ask({ ...usual, url: server.url })];
    closing.close();
    await Promise.all(both.map((each) => expect(each).rejects.toMatchObject({ code: "aborted" })));
    await server.close();
  });

  it("reads what is announced to be too long not at all", async () => {
    const url = await serve((_request, response) => response.writeHead(200, { "content-length": 2 * kibibyte }).flushHeaders());
    await expect(ask({ url })).rejects.toMatchObject({
      code: "too-long",
      message: "it is longer than 1 KiB, the limit",
    });
  });

  it.each([0, kibibyte - 1, kibibyte, kibibyte + 1, 3 * kibibyte])(
    "gives of %i bytes the beginning, where that is asked for",
    async (length) => {
      const url = await serve((_request, response) => void response.end("x".repeat(length)));
      expect((await ask({ url, reading: beginning(kibibyte) })).body).toHaveLength(Math.min(length, kibibyte));
    },
  );

  it("reads by status", async () => {
    const url = await serve((request, response) => response.writeHead(request.url === "/500" ? 500 : 200).end("x".repeat(2 * kibibyte)));
    const reading: HttpRequest["reading"] = (status) => ({ bytes: 10, past: status === 500 ? "cut" : "fail" });
    expect((await ask({ url: `${url}/500`, reading })).text()).toBe("xxxxxxxxxx");
    await expect(ask({ url: `${url}/200`, reading })).rejects.toMatchObject({ code: "too-long" });
  });

  it("keeps its connections, where it is to", async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end("ok");
    });
    for (const connections of [2, 0]) {
      ports.clear();
      const asking = client({ connections });
      for (let asked = 0; asked < 3; asked += 1) await asking.ask({ ...usual, url });
      expect(ports.size).toBe(connections === 0 ? 3 : 1);
    }
  });

  it.each([
    [true, 2],
    [false, 1],
  ])("asks again when a connection breaks and that is harmless: %s", async (isRepeatable, times) => {
    let came = 0;
    const url = await serve((request, response) => {
      came += 1;
      if (came === 1) request.socket.destroy();
      else response.end("ok");
    });
    const asked = ask({ url, isRepeatable });
    if (isRepeatable) expect((await asked).text()).toBe("ok");
    else await expect(asked).rejects.toMatchObject({ code: "broken" });
    expect(came).toBe(times);
  });

  it("asks again once, and not when an answer has begun", async () => {
    for (const [hostility, times] of [
      ["reset", 2],
      ["half an answer", 1],
    ] as const) {
      const server = await openHostileServer({ hostility, elsewhere: "" });
      await expect(ask({ url: server.url, isRepeatable: true })).rejects.toMatchObject({ code: "broken" });
      expect(server.heads).toHaveLength(times);
      await server.close();
    }
  });

  it.each([
    [bearer(`${token}\n`), `said ${token}, Bearer ${token}`, "said ***, Bearer ***"],
    [basic("ann", `${token}\r\n`), `ann:${token}`, "***"],
    [{}, "a\u001b[31m b\n c", "a\\u001b[31m b c"],
    [{}, "x".repeat(5_000), `${"x".repeat(160)}…`],
    [{}, "<html><title>Sign in\u0007</title>", 'a web page, "Sign in\\u0007"'],
    [{}, "<h1>Bad gateway</h1>", "a web page"],
    [{}, "", ""],
  ])("quotes an answer to %j", async (headers, body, line) => {
    const url = await serve((_request, response) => void response.end(body));
    expect((await ask({ url, headers, reading: whole(8 * kibibyte) })).quote()).toBe(line);
  });
});
