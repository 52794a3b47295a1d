import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseControllerConfig } from "../../src/adapters/manifest/operator/controller-config.ts";
import { createEngines } from "../../src/composition/engines.ts";
import { readInstallation } from "../../src/composition/installation.ts";
import { howExposed, isolate, sharedUser } from "../../src/composition/isolation.ts";

const parse = (engines: string) =>
  parseControllerConfig(`repository: { url: https://git.example.com/c.git }\nengines: ${engines}\n`, "pinion.yaml");
const embedded = (user: string | null) => ({ user });

describe("whom engines run as", () => {
  it("is the controller's own user where nothing else is said, which is told", async () => {
    expect(await isolate("no-such-environment", embedded(null), "/state/engines", true)).toEqual({
      isolation: null,
      notes: [expect.stringMatching(/^not isolated: /)],
    });
    expect(await isolate("production", embedded(null), "/state/engines", false)).toMatchObject({ isolation: null });
    expect(howExposed(false)).toMatch(/not isolated .* runs as root/);
    expect(howExposed(true)).toMatch(/not isolated .* engines.ENVIRONMENT.user/);
  });

  it("is the user named, with a folder beside the state folder, where the controller may switch users", async () => {
    const { isolation, notes } = await isolate("production", embedded("20001"), "/state/engines", true);
    expect(isolation).toEqual({ runAs: { uid: 20_001, gid: 20_001 }, directory: "/state.engines/production" });
    expect(notes).toEqual([]);
  });

  it("is told where the gateway runs as they do", () => {
    const text =
      "repository: { url: https://git.example.com/c.git }\nengines: { default: { kind: node-red, user: 20001 } }\ngateway: { user: 20001 }\n";
    expect(sharedUser(parseControllerConfig(text, "pinion.yaml"))).toMatch(/gateway is not isolated from flows.*20001/);
  });

  it("is told where several entries name the same user", () => {
    const twice = "{ default: { kind: node-red, user: 20001 }, production: { kind: node-red, user: 20001 } }";
    expect(sharedUser(parse(twice))).toMatch(/not isolated from each other .* 20001/);
    expect(sharedUser(parse(twice.replace("20001 } }", "20002 } }")))).toBeNull();
  });

  it("is nobody when the user named cannot be had", async () => {
    await expect(isolate("production", embedded("no-such-user"), "/state/engines", true)).rejects.toMatchObject({ code: "config/invalid" });
    await expect(isolate("production", embedded("20001"), "/state/engines", false)).rejects.toThrow(/runs as root/);
    expect((await isolate("production", embedded("root"), "/state/engines", true)).isolation).toBeNull();
  });
});

describe("the name of an installation", () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "pinion-installation-"))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("is made once for a state folder, and is readable by its owner only", () => {
    const state = join(directory, "state");
    const name = readInstallation(state);
    expect(name).toMatch(/^[0-9a-f-]{36}$/);
    expect([readInstallation(state), readInstallation(join(directory, "other")) === name]).toEqual([name, false]);
    expect(statSync(join(state, "installation")).mode & 0o777).toBe(0o600);
  });
});

describe("a controller whose engines run as itself", () => {
  it("says so once, however many environments it has", async () => {
    const said: string[] = [];
    const log = { info: () => undefined, warn: (_fields: object, text: string) => void said.push(text), error: () => undefined };
    const directory = mkdtempSync(join(tmpdir(), "pinion-exposed-"));
    // A folder that is a file: the instances themselves never start, which is not what is looked at here.
    const engines = createEngines({
      config: parse("{ default: { kind: node-red } }"),
      directory: join(directory, "engines"),
      secrets: { resolve: () => Promise.reject(new Error("none")) },
      checkMark: "mark",
      clock: { now: () => Date.now() },
      memory: () => ({ read: () => null, write: () => undefined }),
      log,
      onChange: () => undefined,
      outages: { engine: () => undefined },
    });
    writeFileSync(join(directory, "engines"), "");
    engines.open("one-environment");
    engines.open("another-environment");
    await engines.close("stop");
    rmSync(directory, { recursive: true, force: true });
    expect(said.filter((line) => line.includes("not isolated"))).toHaveLength(1);
  });
});

describe("environments that share a remote Node-RED", () => {
  it.each(["http://127.0.0.1:1880", "http://LocalHost:1880/", "http://[::1]:1880", "http://127.0.0.2:1880//"])(
    "say that they are not isolated, and from whom, also when another writes it %s",
    async (spelling) => {
      const directory = mkdtempSync(join(tmpdir(), "pinion-shared-"));
      let changes = 0;
      const remote = (url: string) => `{ kind: node-red, mode: remote, url: "${url}", token: { env: NODE_RED_TOKEN } }`;
      const engines = createEngines({
        config: parse(
          `{ default: ${remote("http://127.0.0.1:1880")}, development: ${remote(spelling)}, production: ${remote("http://127.0.0.1:1881")} }`,
        ),
        directory: join(directory, "engines"),
        secrets: { resolve: () => Promise.resolve("token") },
        checkMark: "mark",
        clock: { now: () => Date.now() },
        memory: () => ({ read: () => null, write: () => undefined }),
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
        onChange: () => void (changes += 1),
        outages: { engine: () => undefined },
      });
      const names = ["staging", "development", "production"];
      names.forEach((name) => engines.open(name));
      await expect.poll(() => changes).toBe(names.length);
      const notes = names.map((name) => engines.of(name, "node-red").notes?.());
      await engines.close("stop");
      rmSync(directory, { recursive: true, force: true });
      expect(notes).toEqual([
        ["not isolated: its flows run in one Node-RED with those of development, and can do there what those can"],
        ["not isolated: its flows run in one Node-RED with those of staging, and can do there what those can"],
        [],
      ]);
    },
  );
});
