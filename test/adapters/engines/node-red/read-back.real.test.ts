/** What a person changes in a running Node-RED is read back, and told as that person would tell it. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { compileUnit, tabId } from "../../../../src/adapters/engines/node-red/compile.ts";
import { type EmbeddedNodeRed, startEmbeddedNodeRed } from "../../../../src/adapters/engines/node-red/embedded.ts";
import { readBack } from "../../../../src/adapters/engines/node-red/read-back.ts";
import { connectRemoteNodeRed } from "../../../../src/adapters/engines/node-red/remote.ts";
import { installedTabs, summarize } from "../../../../src/adapters/engines/node-red/tabs.ts";
import { recordChanges } from "../../../../src/domain/changes/recorded.ts";
import type { Definition } from "../../../../src/domain/desired/definition.ts";
import type { UnitRef } from "../../../../src/domain/names.ts";
import type { ReadBack } from "../../../../src/ports/engine.ts";
import { asStored, node, unitOf, wires } from "./flows.ts";
import { editFlows, find, record, silent } from "./instances.ts";

const secret = "c4tch-me-if-you-can";

/** With everything that Pinion rewrites: paths, ids of subflows and configuration nodes, links, variables and secrets. */
const shop: Definition = {
  nodes: [
    { ...node("in", "http in", { method: "post", url: "/orders" }), title: "Take the order" },
    { ...node("price", "function", { func: "msg.total = 1;\nreturn msg;\n", outputs: 1 }), title: "Price the lines" },
    { ...node("use", "subflow:discount", { env: [{ name: "RATE", type: "num", value: "2" }] }), title: "Halve it" },
    { ...node("out", "http response"), title: "Answer" },
    { ...node("log", "debug", { active: false }), title: "Log" },
    { ...node("jump", "link out", { mode: "link", links: ["land"] }), title: "To the back" },
    { ...node("land", "link in", { links: ["jump"] }), title: "From the front" },
    { ...node("stock", "http request", { method: "GET", url: "http://127.0.0.1:1/", proxy: "safe" }), title: "Ask the stock" },
    { id: "safe", type: "http proxy", title: "Way out", config: { url: "http://127.0.0.1:1", noproxy: [] } },
    {
      id: "discount",
      type: "subflow",
      title: "Discount",
      config: { in: [{ x: 1, y: 1, wires: [{ id: "halve" }] }], out: [{ x: 2, y: 1, wires: [{ id: "halve", port: 0 }] }] },
    },
    {
      ...node("halve", "change", { z: "discount", rules: [{ t: "set", p: "payload", pt: "msg", to: "1", tot: "num" }] }),
      title: "Set the rate",
    },
  ],
  connections: wires("in > price > use > out", "price > log", "in > jump", "land > stock"),
  config: { info: "Takes orders." },
};

const unit = unitOf("orders", "1.0.0", shop, { variables: { REGION: "eu" }, secrets: { STOCK_KEY: secret } });
const tab = tabId(unit);

type Nodes = readonly Record<string, unknown>[];
const changed =
  (id: string, change: Record<string, unknown>) =>
  (nodes: Nodes): Nodes =>
    nodes.map((each) => (each["id"] === id ? { ...each, ...change } : each));

/** Each edit as Node-RED's admin API takes it, and what a person says of it. */
const edits: readonly (readonly [string, (nodes: Nodes) => Nodes, readonly string[]])[] = [
  [
    "a changed function",
    changed(`${tab}.price`, { func: "msg.total = 2;\nreturn msg;\n" }),
    ['function "Price the lines" changed: config.func'],
  ],
  [
    "a removed node",
    (nodes) =>
      nodes
        .filter((each) => each["id"] !== `${tab}.log`)
        .map((each) => (each["id"] === `${tab}.price` ? { ...each, wires: [[`${tab}.use`]] } : each)),
    ['debug "Log" was removed'],
  ],
  [
    "an added node",
    (nodes) => [
      ...changed(`${tab}.price`, { wires: [[`${tab}.use`, `${tab}.log`, "f00dcafe12345678"]] })(nodes),
      { id: "f00dcafe12345678", type: "debug", z: tab, name: "Look here", active: false, x: 300, y: 200, wires: [] },
    ],
    ['debug "Look here" was added after function "Price the lines"'],
  ],
  [
    "a moved wire",
    changed(`${tab}.price`, { wires: [[`${tab}.out`, `${tab}.log`]] }),
    ['the wire from function "Price the lines" goes to http response "Answer" now, no longer to subflow "Halve it"'],
  ],
  [
    "a changed path",
    changed(`${tab}.in`, { url: `/~${tab}/v2/orders` }),
    ['http in "Take the order" changed: config.url "/orders" → "/v2/orders"'],
  ],
  ["a disabled node", changed(`${tab}.log`, { d: true }), ['debug "Log" was disabled']],
  ["a node moved on the canvas", changed(`${tab}.log`, { x: 700, y: 20 }), ['debug "Log" was moved on the canvas']],
  [
    "a node within a subflow",
    changed(`${tab}.halve`, { rules: [] }),
    ['change "Set the rate" in the subflow "Discount" changed: config.rules 1 item → 0 items'],
  ],
  [
    "a configuration node",
    changed(`${tab}.safe`, { url: "http://127.0.0.1:2" }),
    ['http proxy "Way out" changed: config.url "http://127.0.0.1:1" → "http://127.0.0.1:2"'],
  ],
  ["the whole tab", changed(tab, { disabled: true }), ["the whole flow was disabled"]],
  ["as the editor writes what nobody has touched", changed(`${tab}.log`, { wires: [[]] }), []],
];

describe("read back", () => {
  it("what an earlier release installed otherwise, and nobody has touched, is no change", () => {
    const [first, ...others] = asStored(compileUnit(unit).nodes);
    const ofToday = compileUnit({
      ...unit,
      definition: { ...shop, nodes: shop.nodes.map((each) => ({ ...each, config: { ...each.config, note: "new" } })) },
    });
    const edited = [first!, ...others].map((each) => (each.id === `${tab}.log` ? { ...each, d: true } : each));
    const installed = installedTabs(edited).get(tab)!;
    const { installed: was, actual } = readBack(ofToday, summarize(installed), installed.nodes);
    expect(recordChanges(was, actual).sentences.map(({ node: id }) => id)).toEqual(["log"]);
  });
});

describe("an edit by hand in Node-RED", () => {
  let directory: string;
  let embedded: EmbeddedNodeRed;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "pinion-read-back-"));
    embedded = await startEmbeddedNodeRed({ environment: "test", directory, instances: 1, log: silent, drainMs: 5_000 });
  });
  afterAll(async () => {
    await embedded?.stop();
    await rm(directory, { recursive: true, force: true });
  });
  beforeEach(async () => expect(await embedded.engine.ensureInstalled([unit])).toEqual([{ kind: "installed", unit: refOf(unit) }]));

  const told = (read: ReadBack | null | undefined): readonly string[] | null =>
    read ? recordChanges(read.installed, read.actual, unit.secrets).sentences.map(({ text }) => text) : null;

  it("of which there is none is nothing to read back", async () => {
    expect(await embedded.engine.readBack?.(unit)).toBeNull();
    expect(await embedded.engine.readBack?.(unitOf("never-installed", "1.0.0", shop))).toBeNull();
  });

  it.each(edits)("%s is told", async (_what, edit, sentences) => {
    await editFlows(directory, edit);
    const read = await embedded.engine.readBack?.(unit);
    expect(told(read)).toEqual(sentences);
    expect((await find(embedded.engine, unit))?.driftDigest).toBe(read?.content);
  });

  it("of a remote Node-RED is told the same, and its secrets are not", async () => {
    await editFlows(directory, changed(`${tab}.price`, { func: `const key = "${secret}";` }));
    const { port, token } = await record(directory, "node-red-1");
    const remote = connectRemoteNodeRed({ url: `http://127.0.0.1:${port}/__admin`, token });
    const read = await remote.engine.readBack?.(unit);
    expect(told(read)).toEqual(['function "Price the lines" changed: config.func']);
    expect(JSON.stringify(read && recordChanges(read.installed, read.actual, unit.secrets))).not.toContain(secret);
  });

  it("is handed over before it is replaced, and what was not edited is not", async () => {
    const other = unitOf("stock", "1.0.0", { ...shop, config: {} });
    await embedded.engine.ensureInstalled([other]);
    await editFlows(directory, changed(`${tab}.price`, { func: "return null;" }));
    const handed: [string, readonly string[] | null, boolean][] = [];
    await embedded.engine.ensureInstalled([other, unit], undefined, async (read) => {
      handed.push([read.unit.process, told(read), (await find(embedded.engine, unit))?.driftDigest === read.content]);
    });
    expect(handed).toEqual([["orders", ['function "Price the lines" changed: config.func'], true]]);
    expect((await find(embedded.engine, unit))?.drift).toBeNull();
    await embedded.engine.ensureRemoved([other]);
  });
});

function refOf({ process, version, digest }: UnitRef): UnitRef {
  return { process, version, digest };
}
