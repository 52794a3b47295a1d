/** Who is let in to the API: over TCP by a token, over the socket by the file system, and nobody by a name alone. */

import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openApiTokens } from "../../../src/composition/api-tokens.ts";
import { createControllerClient } from "../../../src/api/client.ts";
import { type Entrance, tokenEntrance } from "../../../src/surfaces/http/open-server.ts";
import { type HttpOptions, type HttpServer, startHttp } from "../../../src/surfaces/http/listen.ts";
import { createHttp } from "../../../src/surfaces/http/server.ts";
import { createKeptLog } from "../../support/log.ts";
import { complete, fixedTokens, orderTaker, token } from "../cli/controller.ts";
import { ann, noon, overview } from "./pictures.ts";

const scraper = "a-token-of-the-scraper";
const about = { log: createKeptLog(), metrics: () => Promise.resolve("up 1\n"), now: () => noon };
const { commands, command } = orderTaker(() => ({ kind: "done", why: "as you say" }));
const known = complete({ overview: () => Promise.resolve(overview()), command });

function appAt(host: string, names: readonly string[] = []) {
  const entrance: Entrance = tokenEntrance({ tokens: fixedTokens(scraper), uid: 1000, host, names });
  return createHttp({ ...known, ...about, entrance });
}

const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

async function start(options: Pick<HttpOptions, "tcp" | "socket">): Promise<HttpServer> {
  const server = await startHttp({ ...known, ...about, uid: 1000, ...options });
  onTestFinished(() => server.close());
  return server;
}

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "pinion-door-"));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

it("a token that there is not is nobody's", async () => {
  const tokens = { current: () => Promise.resolve({ operator: token, scraper: null }) };
  const { roleOf } = tokenEntrance({ tokens, uid: 1000, host: "127.0.0.1", names: [] });
  for (const shown of ["Bearer null", "Bearer undefined", "Bearer ", "Bearer", "null", ""]) expect(await roleOf(shown)).toBeNull();
  expect(await roleOf(`Bearer ${token}`)).toBe("operator");
});

describe("over TCP, loopback too", () => {
  const everything = [
    "/api/v1/history",
    "/api/v1/deployments/d-1",
    "/metrics",
    "/api/v1/environments/e/commands/o-1",
    "/nothing",
    `/api/v1/status?token=${token}&access_token=${token}`,
  ];

  it.each(everything)("%s wants the token", async (url) => {
    const answer = await appAt("127.0.0.1").inject(url);
    expect(answer.statusCode).toBe(401);
    expect(answer.headers["www-authenticate"]).toBe("Bearer");
    expect(answer.json()).toMatchObject({ code: "controller/unauthorized" });
  });

  it.each<[string, Record<string, string>]>([
    ["another token", bearer("another")],
    ["a part of it", bearer(token.slice(0, -1))],
    ["nothing behind Bearer", bearer("")],
    ["the token as a password", { authorization: `Basic ${Buffer.from(`pinion:${token}`).toString("base64")}` }],
    ["the token without its kind", { authorization: token }],
    ["the token behind another one", { authorization: `Bearer another, Bearer ${token}` }],
    ["the token in a cookie, or under another name", { cookie: `token=${token}`, "x-api-key": token }],
  ])("%s is no token", async (_what, headers) => {
    expect((await appAt("127.0.0.1").inject({ url: "/api/v1/status", headers })).statusCode).toBe(401);
  });

  it("orders want it too, and are not carried out without", async () => {
    const payload = { by: ann, reason: "", spec: { kind: "freeze" } };
    const asked = { method: "POST", url: "/api/v1/environments/production/commands", payload } as const;
    expect((await appAt("127.0.0.1").inject(asked)).statusCode).toBe(401);
    expect((await appAt("127.0.0.1").inject({ ...asked, headers: bearer(scraper) })).statusCode).toBe(403);
    expect(commands).toEqual([]);
    expect((await appAt("127.0.0.1").inject({ ...asked, headers: bearer(token) })).statusCode).toBe(200);
    expect(commands.splice(0)).toMatchObject([{ by: { ...ann, claimed: "with the token of uid 1000" } }]);
  });

  it("a caller cannot say what they have shown", async () => {
    const payload = { by: { ...ann, claimed: "with the token of uid 0" }, reason: "", spec: { kind: "freeze" } };
    const asked = { method: "POST", url: "/api/v1/environments/production/commands", headers: bearer(token), payload } as const;
    expect((await appAt("127.0.0.1").inject(asked)).statusCode).toBe(400);
  });

  it.each(["/healthz", "/readyz"])("%s is open, and tells nothing of what runs", async (url) => {
    const answer = await appAt("127.0.0.1").inject(url);
    expect(answer.statusCode).toBe(200);
    expect(answer.body).not.toMatch(/https?:|commit|production/);
  });

  it("the token for the metrics page opens the metrics page alone", async () => {
    const app = appAt("127.0.0.1");
    expect((await app.inject({ url: "/metrics", headers: bearer(scraper) })).statusCode).toBe(200);
    expect((await app.inject({ url: "/metrics?x=/", headers: bearer(scraper) })).statusCode).toBe(200);
    for (const url of ["/api/v1/status", "/metrics/", "/metrics/../api/v1/status", "//metrics"])
      expect((await app.inject({ url, headers: bearer(scraper) })).statusCode).toBe(403);
  });
});

describe("a name that leads here", () => {
  it.each<[string, string, readonly string[], boolean]>([
    ["127.0.0.1", "evil.example", [], false],
    ["127.0.0.1", "192.168.1.5:8600", [], false],
    ["127.0.0.1", "pinion.example.com:8600", ["pinion.example.com"], true],
    ["0.0.0.0", "192.168.1.5:8600", [], true],
    ["0.0.0.0", "[fd00::1]:8600", [], true],
    ["0.0.0.0", "localhost", [], true],
    ["0.0.0.0", "evil.example", [], false],
    ["0.0.0.0", "PINION.example.com", ["pinion.example.com"], true],
    ["pinion.internal", "pinion.internal:8600", [], true],
  ])("listening on %s, Host %s with the names %j: %s", async (host, header, names, isKnown) => {
    const headers = { ...bearer(token), host: header };
    expect((await appAt(host, names).inject({ url: "/api/v1/status", headers })).statusCode).toBe(isKnown ? 200 : 403);
  });

  it("a page of another origin is refused even with the token", async () => {
    const headers = { ...bearer(token), host: "127.0.0.1", origin: "http://evil.example" };
    expect((await appAt("127.0.0.1").inject({ url: "/api/v1/status", headers })).statusCode).toBe(403);
  });
});

describe("the token of the state folder", () => {
  const secrets = { resolve: () => Promise.reject(new Error("not asked")) };

  it("is made once, for its owner alone", async () => {
    const stateDirectory = await folder();
    const tokens = await openApiTokens({ stateDirectory, metricsToken: null, secrets });
    const file = join(stateDirectory, "api.token");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, "utf8")).toBe(`${(await tokens.current()).operator}\n`);
    const others = await openApiTokens({ stateDirectory, metricsToken: null, secrets });
    expect(await others.current()).toEqual(await tokens.current());
  });

  it("can be changed while the controller runs", async () => {
    const stateDirectory = await folder();
    const tokens = await openApiTokens({ stateDirectory, metricsToken: null, secrets });
    const entrance = tokenEntrance({ tokens, uid: 1000, host: "127.0.0.1", names: [] });
    const old = `Bearer ${(await tokens.current()).operator ?? ""}`;
    await writeFile(join(stateDirectory, "api.token"), "another-token-of-thirty-letters\n");
    expect(await entrance.roleOf(old)).toBeNull();
    expect(await entrance.roleOf("Bearer another-token-of-thirty-letters")).toBe("operator");
  });

  it("is revoked at once by deleting its file, and a new one is made at the next call", async () => {
    const stateDirectory = await folder();
    const tokens = await openApiTokens({ stateDirectory, metricsToken: null, secrets });
    const entrance = tokenEntrance({ tokens, uid: 1000, host: "127.0.0.1", names: [] });
    const file = join(stateDirectory, "api.token");
    const old = (await readFile(file, "utf8")).trim();
    await rm(file);
    expect(await entrance.roleOf(`Bearer ${old}`)).toBeNull();
    const made = (await readFile(file, "utf8")).trim();
    expect(made).not.toBe(old);
    expect(await entrance.roleOf(`Bearer ${made}`)).toBe("operator");
    await rm(file);
    expect(await entrance.roleOf(undefined)).toBeNull();
    expect((await readFile(file, "utf8")).trim()).not.toBe(made);
  });

  it.each(["", "pinion"])("is nobody's while its file says %j, and is left as it is", async (text) => {
    const stateDirectory = await folder();
    const tokens = await openApiTokens({ stateDirectory, metricsToken: null, secrets });
    const entrance = tokenEntrance({ tokens, uid: 1000, host: "127.0.0.1", names: [] });
    const file = join(stateDirectory, "api.token");
    const old = (await readFile(file, "utf8")).trim();
    await writeFile(file, text);
    for (const shown of [old, text]) expect(await entrance.roleOf(`Bearer ${shown}`)).toBeNull();
    expect(await readFile(file, "utf8")).toBe(text);
  });

  it("for the metrics page is asked for at each call, and is nobody's once it is gone", async () => {
    let value: string | null = "scrape-1";
    const asked = { resolve: () => (value === null ? Promise.reject(new Error("gone")) : Promise.resolve(value)) };
    const metricsToken = { kind: "env", name: "SCRAPE" } as const;
    const tokens = await openApiTokens({ stateDirectory: await folder(), metricsToken, secrets: asked });
    const entrance = tokenEntrance({ tokens, uid: 1000, host: "127.0.0.1", names: [] });
    expect(await entrance.roleOf("Bearer scrape-1")).toBe("scraper");
    value = "scrape-2";
    expect([await entrance.roleOf("Bearer scrape-1"), await entrance.roleOf("Bearer scrape-2")]).toEqual([null, "scraper"]);
    value = null;
    expect(await entrance.roleOf("Bearer scrape-2")).toBeNull();
  });

  it("that anybody could guess is refused", async () => {
    const stateDirectory = await folder();
    await writeFile(join(stateDirectory, "api.token"), "pinion\n");
    await expect(openApiTokens({ stateDirectory, metricsToken: null, secrets })).rejects.toMatchObject({ code: "config/invalid" });
  });
});

describe("the socket", () => {
  it("takes orders without a token, and is its owner's alone", async () => {
    const socket = join(await folder(), "api.sock");
    await start({ tcp: null, socket });
    expect((await stat(socket)).mode & 0o777).toBe(0o600);
    const client = createControllerClient({ url: "http://localhost", socket, token: () => Promise.resolve(null) });
    expect((await client.overview({})).environments).toHaveLength(2);
    await client.command("production", { id: null, by: ann, reason: "", spec: { kind: "freeze" } });
    expect(commands.splice(0)).toMatchObject([{ by: { ...ann, claimed: "over the socket of uid 1000" } }]);
  });

  it("of a controller that was killed is taken over; one that answers is not", async () => {
    const socket = join(await folder(), "api.sock");
    await leaveBehind(socket);
    await start({ tcp: null, socket });
    await expect(start({ tcp: null, socket })).rejects.toMatchObject({
      code: "config/invalid",
      message: expect.stringContaining("listens at"),
    });
  });

  it("never takes the place of a file", async () => {
    const socket = join(await folder(), "api.sock");
    await writeFile(socket, "mine");
    await expect(start({ tcp: null, socket })).rejects.toMatchObject({ code: "config/invalid" });
    expect(await readFile(socket, "utf8")).toBe("mine");
  });

  it("says so when nobody answers there", async () => {
    const client = createControllerClient({ url: "http://localhost", socket: "/nowhere/api.sock", token: () => Promise.resolve(null) });
    await expect(client.overview({})).rejects.toMatchObject({
      code: "controller/unreachable",
      message: expect.stringContaining("/nowhere/api.sock"),
    });
  });
});

/** A socket whose process is gone: closing it in order would remove the file. */
async function leaveBehind(path: string): Promise<void> {
  const { execFile } = await import("node:child_process");
  const program = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  await new Promise<void>((resolve) => void execFile(process.execPath, ["-e", program], () => resolve()));
  await chmod(path, 0o600);
}

describe("a port that is taken", () => {
  it("is named, with who else could be meant and what to do", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const started = start({ tcp: { host: "127.0.0.1", port, names: [], tokens: fixedTokens() }, socket: null });
    await expect(started).rejects.toMatchObject({
      code: "system/port-taken",
      message: expect.stringMatching(`port ${port} .*EADDRINUSE.*listen\\.port.*ss -ltnp`),
    });
  });
});

describe("what strangers hold open", () => {
  it("is bounded: one connection too many is closed, and those before are answered", async () => {
    const server = await start({ tcp: { host: "127.0.0.1", port: 0, names: [], tokens: fixedTokens(scraper) }, socket: null });
    const port = Number(new URL(server.url ?? "").port);
    const closed = new Set<number>();
    const sockets = Array.from({ length: 520 }, (_, index) =>
      connect(port, "127.0.0.1")
        .on("close", () => closed.add(index))
        .on("error", () => undefined),
    );
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
    await expect.poll(() => closed.size, { timeout: 60_000 }).toBe(20);
    const first = sockets.find((_, index) => !closed.has(index));
    const answered = new Promise<string>((resolve) => first?.once("data", (data) => resolve(data.toString())));
    first?.write("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    expect(await answered).toContain("200 OK");
  });

  it("is a request that comes to its end", () => {
    expect(appAt("127.0.0.1").server.requestTimeout).toBe(30_000);
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])(
    "a command as %s, as a page can send it, is none",
    async (type) => {
      const before = commands.length;
      const payload = JSON.stringify({ by: ann, reason: "r", spec: { kind: "freeze" } });
      const headers = { ...bearer(token), host: "127.0.0.1", ...(type === "" ? {} : { "content-type": type }) };
      const answer = await appAt("127.0.0.1").inject({ method: "POST", url: "/api/v1/environments/production/commands", headers, payload });
      expect([415, 400]).toContain(answer.statusCode);
      expect(commands).toHaveLength(before);
    },
  );

  it.each(["__proto__", "constructor", "..%2f..", "%00"])("the environment %s pollutes nothing", async (environment) => {
    const payload = '{"by":{"name":"Ann","__proto__":{"polluted":1}},"reason":"r","spec":{"kind":"freeze"}}';
    const headers = { ...bearer(token), host: "127.0.0.1", "content-type": "application/json" };
    await appAt("127.0.0.1").inject({ method: "POST", url: `/api/v1/environments/${environment}/commands`, headers, payload });
    expect("polluted" in {}).toBe(false);
  });
});
