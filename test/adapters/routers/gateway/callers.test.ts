/** What the gateway believes of its callers, and what they may take of it. */

import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createTrust } from "../../../../src/gateway/trusted-proxies.ts";
import type { GatewaySettings } from "../../../../src/domain/config/config.ts";
import { openSetting, type Setting, share, until } from "./setting.ts";

describe("a proxy in front", () => {
  it.each([
    ["none is named", [], "127.0.0.1", false],
    ["it is named", ["10.1.2.3"], "10.1.2.3", true],
    ["another one is named", ["10.1.2.3"], "10.1.2.4", false],
    ["it is in a network that is named", ["192.168.0.1", "10.0.0.0/8"], "10.200.0.1", true],
    ["it is beside a network that is named", ["10.0.0.0/9"], "10.200.0.1", false],
    ["it comes by a socket for both families", ["10.0.0.0/8"], "::ffff:10.2.0.1", true],
    ["it is a network of IPv6", ["fd00::/8"], "fd12::1", true],
    ["it is elsewhere in IPv6", ["fd00::/8"], "fe80::1", false],
    ["it is gone already", ["0.0.0.0/0"], undefined, false],
  ])("is believed where it should when %s", (_, proxies, remoteAddress, expected) => {
    expect(createTrust(proxies)({ remoteAddress })).toBe(expected);
  });
});

describe("the gateway", () => {
  let setting: Setting;
  afterEach(() => setting.close());

  const said = {
    "x-forwarded-for": "203.0.113.9",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "bank.example",
    "x-forwarded-port": "443",
    "x-forwarded-prefix": "/elsewhere",
    "x-real-ip": "203.0.113.9",
    forwarded: "for=203.0.113.9;proto=https",
  };
  async function seenBy(change: Partial<GatewaySettings>) {
    setting = await openSetting(change);
    const echo = await setting.backend((request, response) => response.end(JSON.stringify(request.headers)));
    await setting.route([share("1.0.0", "a", 100, [echo])]);
    const { body } = await setting.call("/", { headers: { host: "shop.example", ...said } });
    return JSON.parse(body) as Record<string, string>;
  }

  it("overwrites and removes what anybody says about whom it speaks for", async () => {
    const seen = await seenBy({});
    expect(seen).toMatchObject({
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "http",
      "x-forwarded-host": "shop.example",
      "x-forwarded-prefix": "/production",
    });
    for (const name of ["x-forwarded-port", "x-real-ip", "forwarded"]) expect(seen[name]).toBeUndefined();
  });

  it("passes on what a proxy says that is trusted, and adds what it sees itself", async () => {
    const seen = await seenBy({ trustedProxies: ["127.0.0.0/8"] });
    expect(seen).toMatchObject({ ...said, "x-forwarded-for": "203.0.113.9, 127.0.0.1", "x-forwarded-prefix": "/production" });
  });

  it("ends a request whose body stalls, as nobody's error but its caller's", async () => {
    setting = await openSetting({ bodyIdleMs: 60 });
    const sink = await setting.backend((request, response) => void request.resume().on("end", () => response.end("all")));
    await setting.route([share("1.0.0", "a", 100, [sink])]);
    const caller = open();
    caller.socket.write("POST /production/ HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc");
    await until(() => caller.isClosed());
    expect(caller.text()).toMatch(/^HTTP\/1\.1 408 /);
    expect(caller.text()).toContain("sent nothing of the body for 60 ms");
    expect(await setting.router.traffic("production")).toMatchObject([{ requests: 1, errors: 0, inFlight: 0 }]);
  });

  it("waits for a version that is slow to read, and for a caller that goes on", async () => {
    setting = await openSetting({ bodyIdleMs: 150 });
    let read = () => {};
    const sink = await setting.backend((request, response) => {
      read = () => void request.resume().on("end", () => response.end("all"));
    });
    await setting.route([share("1.0.0", "a", 100, [sink])]);
    const big = 8 * 1024 * 1024;
    const answer = setting.call("/", { method: "POST", body: Buffer.alloc(big) });
    await until(async () => (await setting.router.traffic("production"))[0]?.inFlight === 1);
    // Longer than the limit, while the caller is held back by the version.
    setTimeout(() => read(), 500);
    expect(await answer).toMatchObject({ status: 200, body: "all" });
  });

  it("takes as many connections as it may, and others when there is room again", async () => {
    setting = await openSetting({ maxConnections: 2 });
    const [first, second] = [open(), open()];
    await until(() => first.isOpen() && second.isOpen());
    const third = open();
    await until(() => third.isClosed());
    first.socket.destroy();
    await until(async () => (await setting.call("/").catch(() => null))?.status === 404);
  });

  function open(): { readonly socket: Socket; text(): string; isOpen(): boolean; isClosed(): boolean } {
    const socket = connect(Number(new URL(setting.gateway.url).port), "127.0.0.1");
    let text = "";
    let isOpen = false;
    let isClosed = false;
    socket.on("connect", () => (isOpen = true));
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    socket.on("error", () => undefined);
    socket.on("close", () => (isClosed = true));
    return { socket, text: () => text, isOpen: () => isOpen, isClosed: () => isClosed };
  }
});
