import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type EmbeddedNodeRed, startEmbeddedNodeRed } from "../../../../src/adapters/engines/node-red/embedded.ts";
import type { Definition } from "../../../../src/domain/desired/definition.ts";
import type { DeploymentUnit, Placement, WorkCount } from "../../../../src/domain/desired/unit.ts";
import { helloFlow, node, unitOf, wires } from "./flows.ts";
import { addressOf, find, record, silent, until } from "./instances.ts";

const checkMark = "mark";

describe("embedded Node-RED counts work that ended, and errors in it:", () => {
  let directory: string;
  let embedded: EmbeddedNodeRed;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "pinion-node-red-"));
    embedded = await startEmbeddedNodeRed({ environment: "test", directory, instances: 1, checkMark, log: silent, drainMs: 2_000 });
  });
  afterAll(async () => {
    await embedded?.stop();
    await rm(directory, { recursive: true, force: true });
  });
  beforeEach(async () => embedded.engine.ensureRemoved((await embedded.engine.inventory()).installed));

  async function install(definition: Definition): Promise<DeploymentUnit> {
    const unit = unitOf("worker", "1.0.0", definition);
    expect(await embedded.engine.ensureInstalled([unit])).toMatchObject([{ kind: "installed" }]);
    return unit;
  }
  const placementOf = async (unit: DeploymentUnit): Promise<Placement | undefined> => (await find(embedded.engine, unit))?.placements[0];
  const countsOf = async (unit: DeploymentUnit): Promise<WorkCount | null> => (await placementOf(unit))?.counts ?? null;
  const inFlight = async (unit: DeploymentUnit): Promise<number> => (await placementOf(unit))?.inFlight ?? -1;
  /** Longer than a busy machine needs for an answer about what is held meanwhile. */
  const wait = node("wait", "delay", { pauseType: "delay", timeout: "5", timeoutUnits: "seconds" });

  /** Five messages begin by themselves, and no more after that. */
  async function fireFive(nodes: Definition["nodes"], ...chains: readonly string[]): Promise<DeploymentUnit> {
    const start = node("start", "inject", { once: true, onceDelay: 0.01, props: [] });
    const ticks = [1, 2, 3, 4, 5].map((n) => ({ ...start, id: `start${n}` }));
    const unit = await install({
      nodes: [...ticks, ...nodes],
      connections: wires(...ticks.map(({ id }) => `${id} > first`), ...chains),
      config: {},
    });
    await embedded.engine.ensureArmed(new Map([["worker", unit.digest]]));
    return unit;
  }
  const first = (func: string) => node("first", "function", { func, outputs: 1 });
  const last = node("last", "debug", { active: false });

  it("a message that a schedule began, once it has gone through all nodes, whatever they are", async () => {
    const unit = await fireFive([first("return [[msg, { fresh: true }]];"), wait, last], "first > wait > last");
    let held: Placement | undefined;
    await until(async () => (held = await placementOf(unit))?.inFlight === 5);
    expect(held?.counts).toEqual({ finished: 0, errors: 0 });
    await until(async () => (await countsOf(unit))?.finished === 5);
    expect([await inFlight(unit), (await countsOf(unit))?.errors]).toEqual([0, 0]);
  });

  it.each([
    ["thrown", 'throw new Error("no");'],
    ["reported with the message", 'node.error("no", msg); return msg;'],
    ["reported twice", 'node.error("no", msg); node.error("again", msg); return msg;'],
    ["reported without the message", 'node.error("no"); return msg;'],
    ["thrown later", 'setTimeout(() => { node.error("no", msg); node.done(); }, 50);'],
  ])("a message whose node fails counts as one error: %s", async (_how, func) => {
    const unit = await fireFive([first(func), last], "first > last");
    await until(async () => (await countsOf(unit))?.finished === 5);
    await until(async () => (await countsOf(unit))?.errors === 5);
    expect(await inFlight(unit)).toBe(0);
    expect(await countsOf(unit)).toEqual({ finished: 5, errors: 5 });
  });

  it.each([
    ["an async function that nobody awaits", '(async () => { throw new Error("no"); })();', []],
    ["a timer of a module", 'timers.setTimeout(() => { throw new Error("no"); }, 1);', [{ var: "timers", module: "timers" }]],
    ["a callback of a module", 'fs.stat("/", () => { throw new Error("no"); });', [{ var: "fs", module: "fs" }]],
    ["the start of its node", "return msg;", [], 'Promise.reject(new Error("no"));'],
  ])(
    "what is thrown where nobody waits for it is an error of its process, and ends no other: %s",
    async (_where, func, libs, initialize = "") => {
      const { process: before } = await record(directory, "node-red-1");
      const fuse = node("fuse", "function", { func: "return msg;", initialize });
      const unit = await install(helloFlow(`${func} return msg;`, { libs, nodes: [fuse] }));
      expect((await fetch(`${await addressOf(embedded.engine, unit)}/hello`)).status).toBe(200);
      await until(async () => (await countsOf(unit))?.errors === 1);
      expect((await record(directory, "node-red-1")).process).toEqual(before);
      expect(await readFile(join(directory, "node-red-1/node-red.log"), "utf8")).toContain("no (thrown where nothing waited for it");
    },
  );

  it("what is thrown without a word, and without saying where, ends nobody", async () => {
    const { process: before } = await record(directory, "node-red-1");
    const unit = await install(helloFlow('Promise.reject(); Promise.reject({ get stack() { throw new Error("no"); } }); return msg;'));
    for (let round = 0; round < 3; round += 1) expect((await fetch(`${await addressOf(embedded.engine, unit)}/hello`)).status).toBe(200);
    expect((await record(directory, "node-red-1")).process).toEqual(before);
  });

  it("an error further down the flow, and one that the flow catches itself", async () => {
    const fails = node("fails", "function", { func: 'if (msg.payload.length === 3) throw new Error("three"); return msg;', outputs: 1 });
    const split = node("split", "split", { splt: "\\n", spltType: "str", arraySplt: 1, arraySpltType: "len" });
    const nodes = [
      first('msg.payload = ["a", "bbb"]; return msg;'),
      split,
      fails,
      last,
      node("oops", "catch", { scope: null }),
      node("logs", "debug", { active: false }),
    ];
    const unit = await fireFive(nodes, "first > split > fails > last", "oops > logs");
    await until(async () => (await countsOf(unit))?.finished === 5);
    await until(async () => (await inFlight(unit)) === 0);
    expect(await countsOf(unit)).toEqual({ finished: 5, errors: 5 });
  });

  it("requests by their answers: 5xx and throws are errors, 4xx are not", async () => {
    const unit = await install(
      helloFlow('if (msg.req.query.status === "throw") throw new Error("no"); msg.statusCode = Number(msg.req.query.status); return msg;'),
    );
    const address = await addressOf(embedded.engine, unit);
    const statuses: number[] = [];
    for (const status of ["200", "404", "503", "throw", "200"]) statuses.push((await fetch(`${address}/hello?status=${status}`)).status);
    expect(statuses).toEqual([200, 404, 503, 500, 200]);
    await until(async () => (await countsOf(unit))?.finished === 5);
    expect(await countsOf(unit)).toEqual({ finished: 5, errors: 2 });
    expect(await inFlight(unit)).toBe(0);
  });

  it("no check of Pinion's own, whatever comes of it, and not what its mark is guessed to be", async () => {
    const late = 'setTimeout(() => { node.error("late", msg); node.send({ fresh: true }); }, 50);';
    const unit = await install({
      nodes: [
        node("in", "http in", { method: "get", url: "/hello" }),
        node("first", "function", {
          func: `if (msg.req.query.late) { ${late} } return [msg, msg, { seen: JSON.stringify(msg.req.rawHeaders) }];`,
          outputs: 3,
        }),
        node("out", "template", { template: "{{req.headers.x-pinion-engine-check}}" }),
        node("answer", "http response"),
        node("fails", "function", { func: 'node.error("no", msg); node.error("again"); throw new Error("and again");' }),
        last,
      ],
      connections: [
        ...wires("in > first > out > answer"),
        { from: { node: "first", port: 1 }, to: { node: "fails", port: 0 } },
        { from: { node: "first", port: 2 }, to: { node: "last", port: 0 } },
      ],
      config: {},
    });
    const address = await addressOf(embedded.engine, unit);
    const ask = async (path: string, mark: string) =>
      (await fetch(`${address}${path}`, { headers: { "x-pinion-engine-check": mark } })).text();
    expect([await ask("/hello", checkMark), await ask("/hello?late=1", checkMark)]).toEqual(["", ""]);
    expect(await ask("/hello", "guessed")).toBe("");
    await until(async () => (await countsOf(unit))?.finished === 1);
    await until(async () => (await inFlight(unit)) === 0);
    expect(await countsOf(unit)).toEqual({ finished: 1, errors: 1 });
  });

  it("a request whose caller went away has ended, which is nobody's error", async () => {
    const unit = await install(helloFlow("setTimeout(() => node.send(msg), 60000);"));
    const caller = new AbortController();
    const answer = fetch(`${await addressOf(embedded.engine, unit)}/hello`, { signal: caller.signal });
    await until(async () => (await inFlight(unit)) === 1);
    caller.abort();
    await expect(answer).rejects.toThrow(/abort/);
    await until(async () => (await countsOf(unit))?.finished === 1);
    expect([await inFlight(unit), (await countsOf(unit))?.errors]).toEqual([0, 0]);
  });

  it("what runs on after a request was answered is still in flight", async () => {
    const unit = await install({
      nodes: [
        node("in", "http in", { method: "get", url: "/hello" }),
        node("ack", "function", { func: "return [msg, { background: true }];", outputs: 2 }),
        node("out", "http response"),
        wait,
        last,
      ],
      connections: [...wires("in > ack > out", "wait > last"), { from: { node: "ack", port: 1 }, to: { node: "wait", port: 0 } }],
      config: {},
    });
    expect((await fetch(`${await addressOf(embedded.engine, unit)}/hello`)).status).toBe(200);
    expect(await inFlight(unit)).toBe(1);
    await until(async () => (await inFlight(unit)) === 0);
    expect(await countsOf(unit)).toEqual({ finished: 1, errors: 0 });
  });

  it("from 0 again when it is installed anew", async () => {
    const unit = await install(helloFlow("return msg;"));
    await fetch(`${await addressOf(embedded.engine, unit)}/hello`);
    await until(async () => (await countsOf(unit))?.finished === 1);
    await embedded.engine.ensureRemoved([unit]);
    await embedded.engine.ensureInstalled([unit]);
    expect(await countsOf(unit)).toEqual({ finished: 0, errors: 0 });
  });
});
