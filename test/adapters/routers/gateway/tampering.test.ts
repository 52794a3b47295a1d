/** What somebody else does to the routing table is noticed, taken back, and told. */

import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createGatewayRouter, type GatewayRouter } from "../../../../src/adapters/routers/gateway/client.ts";
import { createLeftTable } from "../../../../src/gateway/left-table.ts";
import type { Route } from "../../../../src/domain/observed/route.ts";
import { type Backend, openSetting, type Setting, share, until } from "./setting.ts";

describe("a routing table that somebody else changes", () => {
  let setting: Setting;
  let stranger: GatewayRouter;
  let backend: Backend;
  let evil: Backend;
  const route = (process: string, to: Backend): Route => ({
    process,
    timeoutMs: 5_000,
    sticky: null,
    shares: [{ ...share("1.0.0", "a", 100, [to]), endpoints: [{ method: "GET", path: `/${process}` }] }],
  });
  const file = () => join(setting.directory, "routes.json");
  const answer = async (process: string) => (await setting.call(`/${process}`)).body;

  beforeEach(async () => {
    setting = await openSetting();
    backend = await setting.backend((_, response) => response.end("good"));
    evil = await setting.backend((_, response) => response.end("evil"));
    stranger = createGatewayRouter({ gateway: { stateDirectory: setting.directory }, publicUrl: null });
    expect(await setting.router.heartbeat()).toEqual([]);
    await setting.router.ensureRoutes("production", [route("hello", backend), route("other", backend)]);
    expect(await setting.router.heartbeat()).toEqual([]);
  });
  afterEach(async () => {
    await stranger.close();
    await setting.close();
  });

  it("with the token alone cannot be changed, and the attempt is told once", async () => {
    await expect(stranger.ensureRoutes("production", [route("hello", evil)])).rejects.toThrow(/belongs to a controller/);
    expect(await answer("hello")).toBe("good");
    expect(await setting.router.heartbeat()).toEqual([expect.stringContaining("tried to change the gateway")]);
    expect(await setting.router.heartbeat()).toEqual([]);
  });

  it("by somebody who takes the gateway over is put back: changed, added and removed", async () => {
    await stranger.heartbeat();
    await stranger.ensureRoutes("production", [route("hello", evil), route("new", evil), { ...route("other", evil), shares: [] }]);
    await stranger.ensureRoutes("staging", [route("hello", evil)]);
    expect(await answer("hello")).toBe("evil");
    const lines = await setting.router.heartbeat();
    expect(lines.join("; ")).toMatch(/hello, other, new in production .*hello in staging/);
    expect([await answer("hello"), await answer("other")]).toEqual(["good", "good"]);
    expect((await setting.call("/new")).status).toBe(404);
    expect(await setting.router.routes("staging")).toEqual([]);
    expect(await setting.router.heartbeat()).toEqual([]);
  });

  it.each([
    ["changed", async () => writeFile(file(), (await readFile(file(), "utf8")).replaceAll(backend.url, evil.url))],
    ["emptied", () => writeFile(file(), "")],
    ["removed", () => rm(file())],
  ])("in its file, %s, is put back and told", async (_what, change) => {
    const before = await readFile(file(), "utf8");
    await change();
    await until(async () => (await readFile(file(), "utf8").catch(() => "")) === before);
    let lines: readonly string[] = [];
    await until(async () => (lines = await setting.router.heartbeat()).length > 0);
    expect(lines).toEqual([expect.stringContaining("file of the routing table")]);
    expect(await answer("hello")).toBe("good");
    expect((await stat(file())).mode & 0o777).toBe(0o600);
  });

  it("is taken as it is by a controller that has just started", async () => {
    expect(await stranger.heartbeat()).toEqual([]);
    await stranger.ensureRoutes("production", [route("hello", evil)]);
    expect(await answer("hello")).toBe("evil");
  });
});

describe("the table as it was left", () => {
  const route = (process: string, digit: string): Route => ({
    process,
    timeoutMs: 1_000,
    sticky: null,
    shares: [share("1.0.0", digit, 100, [])],
  });

  it("is the same where a gateway of an earlier release does not keep why traffic was taken back", () => {
    const left = createLeftTable();
    left.begin(new Map());
    left.note("production", [{ ...route("hello", "a"), takenBack: { deployment: "d", trigger: "error_rate", why: "bad" } }]);
    expect(left.differences(new Map([["production", [route("hello", "a")]]]))).toEqual(new Map());
    expect(left.differences(new Map([["production", [route("hello", "b")]]])).size).toBe(1);
  });

  it("does not know what became of routes whose setting failed", () => {
    const left = createLeftTable();
    left.begin(new Map([["production", [route("hello", "a"), route("other", "a")]]]));
    left.doubt("production", [route("hello", "b")]);
    const found = new Map([["production", [route("hello", "b"), route("other", "b")]]]);
    expect(left.differences(found)).toEqual(new Map([["production", [route("other", "a")]]]));
    left.note("production", [route("hello", "c")]);
    expect(left.differences(found).get("production")).toEqual([route("hello", "c"), route("other", "a")]);
  });
});
