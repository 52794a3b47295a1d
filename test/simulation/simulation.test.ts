import { describe, expect, it } from "vitest";
import { createSimWorld } from "./sim-world.ts";
import { simulate } from "./simulate.ts";
import { createTrafficRules } from "./traffic-rules.ts";
import { isThorough } from "../support/thorough.ts";

/** `npm run simulate` is for thousands. */
const worlds = isThorough ? 50 : 10;

describe("the simulation", () => {
  it(`finds nothing wrong in ${worlds} unkind worlds`, async () => {
    const violations: string[] = [];
    for (let seed = 1; seed <= worlds; seed += 1)
      for (const { invariant, seen } of (await simulate(seed)).violations) violations.push(`seed ${seed}: ${invariant}: ${seen}`);
    expect(violations).toEqual([]);
  });

  it.each([3, 9, 19, 217])("lives through seed %d the same way every time", async (seed) => {
    const [one, other] = [await simulate(seed), await simulate(seed)];
    expect(one.steps).toBeGreaterThan(20);
    expect(one.hash).toBe(other.hash);
  });

  it("lives through every seed in another way", async () => {
    expect((await simulate(4)).hash).not.toBe((await simulate(5)).hash);
  });

  it("notices traffic that does not add up", async () => {
    const world = createSimWorld(1, true);
    const targets = [{ instance: "a", url: "http://127.0.0.1:9/a" }];
    const share = { version: "1.0.0", digest: `sha256-${"0".repeat(64)}`, weight: 90, endpoints: [], targets } as const;
    const route = { process: "orders", timeoutMs: 1_000, sticky: null, shares: [share] };
    await createTrafficRules(world).beforeRoutes("production", [route]);
    expect(world.trace.violations).toMatchObject([{ invariant: "traffic sums to 100", seen: "orders: 90" }]);
  });
});
