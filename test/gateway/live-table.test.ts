import { mkdtemp, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCounters } from "../../src/gateway/counters.ts";
import { openLiveTable, type LiveTable } from "../../src/gateway/live-table.ts";
import { tableFile } from "../../src/gateway/table-file.ts";
import { createUpstreams } from "../../src/gateway/upstreams.ts";
import type { Route } from "../../src/domain/observed/route.ts";
import { digestOf, logInto, share } from "../adapters/routers/gateway/setting.ts";

const route = (process: string, weight = 100): Route => ({
  process,
  timeoutMs: 1_000,
  sticky: null,
  shares: [share("1.0.0", "a", weight, []), share("1.1.0", "b", 100 - weight, [])].map((each) => ({
    ...each,
    endpoints: [{ method: "GET", path: `/${process}` }],
  })),
});

describe("the table in force", () => {
  let directory: string;
  let logged: string[];
  let table: LiveTable;
  const file = () => join(directory, "routes.json");
  const open = () =>
    openLiveTable({
      storage: tableFile(file(), logInto(logged)),
      counters: createCounters(1_000),
      upstreams: createUpstreams({ log: logInto([]) }),
      log: logInto(logged),
    });

  beforeEach(async () => {
    logged = [];
    directory = await mkdtemp(join(tmpdir(), "pinion-table-"));
    table = await open();
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const next = (path: string) => {
    const match = table.environments().get("production")?.matcher.match("GET", path);
    return match?.kind === "served" ? match.serves.choose(null)?.version : undefined;
  };

  it("takes in all changes that were asked at once, in order, and has each on disk when it says so", async () => {
    const changes = [route("a", 10), route("b"), route("a", 50), { ...route("b"), shares: [] }, route("c")];
    await Promise.all(changes.map((change) => table.replace("production", [change])));
    const held = [route("a", 50), route("c")];
    expect(table.routes("production")).toEqual(held);
    expect(JSON.parse(await readFile(file(), "utf8"))).toEqual({ format: 1, environments: { production: held } });
    expect((await open()).routes("production")).toEqual(held);
  });

  it("lets the others keep their turns when one process changes", async () => {
    await table.replace("production", [route("a", 50), route("b")]);
    const first = next("/a");
    await table.replace("production", [route("b", 30)]);
    expect(next("/a")).not.toBe(first);
  });

  it("is one for each environment: the same process in another one is another route", async () => {
    await table.replace("production", [route("a", 10)]);
    await table.replace("staging", [route("b", 30)]);
    expect([table.routes("production"), table.routes("staging")]).toEqual([[route("a", 10)], [route("b", 30)]]);
    await table.replace("staging", [route("a", 20), { ...route("b"), shares: [] }]);
    expect([table.routes("production"), table.routes("staging")]).toEqual([[route("a", 10)], [route("a", 20)]]);
  });

  it("lets go of what is routed no more: its addresses and, after a while, its counts", async () => {
    const upstreams = createUpstreams({ log: logInto([]) });
    const counters = createCounters(0);
    const published: unknown[] = [];
    const own = await openLiveTable({
      storage: { load: async () => new Map(), save: async () => undefined },
      publish: async (changes) => void published.push(changes),
      counters,
      upstreams,
      log: logInto(logged),
    });
    const at = (url: string): Route => ({ ...route("a"), shares: [share("1.0.0", "a", 100, [{ instance: "one", url }])] });
    await own.replace("production", [at("http://127.0.0.1:1")]);
    expect(upstreams.all().map(({ origin }) => origin)).toEqual(["http://127.0.0.1:1"]);
    await own.replace("production", [at("http://127.0.0.1:2")]);
    expect(upstreams.all().map(({ origin }) => origin)).toEqual(["http://127.0.0.1:2"]);
    await own.replace("production", [{ ...route("a"), shares: [] }]);
    expect([upstreams.all(), [...counters.all()]]).toEqual([[], []]);
    expect(published).toHaveLength(3);
    await upstreams.close();
  });

  it("neither writes nor disturbs what is so already", async () => {
    await table.replace("production", [route("a", 50)]);
    await rm(file());
    await table.replace("production", [route("a", 50)]);
    await expect(readFile(file())).rejects.toThrow();
  });

  it("does not take effect when it cannot be written, and goes on", async () => {
    await table.replace("production", [route("a")]);
    await rm(directory, { recursive: true });
    await writeFile(directory, "a file where the folder was");
    await expect(table.replace("production", [route("b")])).rejects.toThrow();
    expect(table.routes("production")).toEqual([route("a")]);
    expect(next("/b")).toBeUndefined();
    await unlink(directory);
    await table.replace("production", [route("b")]);
    expect(next("/b")).toBe("1.0.0");
  });

  it("says once which of two processes keeps an endpoint that both serve", async () => {
    const thief = {
      ...route("b"),
      shares: [{ ...share("2.0.0", "c", 100, []), digest: digestOf("c"), endpoints: [{ method: "GET", path: "/a" }] }],
    };
    await table.replace("production", [route("a"), thief]);
    await table.replace("production", [route("c")]);
    expect(logged).toEqual(["GET /a is served by a and by b; a gets its requests"]);
    expect(next("/a")).toBe("1.0.0");
  });
});
