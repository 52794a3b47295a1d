import { createHash } from "node:crypto";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { rawRequest } from "../adapters/routers/gateway/raw.ts";
import { openSetting, share, until, type Backend, type Setting } from "../adapters/routers/gateway/setting.ts";

const handshake = (path: string, more = "") =>
  `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n${more}\r\n`;
const accept = (key: string) => createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");

describe("a WebSocket through the gateway", () => {
  let setting: Setting;
  let backend: Backend;
  let seen: Record<string, unknown>;
  let upstream: Duplex;
  beforeEach(async () => {
    setting = await openSetting();
    backend = await setting.backend((_, response) => response.writeHead(426).end("plain"));
    backend.server.on("upgrade", (request, socket) => {
      upstream = socket;
      seen = request.headers;
      if (request.url?.endsWith("/refuse")) return socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno");
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: ${accept(String(request.headers["sec-websocket-key"]))}\r\n\r\nwelcome `,
      );
      socket.on("error", () => {});
      socket.pipe(socket);
    });
    await setting.route([share("1.0.0", "a", 100, [{ instance: "one", url: `${backend.url}/~tab` }])]);
  });
  afterEach(() => setting.close());

  const open = (bytes: string): { socket: Socket; text: () => string } => {
    let received = "";
    const socket = connect(Number(new URL(setting.gateway.url).port), "127.0.0.1", () => socket.write(bytes));
    socket.on("data", (chunk: Buffer) => (received += chunk.toString()));
    socket.on("error", () => {});
    return { socket, text: () => received };
  };
  const inFlight = async () => (await setting.router.traffic("production"))[0]?.inFlight;

  it("opens, carries bytes both ways, and closes on both sides", async () => {
    const caller = open(`${handshake("/production/live", "x-forwarded-for: 10.0.0.1\r\n")}early `);
    await until(() => caller.text().endsWith("welcome early "));
    expect(caller.text()).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(caller.text()).toContain(`sec-websocket-accept: ${accept("dGhlIHNhbXBsZSBub25jZQ==")}\r\n`);
    expect(caller.text()).toContain("x-pinion-version: 1.0.0\r\n");
    expect(seen).toMatchObject({ upgrade: "websocket", "x-forwarded-for": "127.0.0.1" });
    caller.socket.write("more");
    await until(() => caller.text().endsWith("more"));
    expect(await inFlight()).toBe(1);
    caller.socket.destroy();
    await until(() => upstream.destroyed);
    await until(async () => (await inFlight()) === 0);
    expect(await setting.router.traffic("production")).toMatchObject([{ requests: 1, errors: 0 }]);
  });

  it("is no leak in the eyes of Node.js: it warns of no listeners", async () => {
    const warnings: string[] = [];
    const note = (warning: Error) => void warnings.push(warning.message);
    process.on("warning", note);
    onTestFinished(() => void process.off("warning", note));
    const caller = open(handshake("/production/live"));
    await until(() => caller.text().endsWith("welcome "));
    await new Promise((resolve) => setImmediate(resolve));
    caller.socket.destroy();
    await until(async () => (await inFlight()) === 0);
    expect(warnings).toEqual([]);
  });

  it("ends for the caller when the version ends it", async () => {
    const caller = open(handshake("/production/live"));
    await until(() => caller.text().endsWith("welcome "));
    upstream.destroy();
    await until(() => caller.socket.destroyed);
    await until(async () => (await inFlight()) === 0);
  });

  it("passes a refusal on", async () => {
    const answer = await rawRequest(setting.gateway.url, handshake("/production/refuse"));
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(answer).toMatch(/\r\n\r\nno$/);
  });

  it("ends a refusal without a body where its headers end", async () => {
    const bare = await setting.backend(() => {});
    bare.server.on("upgrade", (_, socket) => socket.end("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"));
    await setting.route([share("1.0.0", "a", 100, [bare])]);
    const answer = await rawRequest(setting.gateway.url, handshake("/production/live"));
    expect(answer).toMatch(/^HTTP\/1\.1 204 No Content\r\n(?:[^\r]+\r\n)+\r\n$/);
    expect(answer).not.toContain("transfer-encoding");
  });

  it("answers 404 where no process listens and 502 where the instance is down", async () => {
    expect(await rawRequest(setting.gateway.url, handshake("/staging/live"))).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
    expect(await rawRequest(setting.gateway.url, handshake("/production/~tab/live"))).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
    await backend.close();
    expect(await rawRequest(setting.gateway.url, handshake("/production/live"))).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
  });
});
