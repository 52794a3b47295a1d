import { describe, expect, it } from "vitest";
import { tabId } from "../../../../src/adapters/engines/node-red/compile.ts";
import { createNodeRedEngine } from "../../../../src/adapters/engines/node-red/engine.ts";
import type { DeploymentUnit } from "../../../../src/domain/desired/unit.ts";
import type { Engine } from "../../../../src/ports/engine.ts";
import { engineContract } from "../../../contracts/engine.ts";
import { type FakeNodeRed, type FakePlugin, fakeNodeRed } from "./fake-client.ts";
import { helloFlow, node, unitOf } from "./flows.ts";
import { scheduledHello } from "./instances.ts";

const limits = { startTimeoutMs: 1_000, returnTimeoutMs: 1_000, recoveryMs: 1 };
const engineOver = (...fakes: readonly FakeNodeRed[]): Engine =>
  createNodeRedEngine({ hosts: () => fakes.map((fake) => fake.host), limits });
const good = (name: string, version = "1.0.0"): DeploymentUnit => unitOf(name, version, helloFlow("return msg;"));
const withNode = (name: string, type: string): DeploymentUnit =>
  unitOf(name, "1.0.0", helloFlow("return msg;", { nodes: [node("odd", type)] }));
const processes = async (engine: Engine): Promise<readonly string[]> =>
  (await engine.inventory()).installed.map((each) => each.process).toSorted();

describe.each<FakePlugin>(["now", "earlier"])("the Node-RED engine, with the plugin of %s,", (plugin) => {
  const fakeOf = (id: string, armings?: string[]): FakeNodeRed => fakeNodeRed(id, armings, plugin);

  it("keeps what somebody else deployed between its reading and its writing", async () => {
    const one = fakeOf("one");
    one.meanwhile = () => (one.flows = [...one.flows, { id: "theirs", type: "tab" }]);
    await engineOver(one).ensureInstalled([good("a")]);
    expect(one.flows.map((each) => each.id)).toContain("theirs");
    expect(await processes(engineOver(one))).toEqual(["a"]);
  });

  it("refuses what the operator does not allow, before Node-RED is asked, and installs the rest", async () => {
    const one = fakeOf("one");
    const allow = { nodes: ["http in", "http response", "function"], modules: [] };
    const engine = createNodeRedEngine({ hosts: () => [one.host], limits, allow });
    const program = withNode("b", "exec");
    const spawning = unitOf(
      "c",
      "1.0.0",
      helloFlow("return msg;", { nodes: [node("odd", "function", { libs: [{ var: "cp", module: "child_process" }] })] }),
    );
    expect(await engine.ensureInstalled([good("a"), program, spawning])).toMatchObject([
      { kind: "installed" },
      { kind: "refused", code: "engine/refused", detail: expect.stringContaining('node "odd" is of the type exec') },
      { kind: "refused", code: "engine/refused", detail: expect.stringContaining("needs the module child_process") },
    ]);
    expect(one.flows.some((each) => each.type === "exec")).toBe(false);
  });

  it("deploys once for any number of units, and not at all when nothing is wanting", async () => {
    const one = fakeOf("one");
    const units = Array.from({ length: 50 }, (_, index) => good(`p${index}`));
    await engineOver(one).ensureInstalled(units);
    await engineOver(one).ensureInstalled(units);
    expect(one.deploys).toBe(1);
  });

  it("finds the unit that keeps the flows from starting, and gives the instance its former flows back", async () => {
    const one = fakeOf("one");
    await engineOver(one).ensureInstalled([good("before")]);
    const results = await engineOver(one).ensureInstalled([good("a"), withNode("b", "stuck"), good("c"), good("d")]);
    expect(results.map((result) => result.kind)).toEqual(["installed", "refused", "installed", "installed"]);
    expect(results[1]).toMatchObject({ detail: expect.stringMatching(/do not start: stuck/) });
    expect(one.flows.some((each) => each.type === "stuck")).toBe(false);
    expect(await processes(engineOver(one))).toEqual(["a", "before", "c", "d"]);
  });

  it("finds the unit that kills the instance, which dies of it twice and no more", async () => {
    const one = fakeOf("one");
    const results = await engineOver(one).ensureInstalled([good("a"), withNode("b", "bomb")]);
    expect(results).toMatchObject([
      { kind: "installed" },
      { kind: "refused", code: "engine/refused", detail: "the instance died when it started this" },
    ]);
    expect(await processes(engineOver(one))).toEqual(["a"]);
  });

  it("finds it too where the instance takes longer to be brought back than any limit", async () => {
    const one = fakeOf("one");
    Object.assign(one, { awayFor: 6, isKept: true });
    const engine = createNodeRedEngine({ hosts: () => [one.host], limits: { ...limits, returnTimeoutMs: 0 } });
    expect(await engine.ensureInstalled([withNode("b", "bomb")])).toMatchObject([
      { kind: "refused", detail: "the instance died when it started this" },
    ]);
    expect(await processes(engine)).toEqual([]);
  });

  it("gives an instance up that nobody brings back", async () => {
    const one = fakeOf("one");
    Object.assign(one, { awayFor: Number.POSITIVE_INFINITY });
    const engine = createNodeRedEngine({ hosts: () => [one.host], limits: { ...limits, returnTimeoutMs: 0 } });
    await expect(engine.ensureInstalled([withNode("b", "bomb")])).rejects.toMatchObject({ code: "engine/unreachable" });
  });

  it("blames nobody whose start keeps a living instance from answering for a while", async () => {
    const one = fakeOf("one");
    expect(await engineOver(one).ensureInstalled([withNode("b", "slow")])).toMatchObject([{ kind: "installed" }]);
  });

  it("takes a unit out again whose node does not come to life, and names the node", async () => {
    const one = fakeOf("one");
    expect(await engineOver(one).ensureInstalled([good("a"), withNode("b", "deaf")])).toMatchObject([
      { kind: "installed" },
      { kind: "refused", detail: expect.stringMatching(/node "odd"/) },
    ]);
    expect(await processes(engineOver(one))).toEqual(["a"]);
  });

  it("lets one instance go first: what kills it never reaches the others", async () => {
    const [one, two] = [fakeOf("one"), fakeOf("two")];
    await engineOver(one, two).ensureInstalled([withNode("b", "bomb"), good("a")]);
    expect(two.deploys).toBe(1);
    expect(await processes(engineOver(two))).toEqual(["a"]);
  });

  it("passes over an instance that is down, shows it, and catches up on a later call", async () => {
    const [one, two] = [fakeOf("one"), fakeOf("two")];
    one.down = true;
    expect(await engineOver(one, two).ensureInstalled([good("a")])).toMatchObject([{ kind: "installed" }]);
    expect((await engineOver(one, two).inventory()).instances).toEqual([
      { id: "one", state: "down", why: "one is down" },
      { id: "two", state: "ready", why: "" },
    ]);
    one.down = false;
    expect((await engineOver(one, two).inventory()).installed[0]?.placements.map((each) => each.instance)).toEqual(["two"]);
    await engineOver(one, two).ensureInstalled([good("a")]);
    expect((await engineOver(one, two).inventory()).installed[0]?.placements.map((each) => each.instance)).toEqual(["one", "two"]);
  });

  it("throws engine/unreachable with every instance's reason when none answers", async () => {
    const [one, two] = [fakeOf("one"), fakeOf("two")];
    one.down = two.down = true;
    const engine = engineOver(one, two);
    const unreachable = { code: "engine/unreachable", message: expect.stringMatching(/one is down.*two is down/) };
    await expect(engine.inventory()).rejects.toMatchObject(unreachable);
    await expect(engine.ensureInstalled([good("a")])).rejects.toMatchObject(unreachable);
    await expect(engine.ensureRemoved([good("a")])).rejects.toMatchObject(unreachable);
    await expect(engine.ensureArmed(new Map([["a", null]]))).rejects.toMatchObject(unreachable);
    await expect(engineOver().inventory()).rejects.toMatchObject({ code: "engine/unreachable" });
  });

  it("disarms everywhere before it arms anywhere", async () => {
    const armings: string[] = [];
    const [one, two] = [fakeOf("one", armings), fakeOf("two", armings)];
    const [old, young] = [good("a", "1.0.0"), good("a", "2.0.0")];
    const engine = engineOver(one, two);
    await engine.ensureInstalled([old, young]);
    two.armed.add(tabId(old));
    await engine.ensureArmed(new Map([["a", young.digest]]));
    expect(armings).toEqual([`two -${tabId(old)}`, `one +${tabId(young)}`]);
  });

  it("says that a unit which fires on two instances is not armed as it should be, and fixes it", async () => {
    const [one, two] = [fakeOf("one"), fakeOf("two")];
    const engine = engineOver(one, two);
    await engine.ensureInstalled([good("a")]);
    for (const fake of [one, two]) fake.armed.add(tabId(good("a")));
    expect((await engine.inventory()).installed[0]?.armed).toBe(false);
    await engine.ensureArmed(new Map([["a", good("a").digest]]));
    expect((await engine.inventory()).installed[0]?.armed).toBe(true);
    expect([one.armed.size, two.armed.size]).toEqual([1, 0]);
  });
});

describe.each<FakePlugin>(["now", "earlier"])("over a Node-RED in memory with the plugin of %s", (plugin) => {
  engineContract("the Node-RED engine", async () => {
    const fakes = [fakeNodeRed("one", [], plugin), fakeNodeRed("two", [], plugin)];
    return {
      engine: engineOver(...fakes),
      instances: 2,
      unit: (process, version, digit) => ({ ...unitOf(process, version, scheduledHello()), digest: `sha256-${digit.repeat(64)}` }),
      badUnit: (process) => withNode(process, "no such type"),
      editByHand: async (unit) => {
        for (const fake of fakes) editByHand(fake, tabId(unit));
      },
      hello: async () => null,
      close: async () => undefined,
    };
  });
});

function editByHand(fake: FakeNodeRed, tab: string): void {
  fake.flows = fake.flows.map((each) => (each.id === `${tab}.work` ? { ...each, func: "return null;" } : each));
}

describe("of many flows the Node-RED engine", () => {
  const many = Array.from({ length: 40 }, (_, index) => good(`p${index}`));

  async function withMany(): Promise<{ readonly one: FakeNodeRed; readonly engine: Engine }> {
    const one = fakeNodeRed("one");
    const engine = engineOver(one);
    await engine.ensureInstalled(many);
    await engine.inventory();
    Object.assign(one.moved, { read: 0, sent: 0 });
    return { one, engine };
  }

  it("reads and sends only those that a deploy is about", async () => {
    const { one, engine } = await withMany();
    const all = one.flows.length;
    await engine.ensureInstalled([good("p0", "2.0.0")]);
    await engine.ensureRemoved([good("p1")]);
    expect(await processes(engine)).toHaveLength(40);
    const [each, added] = [all / 40, one.flows.filter(({ id }) => id.startsWith(tabId(good("p0", "2.0.0")))).length];
    expect(one.moved).toEqual({ read: added + each, sent: added });
  });

  it("reads only what somebody has changed by hand, and nothing where nobody has", async () => {
    const { one, engine } = await withMany();
    await engine.inventory();
    expect(one.moved.read).toBe(0);
    editByHand(one, tabId(good("p7")));
    const { installed } = await engine.inventory();
    expect(installed.filter(({ drift }) => drift !== null)).toMatchObject([{ process: "p7", drift: 'node "work" changed' }]);
    expect(one.moved.read).toBe(one.flows.length / 40);
  });

  it("reads nothing again of an instance that was started anew with the same flows, and sees what it lost", async () => {
    const { one, engine } = await withMany();
    one.startAnew();
    one.flows = one.flows.filter((each) => each.id !== tabId(good("p3")) && each["z"] !== tabId(good("p3")));
    expect(await processes(engine)).toHaveLength(39);
    expect(one.moved.read).toBe(0);
  });

  it("reads back the one unit that it is asked for", async () => {
    const { one, engine } = await withMany();
    editByHand(one, tabId(good("p7")));
    expect(await engine.readBack?.(good("p7"))).toMatchObject({ unit: { process: "p7" } });
    expect(await engine.readBack?.(good("p8"))).toBeNull();
    expect(one.moved.read).toBe((3 * one.flows.length) / 40);
  });

  it("gives an instance that does not start a change its former tabs back", async () => {
    const { one, engine } = await withMany();
    const before = new Set(one.flows);
    expect(await engine.ensureInstalled([withNode("p0", "stuck")])).toMatchObject([{ kind: "refused" }]);
    expect(new Set(one.flows)).toEqual(before);
  });
});
