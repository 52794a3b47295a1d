import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileUnit } from "../../../../src/adapters/engines/node-red/compile.ts";
import type { FlowNode } from "../../../../src/adapters/engines/node-red/flow-nodes.ts";
import { readMarker } from "../../../../src/adapters/engines/node-red/marker.ts";
import { ownerOf, summarizeTabs } from "../../../../src/adapters/engines/node-red/tabs.ts";
import { asStored, helloFlow, unitOf } from "./flows.ts";
import { TabContents, tabOf } from "./runtime.ts";

const unitNodes = (name: string): readonly FlowNode[] => asStored(compileUnit(unitOf(name, "1.0.0", helloFlow("return msg;"))).nodes);
const foreign: FlowNode = { id: "theirs", type: "tab", label: "Not Pinion's" };

/** Flows with a revision that counts, and with how often each tab was looked at. */
function instanceWith(flows: readonly FlowNode[], canReplace = true) {
  let now = { rev: "1", flows };
  const looked: string[] = [];
  const replace = async ({ flows: next }: { readonly flows: readonly FlowNode[] }): Promise<string> => {
    now = { rev: String(Number(now.rev) + 1), flows: structuredClone(next) };
    return now.rev;
  };
  const contents = new TabContents({
    active: async () => now,
    replace: canReplace ? replace : null,
    isMarked: (tab) => {
      looked.push(tab.id);
      return readMarker(tab) !== null;
    },
  });
  return { contents, looked, replace, now: () => now };
}

describe("the contents of tabs", () => {
  it("have the digest that the controller makes of the same nodes, and only marked ones have any", async () => {
    const flows = [foreign, ...unitNodes("a"), ...unitNodes("b")];
    const told = await instanceWith(flows).contents.digests();
    expect(told?.rev).toBe("1");
    expect(told?.digests).toEqual(new Map([...summarizeTabs(flows)].map(([tab, { content }]) => [tab, content])));
  });

  it("are looked at again where its own change has touched them, and everywhere when somebody else has deployed", async () => {
    const { contents, looked, replace, now } = instanceWith([foreign, ...unitNodes("a"), ...unitNodes("b")]);
    await contents.digests();
    looked.length = 0;
    const [tab] = unitNodes("c");
    expect(await contents.splice({ rev: "1", gone: [], added: unitNodes("c") })).toBe("2");
    expect((await contents.digests())?.digests.size).toBe(3);
    expect(looked).toEqual([tab?.id]);
    looked.length = 0;
    await replace({ flows: now().flows.filter((node) => tabOf(node) !== tab?.id) });
    expect((await contents.digests())?.digests.size).toBe(2);
    expect(looked).toHaveLength(3);
  });

  it("are changed tab by tab, and not at all when somebody was faster", async () => {
    const [a, b, c] = [unitNodes("a"), unitNodes("b"), unitNodes("c")];
    const { contents, now } = instanceWith([...a, foreign, ...b]);
    const gone = [a[0]?.id ?? ""];
    expect(await contents.splice({ rev: "0", gone, added: c })).toBeNull();
    expect(now().rev).toBe("1");
    expect(await contents.splice({ rev: "1", gone, added: c })).toBe("2");
    expect(now().flows).toEqual([foreign, ...b, ...c]);
    expect(await contents.read([b[0]?.id ?? "", "nothing"])).toEqual({ rev: "2", flows: b });
  });

  it("belong to the same tab for plugin and controller, whatever a node is called", () => {
    const text = fc.oneof(fc.string(), fc.constantFrom("", ".", "a.b", "a.b.c", ".a"));
    const z = fc.oneof(text, fc.constant(undefined), fc.integer(), fc.constant(null));
    fc.assert(
      fc.property(text, z, (id, place) => {
        const node = { id, type: "x", ...(place === undefined ? {} : { z: place }) };
        expect(tabOf(node)).toBe(ownerOf(node));
      }),
    );
  });
});
