import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tabId } from "../../../../src/adapters/engines/node-red/compile.ts";
import { connectRemoteNodeRed } from "../../../../src/adapters/engines/node-red/remote.ts";
import type { UnitRef } from "../../../../src/domain/names.ts";
import type { Engine } from "../../../../src/ports/engine.ts";
import { freePort } from "../../../support/free-port.ts";
import { countingFlow, helloFlow, node, unitOf } from "./flows.ts";
import { addressOf, counts, find, statuses, until } from "./instances.ts";

/** A Node-RED as its own program runs it: admin API at the root, HTTP nodes under /api, nothing of Pinion's in it. */
describe("a Node-RED that somebody else runs", () => {
  let directory: string;
  let child: ChildProcess;
  let engine: Engine;
  let url: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "pinion-remote-"));
  });
  afterEach(async () => {
    await ended(child);
    await rm(directory, { recursive: true, force: true, maxRetries: 20 });
  });

  async function start(): Promise<void> {
    const port = await freePort();
    const settings = {
      uiHost: "127.0.0.1",
      uiPort: port,
      httpNodeRoot: "/api",
      disableEditor: true,
      runtimeState: { enabled: true },
      telemetry: { enabled: false },
    };
    await writeFile(join(directory, "settings.js"), `module.exports = ${JSON.stringify(settings)};`);
    child = spawn(
      process.execPath,
      [resolve("node_modules/node-red/red.js"), "--userDir", directory, "--settings", join(directory, "settings.js")],
      { stdio: "ignore" },
    );
    url = `http://127.0.0.1:${port}`;
    engine = connectRemoteNodeRed({ url, publicUrl: `${url}/api`, token: null }).engine;
    await until(() =>
      engine.inventory().then(
        () => true,
        () => false,
      ),
    );
  }

  async function editByHand(tab: string): Promise<void> {
    const headers = { "content-type": "application/json", "Node-RED-API-Version": "v2", "Node-RED-Deployment-Type": "nodes" };
    const { flows } = (await (await fetch(`${url}/flows`, { headers })).json()) as { readonly flows: readonly Record<string, unknown>[] };
    const edited = flows.map((each) => (each["id"] === `${tab}.work` ? { ...each, func: "return [msg];" } : each));
    const answer = await fetch(`${url}/flows`, { method: "POST", headers, body: JSON.stringify({ flows: edited }) });
    expect(answer.status).toBe(200);
    await until(async () => (await engine.inventory()).installed.some(({ drift }) => drift !== null));
  }

  it("without the plugin runs versions side by side, sees edits, and refuses what could not be held back", async () => {
    await start();
    const [one, two] = [unitOf("greet", "1.0.0", helloFlow("return msg;")), unitOf("greet", "2.0.0", helloFlow("return msg;"))];
    expect(await engine.ensureInstalled([one, two])).toMatchObject([{ kind: "installed" }, { kind: "installed" }]);
    expect([await statuses(engine, one), await statuses(engine, two)]).toEqual([[200], [200]]);
    expect(await find(engine, one)).toMatchObject({ armed: null, drift: null, endpoints: [{ method: "GET", path: "/hello" }] });
    await engine.ensureArmed(new Map([["greet", one.digest]]));
    expect(await engine.ensureInstalled([unitOf("tick", "1.0.0", countingFlow())])).toMatchObject([
      { kind: "refused", detail: expect.stringMatching(/"tick".*plugin/) },
    ]);
    expect(await engine.ensureInstalled([unitOf("odd", "1.0.0", helloFlow("", { nodes: [node("x", "no such type")] }))])).toMatchObject([
      { code: "engine/unknown-node-type" },
    ]);
    await engine.ensureRemoved([one]);
    expect((await engine.inventory()).installed.map((each) => each.version)).toEqual(["2.0.0"]);
  });

  async function addPlugin(): Promise<string> {
    const plugin = join(directory, "node_modules/pinion-node-red-plugin");
    await mkdir(plugin, { recursive: true });
    await cp("src/adapters/engines/node-red/runtime", plugin, { recursive: true });
    return join(plugin, "pinion-plugin.cjs");
  }

  /** As it was before it told what has changed. */
  async function addEarlierPlugin(): Promise<void> {
    const file = await addPlugin();
    const text = await readFile(file, "utf8");
    const earlier = text.replace(/^ {2}serveChanges\(.*$/mu, "");
    expect(earlier).not.toBe(text);
    await writeFile(file, earlier);
  }

  it.each([
    ["today's plugin", addPlugin],
    ["a plugin of an earlier release", addEarlierPlugin],
  ])("with %s gives the same objects for what has not changed, and others after an edit, a deploy and a removal", async (_what, add) => {
    await add();
    await start();
    const [one, two] = [unitOf("greet", "1.0.0", helloFlow("return msg;")), unitOf("other", "1.0.0", helloFlow("return msg;"))];
    await until(async () => (await engine.ensureInstalled([one, two])).every(({ kind }) => kind === "installed"));
    const look = async () => {
      const inventory = await engine.inventory(new Set());
      return { inventory, of: (unit: UnitRef) => inventory.installed.find(({ digest }) => digest === unit.digest) };
    };
    const before = await look();
    expect((await look()).inventory).toBe(before.inventory);
    await editByHand(tabId(one));
    const edited = await look();
    expect(edited.of(one)).toMatchObject({ drift: 'node "work" changed' });
    expect(edited.of(two)).toBe(before.of(two));
    expect(await engine.readBack?.(one)).toMatchObject({ unit: { process: "greet" } });
    expect(await engine.ensureInstalled([one])).toMatchObject([{ kind: "installed" }]);
    expect((await look()).of(one)).toMatchObject({ drift: null });
    await engine.ensureRemoved([one]);
    const after = await look();
    expect([after.of(one), after.of(two) === before.of(two)]).toEqual([undefined, true]);
  });

  it("with the plugin in its folder counts and arms like an embedded one", async () => {
    await addPlugin();
    await start();
    const unit = unitOf("tick", "1.0.0", countingFlow());
    // On a busy machine it may not answer in time, and is asked again, as a controller does.
    await until(async () => (await engine.ensureInstalled([unit]))[0]?.kind === "installed");
    expect(await find(engine, unit)).toMatchObject({ armed: false });
    expect(await counts(engine, unit)).toEqual([0]);
    await engine.ensureArmed(new Map([["tick", unit.digest]]));
    await until(async () => ((await counts(engine, unit))[0] ?? 0) >= 2);
    expect(await find(engine, unit)).toMatchObject({ armed: true });
    expect(await addressOf(engine, unit)).toMatch(/\/api\/~tick-1-0-0-/);
  });
});

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}
