import { describe, expect, it } from "vitest";
import { createWorld } from "../../support/world.ts";

const check = {
  name: "answers",
  kind: "smoke",
  request: { method: "GET", path: "/", headers: {} },
  expect: { status: 200, headers: {} },
  timeoutMs: 1_000,
} as const;

describe("many validations at the same time", () => {
  it("send a bounded number of requests to versions, and all pass", async () => {
    const world = createWorld();
    const names = Array.from({ length: 150 }, (_, index) => `process-${index}`);
    for (const name of names) {
      world.publish(name, "1.0.0", { checks: [check] });
      world.pin(name, "1.0.0");
    }
    let [now, most] = [0, 0];
    world.prober.setAnswer(async () => {
      most = Math.max(most, (now += 1));
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return {};
    });
    await world.settle();
    expect(await Promise.all(names.map(async (name) => (await world.status(name))?.sync))).toEqual(names.map(() => "Synced"));
    expect(most).toBe(64);
  });

  it("load versions one after the other, because two loads would measure each other", async () => {
    const world = createWorld();
    const performance = { checks: [], requests: 12, concurrency: 3, durationMs: 60_000 };
    world.spec = { ...world.spec, validation: { ...world.spec.validation, during: ["performance_test"], post: [], performance } };
    for (const name of ["one", "two", "three"]) {
      world.publish(name, "1.0.0", { checks: [check] });
      world.pin(name, "1.0.0");
    }
    let [now, most] = [0, 0];
    world.prober.setAnswer(async () => {
      most = Math.max(most, (now += 1));
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return {};
    });
    await world.settle();
    expect(world.traffic("three")).toEqual({ "1.0.0": 100 });
    expect(world.prober.asked).toHaveLength(36);
    expect(most).toBe(3);
  });
});
