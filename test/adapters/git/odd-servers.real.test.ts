/** Servers that git understands and a strict reader in process does not, and servers that fail in words of their own. */

import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { createSecureServer } from "node:http2";
import { createServer as createTlsServer } from "node:https";
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { failureOf } from "../../support/failure.ts";
import { startGitFront } from "../../support/git-front.ts";
import { createGitRemote, type GitRemote } from "../../support/git-remote.ts";
import { testCertificate, testKey } from "../../support/test-certificate.ts";

let world: GitRemote;
const closers: (() => unknown)[] = [];
const environment = { PATH: process.env["PATH"] };

async function start(): Promise<string> {
  world = await createGitRemote();
  return world.remote.commit({ "pins.yaml": "a: 1.0.0\n" }, "first");
}

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  for (const kind of ["connection", "secureConnection"])
    server.on(kind, (socket: Socket) => sockets.add(socket.on("error", () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What the git server answers to one request. */
function ask(
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
  body: Uint8Array,
): Promise<{ readonly answer: IncomingMessage; readonly body: Buffer }> {
  return new Promise((resolve, reject) => {
    const onward = request(`${world.server.url}${path}`, { method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => resolve({ answer, body: Buffer.concat(chunks) }));
    });
    onward.on("error", reject).end(body);
  });
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const connectionHeaders = new Set(["connection", "keep-alive", "transfer-encoding", "host"]);

function plain(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(":") && !connectionHeaders.has(name)));
}

afterEach(async () => {
  for (const close of closers.splice(0)) close();
  await world.dispose();
});

function servesFiles(): Promise<string> {
  execFileSync("git", ["-C", world.remote.path, "update-server-info"]);
  const root = join(world.remote.path, "..");
  const server = createServer(({ url = "" }, response) => {
    const path = join(root, url.split("?")[0] ?? "");
    if (!existsSync(path) || !statSync(path).isFile()) return void response.writeHead(404).end();
    createReadStream(path).pipe(response.writeHead(200, { "content-type": "text/plain" }));
  });
  return listen(server).then((place) => `http://${place}`);
}

function speaksHttp2Only(): Promise<string> {
  const server = createSecureServer({ key: testKey, cert: testCertificate, allowHTTP1: false }, (incoming, outgoing) => {
    void readAll(incoming)
      .then((body) => ask(incoming.method, incoming.url, plain(incoming.headers), body))
      .then(({ answer, body }) => outgoing.writeHead(answer.statusCode ?? 500, plain(answer.headers)).end(body));
  });
  return listen(server as unknown as Server).then((place) => `https://${place}`);
}

/** Its headers have a name that no parser should take, and curl does. */
function sendsOddHeaders(): Promise<string> {
  const server = createTcpServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const [head = ""] = received.toString("latin1").split("\r\n\r\n", 1);
      const [first = "", ...lines] = head.split("\r\n");
      const headers = Object.fromEntries(
        lines.map((line) => line.split(/:\s*/, 2)).map(([name = "", value = ""]) => [name.toLowerCase(), value]),
      );
      const body = received.subarray(head.length + 4);
      if (received.length < head.length + 4 || body.length < Number(headers["content-length"] ?? 0)) return;
      const [method = "", path = ""] = first.split(" ");
      void ask(method, path, plain(headers), body).then((given) => {
        const said = [`content-type: ${given.answer.headers["content-type"]}`, `content-length: ${given.body.length}`, "connection: close"];
        socket.write([`HTTP/1.1 ${given.answer.statusCode} OK`, "X Odd Header: 1", ...said, "", ""].join("\r\n"));
        socket.end(given.body);
      });
    });
  });
  return listen(server).then((place) => `http://${place}`);
}

function wantsCertificates(): Promise<string> {
  const options = { key: testKey, cert: testCertificate, ca: testCertificate, requestCert: true, rejectUnauthorized: false };
  const server = createTlsServer(options, (incoming, outgoing) => {
    if (!(incoming.socket as TLSSocket).authorized) return void outgoing.writeHead(403).end();
    void readAll(incoming)
      .then((body) => ask(incoming.method ?? "", incoming.url ?? "", plain(incoming.headers), body))
      .then(({ answer, body }) => outgoing.writeHead(answer.statusCode ?? 500, plain(answer.headers)).end(body));
  });
  return listen(server as unknown as Server).then((place) => `https://${place}`);
}

describe("a server that git understands", () => {
  it.each([
    ["serves a repository's files and no more", servesFiles],
    ["speaks HTTP/2 only", speaksHttp2Only],
    ["sends headers that are not by the book", sendsOddHeaders],
    ["wants a certificate of the client", wantsCertificates],
  ])("is polled as it is fetched from when it %s", async (_, server) => {
    const head = await start();
    const [certificate, key] = [join(world.folder, "certificate.pem"), join(world.folder, "key.pem")];
    writeFileSync(certificate, testCertificate);
    writeFileSync(key, testKey);
    const certificates = {
      GIT_SSL_CAINFO: certificate,
      ...(server === wantsCertificates && { GIT_SSL_CERT: certificate, GIT_SSL_KEY: key }),
    };
    const repository = await world.reopen({ url: `${await server()}/config.git`, environment: { ...environment, ...certificates } });
    expect(await repository.poll()).toBe(head);
    expect((await repository.fetch(null)).commit).toBe(head);
  });
});

describe("a server's own error", () => {
  const line = (text: string) => (text.length + 4).toString(16).padStart(4, "0") + text;

  it.each([
    ["says that it is out of order", line("ERR this repository is being moved\n")],
    ["knows another state than it has told", line("ERR upload-pack: not our ref 836604201d657ea397b77afec66ca0099f510be3")],
    ["speaks no protocol", "zzzz rubbish"],
    ["says nothing", ""],
    ["sends something else", `${line("packfile\n")}0000`],
  ])("leaves the mirror as it is when it %s", async (_, body) => {
    const first = await start();
    const front = await startGitFront(world.server.url);
    closers.push(() => front.close());
    const repository = await world.reopen({ url: `${front.url}/config.git`, environment });
    await repository.fetch(null);
    const second = world.remote.commit({ "x.txt": "x" }, "second");
    const headers = { "content-type": "application/x-git-upload-pack-result" };
    front.behave(({ method }) => (method === "POST" ? { status: 200, headers, body } : null));
    expect((await failureOf(repository.fetch(first))).code).toMatch(/^git\//);
    expect((await repository.mirrored())?.commit).toBe(first);
    expect(world.log.lines).toEqual([]);
    expect(readdirSync(world.folder).filter((name) => name.startsWith("mirror"))).toEqual(["mirror"]);
    front.behave(() => null);
    expect((await repository.fetch(first)).commit).toBe(second);
  });

  it("is told where the remote is a shallow clone, also when it was a whole one before", async () => {
    const first = await start();
    await world.repository.fetch(null);
    world.remote.commit({ "x.txt": "x" }, "second");
    const shallow = join(world.folder, "shallow.git");
    execFileSync("git", ["clone", "--quiet", "--bare", "--depth", "1", `file://${world.remote.path}`, shallow]);
    const fresh = await world.reopen({ url: shallow, allowFile: true, directory: join(world.folder, "other") });
    const known = { code: "git/refused", message: expect.stringContaining("shallow clone") };
    expect(await failureOf(fresh.fetch(null))).toMatchObject(known);
    execFileSync("rm", ["-r", world.remote.path]);
    execFileSync("mv", [shallow, world.remote.path]);
    const before = await world.reopen();
    expect(await failureOf(before.fetch(first))).toMatchObject(known);
  });
});
