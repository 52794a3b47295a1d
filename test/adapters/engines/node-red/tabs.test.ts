import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileUnit } from "../../../../src/adapters/engines/node-red/compile.ts";
import type { FlowNode } from "../../../../src/adapters/engines/node-red/flow-nodes.ts";
import { driftOf, readMarker } from "../../../../src/adapters/engines/node-red/marker.ts";
import { createTabSummaries, installedTabs, splice, summarizeTabs } from "../../../../src/adapters/engines/node-red/tabs.ts";
import type { Definition, WorkflowNode } from "../../../../src/domain/desired/definition.ts";
import type { DeploymentUnit } from "../../../../src/domain/desired/unit.ts";
import { asStored, helloFlow, unitOf } from "./flows.ts";

describe("read back from an instance", () => {
  const unit = unitOf("order-intake", "1.0.0", helloFlow("return msg;"), { secrets: { KEY: "hunter2" } });
  const { tab, nodes } = compileUnit(unit);
  const stored = asStored(nodes);

  it("the mark says which unit it is, and nothing has drifted", () => {
    expect(readMarker(stored[0]!)).toMatchObject({ process: unit.process, version: unit.version, digest: unit.digest });
    expect(summarizeTabs(stored).get(tab)).toMatchObject({ drift: null, endpoints: [{ method: "GET", path: "/hello" }] });
  });

  it("another order of keys or nodes is no drift", () => {
    const shuffled = stored.toReversed().map((each) => Object.fromEntries(Object.entries(each).toReversed()) as FlowNode);
    expect(summarizeTabs(shuffled).get(tab)?.drift).toBeNull();
  });

  it.each<[string, (flow: readonly FlowNode[]) => readonly FlowNode[], unknown]>([
    [
      "a changed function",
      (flow) => flow.map((each) => (each.id === `${tab}.work` ? { ...each, func: "return null;" } : each)),
      'node "work" changed',
    ],
    ["a moved node", (flow) => flow.map((each) => (each.id === `${tab}.in` ? { ...each, x: 7 } : each)), 'node "in" changed'],
    ["a removed node", (flow) => flow.filter((each) => each.id !== `${tab}.out`), 'node "out" removed'],
    ["an added node", (flow) => [...flow, { id: "abc", type: "debug", z: tab, wires: [] }], 'node "abc" added'],
    ["a disabled tab", (flow) => flow.map((each) => (each.id === tab ? { ...each, disabled: true } : each)), "the tab itself changed"],
    ["much at once", (flow) => flow.map((each) => ({ ...each, note: "x" })), expect.stringMatching(/ and \d+ more$/)],
  ])("%s is drift, by name", (_what, edit, drift) => {
    expect(summarizeTabs(edit(stored)).get(tab)?.drift).toEqual(drift);
  });

  it("is looked at again only when it changed", async () => {
    const summarize = createTabSummaries();
    const first = (await summarize(stored)).get(tab);
    expect((await summarize(stored)).get(tab)).toBe(first);
    const edited = stored.map((each) => (each.id === `${tab}.work` ? { ...each, func: "return null;" } : each));
    expect((await summarize(edited)).get(tab)?.drift).toBe('node "work" changed');
    expect((await summarize([])).size).toBe(0);
    expect((await summarize(stored)).get(tab)).toEqual(first);
  });

  it("a secret's place counts, its value does not, since Node-RED never gives it back", () => {
    const secret = (entry: object): readonly FlowNode[] =>
      stored.map((each) => (each.id === tab ? ({ ...each, env: [entry, (each["env"] as object[]).at(-1)] } as unknown as FlowNode) : each));
    expect(summarizeTabs(secret({ name: "KEY", type: "cred" })).get(tab)?.drift).toBeNull();
    expect(summarizeTabs(secret({ name: "OTHER", type: "cred", value: "" })).get(tab)?.drift).toBe("the tab itself changed");
  });

  it("subflow templates and what is inside them belong to their unit", () => {
    const template: WorkflowNode = { id: "sf", type: "subflow", config: { in: [], out: [] } };
    const inner: WorkflowNode = { id: "inner", type: "change", position: { x: 1, y: 1 }, config: { z: "sf" } };
    const compiled = compileUnit(unitOf("sub", "1.0.0", helloFlow("return msg;", { nodes: [template, inner] })));
    const flow = asStored(compiled.nodes);
    expect(summarizeTabs(flow).get(compiled.tab)?.drift).toBeNull();
    const edited = flow.map((each) => (each.id === `${compiled.tab}.inner` ? { ...each, rules: [] } : each));
    expect(summarizeTabs(edited).get(compiled.tab)?.drift).toBe('node "inner" changed');
    expect(splice(flow, new Set([compiled.tab]), [])).toEqual([]);
  });

  it("a tab without a mark, or with a broken one, is nobody's of Pinion", () => {
    const broken = stored.map((each) => (each.id === tab ? { ...each, env: [{ name: "PINION_UNIT", type: "json", value: "{" }] } : each));
    expect(installedTabs(broken).size).toBe(0);
    expect(installedTabs([{ id: "mine", type: "tab", env: [] }]).size).toBe(0);
  });

  it("taking it out leaves every other node as it was", () => {
    const foreign: FlowNode[] = [
      { id: "mine", type: "tab" },
      { id: "n.1", type: "debug", z: "mine" },
      { id: "conf", type: "tls-config" },
    ];
    expect(splice([...foreign, ...stored], new Set([tab]), [])).toEqual(foreign);
  });

  it("any graph compiles so that two versions share no id and no reference, and nothing has drifted", () => {
    fc.assert(
      fc.property(graphs(), fc.dictionary(fc.string(), fc.jsonValue()), (definition, variables) => {
        const compiled = ["1.0.0", "2.0.0"].map((version) =>
          compileUnit({ ...unitOf("any", version, definition), variables: variables as DeploymentUnit["variables"] }),
        );
        const all = compiled.flatMap((each) => each.nodes);
        expect(new Set(all.map((each) => each.id)).size).toBe(all.length);
        for (const { tab: own, nodes: flow } of compiled) {
          const ids = new Set(flow.map((each) => each.id));
          const targets = flow.flatMap((each) => (each["wires"] as string[][] | undefined) ?? []).flat();
          expect(targets.filter((target) => !ids.has(target))).toEqual([]);
          expect(targets.length).toBe(
            definition.connections.length +
              flow.filter((each) => each.id.includes(".pinion-")).flatMap((each) => (each["wires"] as string[][]).flat()).length,
          );
          const back = installedTabs(JSON.parse(JSON.stringify(all)) as FlowNode[]).get(own);
          expect(back?.nodes.length).toBe(flow.length);
          expect(driftOf(readMarker(flow[0]!)!, back!.nodes)).toBeNull();
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** Graphs with odd ids, any settings, and connections between any two nodes. */
function graphs(): fc.Arbitrary<Definition> {
  const settings = fc.dictionary(
    fc.string().filter((key) => !["d", "libs", "func"].includes(key)),
    fc.jsonValue(),
  );
  const ids = fc.uniqueArray(
    fc.string({ minLength: 1 }).filter((id) => !id.startsWith("pinion-")),
    { minLength: 1, maxLength: 8 },
  );
  return ids.chain((known) =>
    fc.record({
      nodes: fc.tuple(
        ...known.map((id) =>
          fc.tuple(settings, fc.boolean()).map(([config, placed]): WorkflowNode => ({
            id,
            type: "change",
            ...(placed ? { position: { x: 1, y: 2 } } : {}),
            config: config as WorkflowNode["config"],
          })),
        ),
      ),
      connections: fc.array(
        fc
          .tuple(fc.constantFrom(...known), fc.nat(3), fc.constantFrom(...known))
          .map(([from, port, to]) => ({ from: { node: from, port }, to: { node: to, port: 0 } })),
        { maxLength: 10 },
      ),
      config: fc.constant({}),
    }),
  );
}
