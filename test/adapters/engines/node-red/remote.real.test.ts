import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectRemoteNodeRed } from "../../../../src/adapters/engines/node-red/remote.ts";
import type { Engine } from "../../../../src/ports/engine.ts";
import { freePort } from "../../../support/free-port.ts";
import { countingFlow, helloFlow, node, unitOf } from "./flows.ts";
import { addressOf, counts, find, statuses, until } from "./instances.ts";

/** A Node-RED as its own program runs it: admin API at the root, HTTP nodes under /api, nothing of Pinion's in it. */
describe("a Node-RED that somebody else runs", () => {
  let directory: string;
  let child: ChildProcess;
  let engine: Engine;

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
    engine = connectRemoteNodeRed({ url: `http://127.0.0.1:${port}`, publicUrl: `http://127.0.0.1:${port}/api`, token: null }).engine;
    await until(() =>
      engine.inventory().then(
        () => true,
        () => false,
      ),
    );
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

  it("with the plugin in its folder counts and arms like an embedded one", async () => {
    const plugin = join(directory, "node_modules/pinion-node-red-plugin");
    await mkdir(plugin, { recursive: true });
    await cp("src/adapters/engines/node-red/runtime", plugin, { recursive: true });
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
