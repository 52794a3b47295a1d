/** What is kept of a change: enough to apply it, and bounded. */

import { describe, expect, it } from "vitest";
import { applyChanges } from "../../../src/domain/changes/apply.ts";
import { recordChanges, recordInSlices } from "../../../src/domain/changes/recorded.ts";
import type { Definition } from "../../../src/domain/desired/definition.ts";
import { config, type Edit, node, shop, without } from "./shop.ts";

describe("what is kept", () => {
  it("leads from the one definition to the other", () => {
    const there = without("d4")(config("b2", { func: "return null;" })(shop));
    const { changes } = recordChanges(shop, there);
    expect(changes && applyChanges(shop, changes)).toEqual(there);
  });

  it("of many changes only some are told, and how many more there were", () => {
    const many: Edit = (flow) => ({
      ...flow,
      nodes: Array.from({ length: 100 }, (_, index) => node(`n${index}`, "debug", "x".repeat(900))),
    });
    const { sentences, more } = recordChanges(shop, many(shop));
    expect([sentences.length, more]).toEqual([40, 66]);
    expect(Math.max(...sentences.map(({ text }) => text.length))).toBeLessThanOrEqual(400);
  });

  it("of a large definition of which everything is another only some nodes are looked at, in slices", () => {
    const flow = (text: string): Definition => ({
      ...shop,
      nodes: Array.from({ length: 1_000 }, (_, index) => node(`n${index}`, "function", null, { func: `${text} ${index}` })),
      connections: [],
    });
    const steps = recordInSlices(flow("one"), flow("other"));
    let slices = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) slices += 1;
    const { sentences, more, changes } = step.value;
    expect([slices, sentences.length, sentences.length + more, changes]).toEqual([4, 40, 1_000, null]);
  });

  it("changes that are too large are told, and not kept", () => {
    const large: Edit = (flow) => ({
      ...flow,
      nodes: Array.from({ length: 9 }, (_, index) => node(`n${index}`, "function", null, { func: "y".repeat(9_000) })),
    });
    const { sentences, changes } = recordChanges(shop, large(shop));
    expect([sentences.length, changes]).toEqual([15, null]);
  });

  it("of a text that is too long only its length is kept", () => {
    const { changes } = recordChanges(shop, config("b2", { func: "z".repeat(200_000) })(shop));
    expect(JSON.stringify(changes)).toContain("(200000 characters, others than before)");
  });
});
