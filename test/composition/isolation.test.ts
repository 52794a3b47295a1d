import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseControllerConfig } from "../../src/adapters/manifest/controller-config.ts";
import { readInstallation } from "../../src/composition/installation.ts";
import { isolate, notIsolated } from "../../src/composition/isolation.ts";

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
    expect(notIsolated(parse("{ default: { kind: node-red } }"), false)).toMatch(/not isolated .* runs as root/);
    expect(notIsolated(parse("{ default: { kind: node-red } }"), true)).toMatch(/not isolated .* engines.ENVIRONMENT.user/);
  });

  it("is the user named, with a folder beside the state folder, where the controller may switch users", async () => {
    const { isolation, notes } = await isolate("production", embedded("20001"), "/state/engines", true);
    expect(isolation).toEqual({ runAs: { uid: 20_001, gid: 20_001 }, directory: "/state.engines/production" });
    expect(notes).toEqual([]);
    expect(notIsolated(parse("{ default: { kind: node-red, user: 20001 } }"), true)).toBeNull();
    expect(notIsolated(parse("{ default: { kind: node-red, user: 20001 } }"), false)).toContain("not isolated");
    expect(notIsolated(parse("{ default: { kind: node-red, mode: remote, url: 'http://x', token: { env: T } } }"), false)).toBeNull();
  });

  it("is told where several entries name the same user", () => {
    const twice = "{ default: { kind: node-red, user: 20001 }, production: { kind: node-red, user: 20001 } }";
    expect(notIsolated(parse(twice), true)).toMatch(/not isolated from each other .* 20001/);
    expect(notIsolated(parse(twice.replace("20001 } }", "20002 } }")), true)).toBeNull();
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
