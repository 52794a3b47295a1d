import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type EmbeddedNodeRed, startEmbeddedNodeRed } from "../../../../src/adapters/engines/node-red/embedded.ts";
import type { Engine } from "../../../../src/ports/engine.ts";
import type { DeploymentUnit } from "../../../../src/domain/desired/unit.ts";
import { engineContract } from "../../../contracts/engine.ts";
import { countingFlow, helloFlow, node, unitOf, wires } from "./flows.ts";
import { addressOf, adminText, counts, editByHand, find, grep, scheduledHello, silent, textAt, until } from "./instances.ts";

describe("embedded Node-RED", () => {
  let directory: string;
  let embedded: EmbeddedNodeRed;
  const start = (): Promise<EmbeddedNodeRed> =>
    startEmbeddedNodeRed({ environment: "test", directory, instances: 2, log: silent, drainMs: 5_000 });

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "pinion-node-red-"));
    vi.stubEnv("PINION_HOST_SECRET", "belongs to the controller");
    embedded = await start();
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await embedded?.stop();
    await rm(directory, { recursive: true, force: true });
  });
  const engine = (): Engine => embedded.engine;
  const clean = async (): Promise<void> => engine().ensureRemoved((await engine().inventory()).installed);

  engineContract("embedded Node-RED with two instances", async () => ({
    engine: {
      kind: "node-red",
      inventory: (counted) => engine().inventory(counted),
      ensureInstalled: (u, on) => engine().ensureInstalled(u, on),
      ensureRemoved: (u) => engine().ensureRemoved(u),
      ensureArmed: (a) => engine().ensureArmed(a),
    },
    instances: 2,
    unit: (process, version, digit) => ({ ...unitOf(process, version, scheduledHello()), digest: `sha256-${digit.repeat(64)}` }),
    badUnit: (process) => unitOf(process, "1.0.0", helloFlow("return msg;", { nodes: [node("odd", "no such type")] })),
    editByHand: async (unit) => editByHand(directory, unit),
    hello: async (address) => (await fetch(`${address}/hello`)).status,
    close: async () => undefined,
  }));

  describe("runs flows as their authors mean them:", () => {
    beforeEach(clean);

    it("two versions of one process answer side by side, and each says its own", async () => {
      const [one, two] = [
        unitOf("greet", "1.0.0", helloFlow('msg.payload = "one"; return msg;')),
        unitOf("greet", "2.0.0", helloFlow('msg.payload = "two"; return msg;')),
      ];
      await engine().ensureInstalled([one, two]);
      expect([await textAt(await addressOf(engine(), one), "/hello"), await textAt(await addressOf(engine(), two), "/hello")]).toEqual([
        "one",
        "two",
      ]);
    });

    it("a throw is answered 500 with the message and the node, and the flow's own catch is left to answer its way", async () => {
      const bare = unitOf("bare", "1.0.0", helloFlow('throw new Error("no stock");'));
      const caught = unitOf(
        "caught",
        "1.0.0",
        helloFlow('throw new Error("no stock");', {
          nodes: [
            node("oops", "catch", { scope: null }),
            node("say", "change", { rules: [{ t: "set", p: "statusCode", pt: "msg", to: "409", tot: "num" }] }),
          ],
          connections: wires("oops > say > out"),
        }),
      );
      await engine().ensureInstalled([bare, caught]);
      const response = await fetch(`${await addressOf(engine(), bare)}/hello`);
      expect([response.status, await response.json()]).toEqual([500, { error: "Error: no stock", node: "work" }]);
      expect(response.headers.get("content-type")).toMatch(/json/);
      expect((await fetch(`${await addressOf(engine(), caught)}/hello`)).status).toBe(409);
    });

    it("variables arrive with their types, secrets too, and no secret can be read back", async () => {
      const func =
        'msg.payload = { t: env.get("T"), n: env.get("N"), b: env.get("B"), j: env.get("J"), s: env.get("S"), path: env.get("PINION_HOST_SECRET") ?? null }; return msg;';
      const unit = unitOf("vars", "1.0.0", helloFlow(func), {
        variables: { T: "text", N: 4.5, B: false, J: { a: [1, null] } },
        secrets: { S: "hunter2-secret" },
      });
      expect(await engine().ensureInstalled([unit])).toMatchObject([{ kind: "installed" }]);
      expect(JSON.parse(await textAt(await addressOf(engine(), unit), "/hello"))).toEqual({
        t: "text",
        n: 4.5,
        b: false,
        j: { a: [1, null] },
        s: "hunter2-secret",
        path: null,
      });
      expect(await adminText(directory, "/flows")).not.toContain("hunter2-secret");
      expect(await grep(directory, "hunter2-secret")).toEqual([]);
      expect((await engine().inventory()).installed[0]?.drift).toBeNull();
    });

    it("subflows of two versions do not see each other", async () => {
      const withSubflow = (text: string): DeploymentUnit =>
        unitOf("sub", text === "old" ? "1.0.0" : "2.0.0", {
          nodes: [
            {
              id: "greet",
              type: "subflow",
              title: "greet",
              config: { in: [{ x: 50, y: 30, wires: [{ id: "inner" }] }], out: [{ x: 300, y: 30, wires: [{ id: "inner", port: 0 }] }] },
            },
            node("inner", "function", { z: "greet", func: `msg.payload = "${text}"; return msg;` }),
            node("in", "http in", { method: "get", url: "/hello" }),
            node("use", "subflow:greet"),
            node("out", "http response"),
          ],
          connections: wires("in > use > out"),
          config: {},
        });
      const [old, young] = [withSubflow("old"), withSubflow("young")];
      expect(await engine().ensureInstalled([old, young])).toMatchObject([{ kind: "installed" }, { kind: "installed" }]);
      expect([await textAt(await addressOf(engine(), old), "/hello"), await textAt(await addressOf(engine(), young), "/hello")]).toEqual([
        "old",
        "young",
      ]);
    });

    it("links and link calls stay within their version", async () => {
      const linked = (text: string): DeploymentUnit =>
        unitOf("link", `${text.length}.0.0`, {
          nodes: [
            node("in", "http in", { method: "get", url: "/hello" }),
            node("call", "link call", { links: ["entry"], linkType: "static", timeout: "5" }),
            node("out", "http response"),
            node("entry", "link in", { links: [] }),
            node("set", "change", { rules: [{ t: "set", p: "payload", pt: "msg", to: text, tot: "str" }] }),
            node("back", "link out", { mode: "return", links: [] }),
          ],
          connections: wires("in > call > out", "entry > set > back"),
          config: {},
        });
      const [a, b] = [linked("a"), linked("bb")];
      await engine().ensureInstalled([a, b]);
      expect([await textAt(await addressOf(engine(), a), "/hello"), await textAt(await addressOf(engine(), b), "/hello")]).toEqual([
        "a",
        "bb",
      ]);
    });

    it("a schedule fires in the armed version only, on one instance, and moves with the arming", async () => {
      const [one, two] = [unitOf("tick", "1.0.0", countingFlow()), unitOf("tick", "2.0.0", countingFlow())];
      await engine().ensureInstalled([one, two]);
      await engine().ensureArmed(new Map([["tick", one.digest]]));
      await until(async () => (await counts(engine(), one)).some((n) => n >= 3));
      expect(await counts(engine(), two)).toEqual([0, 0]);
      expect((await counts(engine(), one)).filter((n) => n > 0)).toHaveLength(1);
      await engine().ensureArmed(new Map([["tick", two.digest]]));
      const frozen = await counts(engine(), one);
      await until(async () => (await counts(engine(), two)).some((n) => n >= 3));
      expect(await counts(engine(), one)).toEqual(frozen);
    });

    it("what a flow does once at its start waits until it is armed, and then happens once", async () => {
      const definition = countingFlow();
      const once = {
        ...definition,
        nodes: definition.nodes.map((each) =>
          each.id === "tick" ? node("tick", "inject", { once: true, onceDelay: "0.01", props: [] }) : each,
        ),
      };
      const unit = unitOf("once", "1.0.0", once);
      const control = unitOf("control", "1.0.0", countingFlow());
      await engine().ensureInstalled([unit, control]);
      await engine().ensureArmed(new Map([["control", control.digest]]));
      await until(async () => (await counts(engine(), control)).some((n) => n >= 2));
      expect(await counts(engine(), unit)).toEqual([0, 0]);
      await engine().ensureArmed(new Map([["once", unit.digest]]));
      await until(async () => (await counts(engine(), unit)).includes(1));
    });

    it("requests and messages that are being worked on are counted until they are done", async () => {
      const slow = unitOf("slow", "1.0.0", {
        nodes: [
          node("in", "http in", { method: "get", url: "/hello" }),
          node("wait", "delay", { pauseType: "delay", timeout: "5", timeoutUnits: "seconds" }),
          node("out", "http response"),
        ],
        connections: wires("in > wait > out"),
        config: {},
      });
      await engine().ensureInstalled([slow]);
      const address = await addressOf(engine(), slow);
      const answer = fetch(`${address}/hello`);
      await until(async () => (await find(engine(), slow))?.placements[0]?.inFlight === 1);
      expect((await answer).status).toBe(200);
      await until(async () => (await find(engine(), slow))?.placements[0]?.inFlight === 0);
    });

    it("messages without a request are counted too, while a node holds them", async () => {
      const waiting = unitOf("waiting", "1.0.0", {
        nodes: [
          node("go", "inject", { once: true, onceDelay: 0.01, props: [] }),
          node("wait", "delay", { pauseType: "delay", timeout: "5", timeoutUnits: "seconds" }),
          node("end", "debug", { active: false }),
        ],
        connections: wires("go > wait > end"),
        config: {},
      });
      const inFlight = async (): Promise<number> =>
        ((await find(engine(), waiting))?.placements ?? []).reduce((sum, each) => sum + (each.inFlight ?? 0), 0);
      await engine().ensureInstalled([waiting]);
      await engine().ensureArmed(new Map([["waiting", waiting.digest]]));
      await until(async () => (await inFlight()) === 1);
      await until(async () => (await inFlight()) === 0);
    });

    it("installing a second version disturbs no request of the first", async () => {
      const one = unitOf("steady", "1.0.0", helloFlow("return msg;"));
      await engine().ensureInstalled([one]);
      const address = await addressOf(engine(), one);
      const statuses = new Set<number>();
      let done = false;
      const load = (async () => {
        while (!done) statuses.add((await fetch(`${address}/hello`)).status);
      })();
      const others = ["2.0.0", "3.0.0", "4.0.0"].map((version) => unitOf("steady", version, helloFlow("return msg;")));
      for (const other of others) await engine().ensureInstalled([other]);
      await engine().ensureRemoved(others);
      done = true;
      await load;
      expect([...statuses]).toEqual([200]);
    });

    it("200 units are one call", async () => {
      const units = Array.from({ length: 200 }, (_, index) => unitOf(`process-${index}`, "1.0.0", helloFlow("return msg;")));
      const results = await engine().ensureInstalled(units);
      expect(results.filter((result) => result.kind === "installed")).toHaveLength(200);
      expect((await engine().inventory()).installed.filter((each) => each.placements.length === 2)).toHaveLength(200);
      expect((await fetch(`${await addressOf(engine(), units[199] ?? unitOf("none", "1.0.0", helloFlow("")))}/hello`)).status).toBe(200);
    });
  });

  describe("names what it refuses:", () => {
    beforeEach(clean);

    it.each([
      [
        "an unknown node type",
        helloFlow("return msg;", { nodes: [node("odd", "no such type")] }),
        "engine/unknown-node-type",
        /"no such type"/,
      ],
      ["a syntax error in a function", helloFlow("return msg {;"), "engine/refused", /syntax error/],
      ["a node that cannot start", helloFlow("return msg;", { nodes: [node("bad", "subflow:nowhere")] }), "engine/refused", /nowhere/],
    ])("%s", async (_what, definition, code, detail) => {
      expect(await engine().ensureInstalled([unitOf("bad", "1.0.0", definition)])).toMatchObject([
        { kind: "refused", code, detail: expect.stringMatching(detail) },
      ]);
      expect((await engine().inventory()).installed).toEqual([]);
    });
  });
});
