import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type EmbeddedNodeRed, startEmbeddedNodeRed } from "../../../../src/adapters/engines/node-red/embedded.ts";
import type { InstanceChange } from "../../../../src/adapters/engines/node-red/supervisor.ts";
import type { Engine, InstallResult } from "../../../../src/ports/engine.ts";
import { connectRemoteNodeRed } from "../../../../src/adapters/engines/node-red/remote.ts";
import { tabId } from "../../../../src/adapters/engines/node-red/compile.ts";
import { identify, isAlive } from "../../../../src/adapters/engines/node-red/os-process.ts";
import { countingFlow, helloFlow, kill, killerLibs, node, unitOf, wires } from "./flows.ts";
import { addressOf, adminText, editFlows, find, grep, pids, record, silent, statuses, until } from "./instances.ts";

describe("embedded Node-RED", () => {
  let directory: string;
  let embedded: EmbeddedNodeRed;
  const start = (): Promise<EmbeddedNodeRed> =>
    startEmbeddedNodeRed({ environment: "test", directory, instances: 2, log: silent, drainMs: 5_000 });

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "pinion-node-red-"));
    embedded = await start();
  });
  afterAll(async () => {
    await embedded?.stop();
    await rm(directory, { recursive: true, force: true });
  });
  const engine = (): Engine => embedded.engine;
  const clean = async (): Promise<void> => engine().ensureRemoved((await engine().inventory()).installed);
  /** What the first instance is told to be from now on: a state may be over before anybody can ask for it. */
  const toldOfFirst = (): readonly InstanceChange[] => {
    const told: InstanceChange[] = [];
    embedded.onChange((change) => void (change.id === "node-red-1" && told.push(change)));
    return told;
  };

  describe("leaves and finds things as they are:", () => {
    beforeEach(clean);

    it("names each edit by hand, and heals a removed node", async () => {
      const unit = unitOf("edited", "1.0.0", helloFlow("return msg;"));
      await engine().ensureInstalled([unit]);
      await editFlows(directory, (nodes) =>
        nodes
          .filter((each) => each["id"] !== `${tabId(unit)}.out`)
          .map((each) => (each["id"] === `${tabId(unit)}.work` ? { ...each, func: "return null;" } : each)),
      );
      expect((await find(engine(), unit))?.drift).toBe('node "work" changed, node "out" removed (on node-red-1)');
      await engine().ensureInstalled([unit]);
      expect((await find(engine(), unit))?.drift).toBeNull();
      expect(await statuses(engine(), unit)).toEqual([200, 200]);
    });

    it("leaves tabs alone that are not its own", async () => {
      await editFlows(directory, (nodes) => [
        ...nodes,
        { id: "foreign", type: "tab", label: "mine" },
        { id: "foreign-1", type: "comment", z: "foreign", name: "keep", x: 1, y: 1, wires: [] },
      ]);
      const unit = unitOf("guest", "1.0.0", helloFlow("return msg;"));
      await engine().ensureInstalled([unit]);
      await engine().ensureRemoved([unit]);
      expect(await adminText(directory, "/flows")).toContain("foreign-1");
      expect((await engine().inventory()).installed).toEqual([]);
      await editFlows(directory, (nodes) => nodes.filter((each) => !String(each["id"]).startsWith("foreign")));
    });

    it("restarts a killed instance with its flows, disarmed since another may fire by now, and says so meanwhile", async () => {
      const unit = unitOf("tick", "1.0.0", countingFlow());
      await engine().ensureInstalled([unit]);
      await engine().ensureArmed(new Map([["tick", unit.digest]]));
      const told = toldOfFirst();
      const before = await pids(directory);
      process.kill(before[0] ?? 0, "SIGKILL");
      await until(async () => told.at(-1)?.state === "ready");
      expect(told.map(({ state }) => state)).toEqual(["down", "starting", "ready"]);
      const after = await pids(directory);
      expect([after[0] === before[0], after[1] === before[1]]).toEqual([false, true]);
      expect(await find(engine(), unit)).toMatchObject({ drift: null, armed: false, placements: [{ ready: true }, { ready: true }] });
    });

    it.each([
      ["is stopped", (pid: number) => process.kill(pid, "SIGSTOP")],
      ["loops for ever", (_pid: number, address: string) => void fetch(`${address}/hello`).catch(() => undefined)],
    ])("ends an instance that %s, tells why, and starts it again with its flows", async (_how, hang) => {
      const unit = unitOf("hung", "1.0.0", helloFlow("for (;;);"));
      await engine().ensureInstalled([unit]);
      // A start counts as survived a moment later; one that was not goes back to the flows before.
      await until(async () => (await readFile(join(directory, "node-red-1/data/starts.json"), "utf8")) === "0");
      const before = await pids(directory);
      const told = toldOfFirst();
      hang(before[0] ?? 0, await addressOf(engine(), unit));
      await until(async () => told.at(-1)?.state === "ready");
      expect(told[0]).toMatchObject({
        state: "down",
        why: expect.stringMatching(/^it hung: it answered none of several questions, and was ended/),
      });
      expect(await isAlive({ pid: before[0] ?? 0, startTime: null })).toBe(false);
      expect((await pids(directory))[1]).toBe(before[1]);
      expect((await find(engine(), unit))?.placements.map((each) => each.ready)).toEqual([true, true]);
    });

    it("goes on without its controller, and the next one finds the same processes", async () => {
      const unit = unitOf("kept", "1.0.0", helloFlow("return msg;"));
      await engine().ensureInstalled([unit]);
      const address = await addressOf(engine(), unit);
      const before = await pids(directory);
      await embedded.detach();
      expect((await fetch(`${address}/hello`)).status).toBe(200);
      embedded = await start();
      expect(await pids(directory)).toEqual(before);
      expect(embedded.instances().map(({ id, state }) => `${id} ${state}`)).toEqual(["node-red-1 ready", "node-red-2 ready"]);
      expect((await find(engine(), unit))?.placements.map((each) => each.ready)).toEqual([true, true]);
    });

    it("survives a flow that kills its process at the start: it is refused, and the others live", async () => {
      const good = unitOf("good", "1.0.0", helloFlow("return msg;"));
      await engine().ensureInstalled([good]);
      const bomb = unitOf(
        "bomb",
        "1.0.0",
        helloFlow("return msg;", {
          nodes: [node("fuse", "function", { func: "return msg;", initialize: kill, libs: killerLibs })],
        }),
      );
      let results: readonly InstallResult[] = [];
      // As the controller does it: asked again while nobody answers, which after a death may take a moment.
      await until(
        async () =>
          (results = await engine()
            .ensureInstalled([bomb])
            .catch(() => [])).length > 0,
      );
      expect(results).toMatchObject([{ kind: "refused", code: "engine/refused", detail: "the instance died when it started this" }]);
      await until(async () => {
        const installed = await engine()
          .ensureInstalled([good])
          .catch(() => null);
        return installed !== null && (await statuses(engine(), good).catch(() => [])).join() === "200,200";
      });
      expect(await find(engine(), bomb)).toBeUndefined();
    });

    it("keeps its secrets to their owner", async () => {
      for (const file of ["node-red-1", "node-red-1/instance.json", "node-red-1/data"])
        expect((await stat(join(directory, file))).mode & 0o077).toBe(0);
      const { token } = await record(directory, "node-red-1");
      expect(await grep(join(directory, "node-red-1/data"), token)).toEqual([]);
      for (const file of ["cmdline", "environ"])
        expect(await readFile(`/proc/${(await pids(directory))[0]}/${file}`, "utf8")).not.toContain(token);
    });
  });

  it("reached as a remote one by URL and token, does the same", async () => {
    await clean();
    const { port, token } = await record(directory, "node-red-2");
    const remote = connectRemoteNodeRed({ url: `http://127.0.0.1:${port}/__admin`, publicUrl: `http://127.0.0.1:${port}/`, token }).engine;
    const unit = unitOf("far", "1.0.0", helloFlow("return msg;"));
    expect(await remote.ensureInstalled([unit])).toMatchObject([{ kind: "installed" }]);
    expect(await statuses(remote, unit)).toEqual([200]);
    await remote.ensureRemoved([unit]);
    const wrong = connectRemoteNodeRed({ url: `http://127.0.0.1:${port}/__admin`, token: "wrong" }).engine;
    await expect(wrong.inventory()).rejects.toMatchObject({ code: "engine/unreachable", message: expect.stringMatching(/401/) });
  });
});

describe("embedded Node-RED that is told to end", () => {
  it("is found by a controller that knows how processes of it ended under the one before", async () => {
    const directory = await mkdtemp(join(tmpdir(), "pinion-node-red-deaths-"));
    const kept = new Map<string, string>();
    const memory = (id: string) => ({ read: () => kept.get(id) ?? null, write: (text: string) => void kept.set(id, text) });
    const begin = () => startEmbeddedNodeRed({ environment: "test", directory, instances: 1, log: silent, drainMs: 1_000, memory });
    let embedded = await begin();
    try {
      const unit = unitOf("new", "1.0.0", helloFlow("return msg;"));
      await embedded.engine.ensureInstalled([unit]);
      const pid = (await record(directory, "node-red-1")).process?.pid;
      if (pid === undefined) throw new Error("its process is unknown");
      process.kill(pid, "SIGKILL");
      await until(async () => (embedded.engine.deaths?.() ?? []).length === 1);
      await embedded.detach();
      embedded = await begin();
      expect(embedded.engine.deaths?.()).toMatchObject([{ instance: "node-red-1", suspects: [{ process: "new", digest: unit.digest }] }]);
    } finally {
      await embedded.stop();
      await rm(directory, { recursive: true, force: true });
    }
  });

  it("finishes what is in flight, ends instances that are no longer wanted, and leaves nothing running", async () => {
    const directory = await mkdtemp(join(tmpdir(), "pinion-node-red-end-"));
    const options = { environment: "test", directory, log: silent, drainMs: 60_000 };
    const two = await startEmbeddedNodeRed({ ...options, instances: 2 });
    const both = await Promise.all((await pids(directory)).map(identify));
    await two.detach();
    const one = await startEmbeddedNodeRed({ ...options, instances: 1 });
    try {
      expect(await Promise.all(both.map(isAlive))).toEqual([true, false]);
      const delay = node("wait", "delay", { pauseType: "delay", timeout: "1", timeoutUnits: "seconds" });
      const nodes = [node("in", "http in", { method: "get", url: "/hello" }), delay, node("out", "http response")];
      const slow = unitOf("slow", "1.0.0", { nodes, connections: wires("in > wait > out"), config: {} });
      await one.engine.ensureInstalled([slow]);
      const address = await addressOf(one.engine, slow);
      const statuses: Promise<number>[] = [];
      // Asked once more each time: an answer about what is in flight may take longer than what is.
      await until(async () => {
        statuses.push(fetch(`${address}/hello`).then(({ status }) => status));
        return ((await find(one.engine, slow))?.placements[0]?.inFlight ?? 0) > 0;
      });
      await one.stop();
      expect(new Set(await Promise.all(statuses))).toEqual(new Set([200]));
      expect(await Promise.all(both.map(isAlive))).toEqual([false, false]);
    } finally {
      await one.stop();
      await rm(directory, { recursive: true, force: true });
    }
  });
});
