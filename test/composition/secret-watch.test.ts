import { describe, expect, it } from "vitest";
import { type SecretWatchParts, watchSecrets } from "../../src/composition/secret-watch.ts";
import type { Digest } from "../../src/domain/names.ts";
import type { DeploymentUnit } from "../../src/domain/desired/unit.ts";
import { createFakeEngine } from "../fakes/engine.ts";
import { createKeptLog } from "../support/log.ts";

const reference = { kind: "file", path: "/run/secrets/key" } as const;
const digest = (digit: string): Digest => `sha256-${digit.repeat(64)}`;

function setting(kept: Map<string, string> = new Map()) {
  const log = createKeptLog();
  const told: string[] = [];
  const engine = createFakeEngine();
  const values: { key: string | null } = { key: "hunter2" };
  const pins = ["a", "b"];
  const over = watchSecrets({
    secrets: { resolve: () => (values.key === null ? Promise.reject(new Error("missing")) : Promise.resolve(values.key)) },
    references: () => ({ API_KEY: reference }),
    pinned: () => new Set(pins.map(digest)),
    memory: memoryIn(kept, "installed"),
    told: memoryIn(kept, "told"),
    key: "key of this installation",
    log,
    tell: (environment, why) => void told.push(`${environment}: ${why}`),
  });
  return { pins, log, told, engine, values, kept, watched: () => over("production", engine), over };
}

function memoryIn(kept: Map<string, string>, what: string): SecretWatchParts["memory"] {
  const key = (environment: string) => `${what}/${environment}`;
  return { read: (environment) => kept.get(key(environment)) ?? null, write: (environment, text) => void kept.set(key(environment), text) };
}

function unit(process: string, digit: string, key: string): DeploymentUnit {
  return {
    process,
    version: "1.0.0",
    digest: digest(digit),
    definition: { nodes: [], connections: [], config: {} },
    variables: {},
    secrets: { API_KEY: key },
  };
}

describe("a secret whose value changes", () => {
  it("is told with what runs with the value before, and no more once that was installed anew", async () => {
    const { engine, values, watched, log, told, pins } = setting();
    await watched().ensureInstalled([unit("orders", "a", "hunter2"), unit("returns", "b", "hunter2")]);
    await watched().inventory();
    expect(watched().notes?.()).toEqual([]);
    values.key = "hunter3";
    await watched().inventory();
    await watched().inventory();
    expect(watched().notes?.()).toEqual([
      expect.stringMatching(/other values .*: API_KEY \(orders 1\.0\.0, returns 1\.0\.0\); to roll them out/),
    ]);
    expect(log.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
    expect(told).toEqual([expect.stringMatching(/^production: secrets have other values .*SECRETS_OF/)]);
    // What is there already is not touched by the engine, so it keeps the value that it has.
    await watched().ensureInstalled([unit("orders", "a", "hunter3")]);
    await watched().inventory();
    expect(watched().notes?.()).toEqual([expect.stringContaining("orders")]);
    await watched().ensureInstalled([unit("orders", "c", "hunter3")]);
    await engine.ensureRemoved([unit("returns", "b", "")]);
    // The unit of before is kept warm, as it was.
    pins.splice(0, 2, "c");
    await watched().inventory();
    expect(watched().notes?.()).toEqual([]);
  });

  it("is told by the next controller too, and its value is kept nowhere", async () => {
    const kept = new Map<string, string>();
    const first = setting(kept);
    await first.watched().ensureInstalled([unit("orders", "a", "hunter2")]);
    expect([...kept.values()].join("")).not.toMatch(/hunter2/);
    const second = setting(kept);
    second.values.key = "hunter3";
    const watched = second.over("production", first.engine);
    await watched.inventory();
    expect(watched.notes?.()).toHaveLength(1);
    expect(watched.notes?.().join("")).not.toMatch(/hunter/);
  });

  it("is reported once for each change, also after a restart, and again when it changes again", async () => {
    const kept = new Map<string, string>();
    const first = setting(kept);
    await first.watched().ensureInstalled([unit("orders", "a", "hunter2"), unit("returns", "b", "hunter2")]);
    const delivered: number[] = [];
    for (const value of ["hunter2", "hunter3", "hunter3", null, "hunter3", "hunter4", "hunter2", "hunter3"]) {
      const next = setting(kept);
      next.values.key = value;
      // Of which versions it is told may change meanwhile.
      const watched = next.over("production", first.engine);
      await watched.inventory();
      next.pins.pop();
      await watched.inventory();
      delivered.push(next.told.length);
    }
    expect(delivered).toEqual([0, 1, 0, 0, 0, 1, 0, 1]);
    expect([...kept.values()].join("")).not.toMatch(/hunter/);
  });

  it("is told again where what was told cannot be kept or read", async () => {
    const { over, engine, values, kept, told } = setting();
    await over("production", engine).ensureInstalled([unit("orders", "a", "hunter2")]);
    kept.set("told/production", "[");
    values.key = "hunter3";
    await over("production", engine).inventory();
    expect(told).toHaveLength(1);
    const full = setting(kept);
    kept.set = () => {
      throw new Error("disk full");
    };
    full.values.key = "hunter4";
    for (const _ of ["once", "twice"]) await full.over("production", engine).inventory();
    expect(full.told).toHaveLength(1);
    expect(full.log.lines.map(({ level }) => level)).toEqual(["warn", "warn"]);
  });

  it("is not told of one that cannot be looked up, and of units of which nothing is known", async () => {
    const { engine, values, watched } = setting();
    await engine.ensureInstalled([unit("old", "d", "hunter1")]);
    await watched().inventory();
    expect(watched().notes?.()).toEqual([]);
    await watched().ensureInstalled([unit("orders", "a", "hunter2")]);
    values.key = null;
    await watched().inventory();
    expect(watched().notes?.()).toEqual([]);
  });
});
