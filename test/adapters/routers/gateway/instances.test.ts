import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openBackend, openSetting, share, until, type Setting } from "./setting.ts";

/** A port on which nothing listens. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

describe("a version with several instances", () => {
  let setting: Setting;
  beforeEach(async () => {
    setting = await openSetting();
  });
  afterEach(() => setting.close());

  const requestsByInstance = async () =>
    Object.fromEntries((await setting.router.traffic("production")).map((count) => [count.instance, [count.requests, count.errors]]));

  it("takes turns between them", async () => {
    const one = await setting.backend((_, response) => response.end("one"));
    const two = await setting.backend((_, response) => response.end("two"));
    await setting.route([share("1.0.0", "a", 100, [one, two])]);
    for (let n = 0; n < 10; n++) await setting.call("/");
    expect(await requestsByInstance()).toEqual({ "instance-1": [5, 0], "instance-2": [5, 0] });
  });

  it("prefers the one with less in flight", async () => {
    let release = () => {};
    const busy = await setting.backend((_, response) => (release = () => response.end("busy")));
    const idle = await setting.backend((_, response) => response.end("idle"));
    await setting.route([share("1.0.0", "a", 100, [{ instance: "busy", url: busy.url }])]);
    const held = setting.call("/");
    await until(async () => (await setting.router.traffic("production"))[0]?.inFlight === 1);
    await setting.route([
      share("1.0.0", "a", 100, [
        { instance: "busy", url: busy.url },
        { instance: "idle", url: idle.url },
      ]),
    ]);
    for (let n = 0; n < 4; n++) expect((await setting.call("/")).body).toBe("idle");
    release();
    expect((await held).body).toBe("busy");
  });

  it.each(["GET", "POST"])("tries %s elsewhere when one refuses the connection, body and all, and counts it once", async (method) => {
    const alive = await setting.backend(async (request, response) => response.end(Buffer.concat(await request.toArray())));
    const dead = { instance: "dead", url: await deadUrl() };
    await setting.route([share("1.0.0", "a", 100, [dead, { instance: "alive", url: alive.url }])]);
    const options = method === "POST" ? { method, body: "hello" } : {};
    for (let n = 0; n < 6; n++)
      expect(await setting.call("/", options)).toMatchObject({ status: 200, body: method === "POST" ? "hello" : "" });
    expect(await requestsByInstance()).toEqual({ alive: [6, 0] });
    expect(setting.logged.filter((line) => line.startsWith("instance refuses"))).toHaveLength(1);
  });

  it("says 502 when none accepts connections, without telling private addresses", async () => {
    const url = await deadUrl();
    await setting.route([share("1.0.0", "a", 100, [{ instance: "dead", url }])]);
    const answer = await setting.call("/", { method: "POST", body: "x" });
    expect(answer.status).toBe(502);
    expect(answer.body).toContain("ECONNREFUSED");
    expect(answer.body).not.toContain(new URL(url).port);
    expect(await requestsByInstance()).toEqual({ dead: [1, 1] });
  });

  it("takes one back once it accepts connections again", async () => {
    const url = await deadUrl();
    const alive = await setting.backend((_, response) => response.end("alive"));
    await setting.route([
      share("1.0.0", "a", 100, [
        { instance: "dead", url },
        { instance: "alive", url: alive.url },
      ]),
    ]);
    await setting.call("/");
    await setting.call("/");
    const risen = await openBackend((_, response) => response.end("risen")).then(async (backend) => {
      await backend.close();
      backend.server.listen(Number(new URL(url).port), "127.0.0.1");
      return backend;
    });
    await until(async () => (await setting.call("/")).body === "risen");
    expect(setting.logged).toContain("instance accepts connections again");
    await risen.close();
  });

  it("asks a safe request again when its connection breaks, and never an unsafe one", async () => {
    let asked = 0;
    const flaky = await setting.backend((request, response) => (++asked % 2 === 1 ? request.socket.destroy() : response.end("ok")));
    await setting.route([share("1.0.0", "a", 100, [flaky])]);
    expect(await setting.call("/")).toMatchObject({ status: 200, body: "ok" });
    expect(asked).toBe(2);
    expect(await setting.call("/", { method: "POST" })).toMatchObject({ status: 502 });
    expect(asked).toBe(3);
  });

  it("gives a new endpoint only to the version that has it, and to nobody while that has no weight", async () => {
    const both = await setting.backend((request, response) => response.end(request.url));
    const old = {
      ...share("1.0.0", "a", 80, [{ instance: "one", url: `${both.url}/~old` }]),
      endpoints: [{ method: "GET", path: "/orders" }],
    };
    const candidate = {
      ...share("1.1.0", "b", 20, [{ instance: "one", url: `${both.url}/~new` }]),
      endpoints: [
        { method: "GET", path: "/orders" },
        { method: "GET", path: "/refunds" },
      ],
    };
    await setting.route([old, candidate]);
    for (let n = 0; n < 5; n++) expect((await setting.call("/refunds")).body).toBe("/~new/refunds");
    await setting.route([
      { ...old, weight: 100 },
      { ...candidate, weight: 0 },
    ]);
    expect((await setting.call("/refunds")).status).toBe(404);
  });

  it.each([
    ["header", "x-session", (value: string) => ({ "x-session": value })],
    ["cookie", "sid", (value: string) => ({ cookie: `a=b; sid=${value}; c=d` })],
  ] as const)("keeps a caller on one version by %s", async (kind, name, headers) => {
    const one = await setting.backend((request, response) => response.end(request.url?.slice(1, 5)));
    const shares = [
      share("1.0.0", "a", 50, [{ instance: "one", url: `${one.url}/~one` }]),
      share("1.1.0", "b", 50, [{ instance: "one", url: `${one.url}/~two` }]),
    ];
    await setting.route(shares, { sticky: { kind, name } });
    const answers = new Set<string>();
    for (let caller = 0; caller < 12; caller++) {
      const given = { headers: headers(`caller-${caller}`) };
      const { body } = await setting.call("/", given);
      for (let n = 0; n < 3; n++) expect((await setting.call("/", given)).body).toBe(body);
      answers.add(body);
    }
    expect(answers.size).toBe(2);
  });
});
