import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeRedDialect } from "../../src/adapters/engines/node-red/dialect.ts";
import { parseControllerConfig } from "../../src/adapters/manifest/operator/controller-config.ts";
import { createEngines, type Engines } from "../../src/composition/engines.ts";
import type { EngineConfig } from "../../src/domain/config/config.ts";
import type { EngineInstance } from "../../src/domain/desired/unit.ts";
import type { EngineAdapter } from "../../src/ports/engine-adapter.ts";
import { createFakeEngine } from "../fakes/engine.ts";

/** What a new kind is: an adapter, and its line in the list of them. */
function fakeKind(kind: string) {
  const seen = { opened: 0, connected: [] as string[], closed: [] as string[], listeners: [] as ((instance: EngineInstance) => void)[] };
  const adapter: EngineAdapter = {
    kind,
    dialect: { ...nodeRedDialect, engine: kind },
    open() {
      seen.opened += 1;
      return Promise.resolve({
        connect(environment: string, config: EngineConfig) {
          seen.connected.push(`${environment} ${config.kind} ${config.mode}`);
          return Promise.resolve({
            engine: createFakeEngine({ kind }),
            instances: () => [{ id: `${kind}-1`, state: "ready" as const, why: "" }],
            onChange: (listener: (instance: EngineInstance) => void) => void seen.listeners.push(listener),
            close: (how: "stop" | "keep") => Promise.resolve(void seen.closed.push(`${environment} ${how}`)),
          });
        },
      });
    },
    endLeftOver: () => Promise.resolve(null),
  };
  return { adapter, seen };
}

describe("the engines of environments", () => {
  const [one, two] = [fakeKind("one"), fakeKind("two")];
  let directory: string;
  let engines: Engines;
  let woken: string[];
  let told: string[];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "pinion-engines-"));
    [woken, told] = [[], []];
    const config = parseControllerConfig(
      "repository: { url: https://git.example.com/shop.git }\nengines: { default: { kind: one }, production: { kind: one, also: [{ kind: two }] } }\n",
      "pinion.yaml",
    );
    engines = createEngines({
      config,
      directory: join(directory, "engines"),
      secrets: { resolve: () => Promise.reject(new Error("none")) },
      checkMark: "mark",
      clock: { now: () => Date.now() },
      memory: () => ({ read: () => null, write: () => undefined }),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      onChange: (environment) => void woken.push(environment),
      outages: { engine: (environment, { id, state }) => void told.push(`${environment} ${id} ${state}`) },
      adapters: [one.adapter, two.adapter],
    });
    for (const environment of ["staging", "production", "production"]) engines.open(environment);
    await expect.poll(() => woken.length).toBe(3);
  });
  afterEach(async () => {
    await engines.close("keep");
    rmSync(directory, { recursive: true, force: true });
  });

  it("are of the kinds that pinion.yaml lists, each asked by its kind", async () => {
    expect([engines.kinds("staging"), engines.kinds("production")]).toEqual([["one"], ["one", "two"]]);
    expect([engines.of("production", "one").kind, engines.of("production", "two").kind]).toEqual(["one", "two"]);
    expect([one.seen.opened, two.seen.opened]).toEqual([1, 1]);
    expect(two.seen.connected).toEqual(["production two embedded"]);
    await expect(engines.of("staging", "two").inventory()).rejects.toMatchObject({ code: "engine/unreachable" });
  });

  it("tell what becomes of their instances", () => {
    expect(told.toSorted()).toEqual(["production one-1 ready", "production two-1 ready", "staging one-1 ready"]);
    two.seen.listeners.at(-1)?.({ id: "two-1", state: "down", why: "it ended" });
    expect([told.at(-1), woken.at(-1)]).toEqual(["production two-1 down", "production"]);
  });

  it("are all closed", async () => {
    await engines.close("stop");
    expect([...one.seen.closed, ...two.seen.closed].filter((line) => line.endsWith("stop")).toSorted()).toEqual([
      "production stop",
      "production stop",
      "staging stop",
    ]);
  });
});
