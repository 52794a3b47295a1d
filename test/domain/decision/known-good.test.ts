/** Which versions of a process are remembered as good. */

import { describe, expect, it } from "vitest";
import { knownGoodAfter } from "../../../src/domain/decision/known-good.ts";
import { now, rollout, row, unit } from "../../support/decision-values.ts";

describe("what is known to be good", () => {
  const end = { phase: "Succeeded", why: "so it ended", at: now } as const;
  const good = (version: string) => ({ process: "orders", version, digest: `sha256-${version.padEnd(64, "0")}` as const, at: 1 });

  it("is the newest first, each unit once, and ten of them", () => {
    const many = Array.from({ length: 12 }, (_, index) => good(`0.${index}.0`));
    const after = knownGoodAfter(row({ knownGood: many }), rollout(), end);
    expect(after).toHaveLength(10);
    expect(after.slice(0, 2).map(({ version }) => version)).toEqual(["1.1.0", "0.0.0"]);
    const again = knownGoodAfter(row({ knownGood: [good("0.1.0"), { ...unit("1.1.0"), at: 1 }] }), rollout(), end);
    expect(again.map(({ version, at }) => [version, at])).toEqual([
      ["1.1.0", now],
      ["0.1.0", 1],
    ]);
  });

  it.each([
    ["fails", rollout(), { ...end, phase: "Failed" }],
    ["is rolled back", rollout(), { ...end, phase: "RolledBack" }],
    ["only puts back what was changed by hand", rollout({ kind: "self-heal" }), end],
    ["takes something out", rollout({ kind: "prune", candidate: null }), end],
  ] as const)("is not what %s", (_, of, how) => {
    const remembered = row({ knownGood: [good("0.1.0")] });
    expect(knownGoodAfter(remembered, of, how)).toBe(remembered.knownGood);
  });
});
