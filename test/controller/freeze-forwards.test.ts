import { beforeEach, expect, it } from "vitest";
import type { CanarySpec } from "../../src/domain/desired/environment.ts";
import { running, type World } from "../support/world.ts";

let world: World;

/** 1.1.0 was found good, and 1.0.0 has the traffic again. */
beforeEach(async () => {
  world = await running();
  world.pin("orders", "1.1.0");
  await world.settle();
  world.pin("orders", "1.0.0");
  await world.settle();
  await world.command({ kind: "freeze" });
});

it("a version that was good before is not deployed forwards in a freeze", async () => {
  world.pin("orders", "1.1.0");
  await world.settle();
  expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  expect((await world.state("orders"))?.rollout).toBeNull();
  expect((await world.status("orders"))?.reason.text).toMatch(/frozen by Ada/u);
});

it("goes forwards when the freeze is lifted", async () => {
  world.pin("orders", "1.1.0");
  await world.settle();
  await world.command({ kind: "unfreeze" });
  await world.settle();
  expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
});

const canary: CanarySpec = {
  kind: "canary",
  steps: [
    { kind: "weight", weight: 20 },
    { kind: "pause", durationMs: null },
  ],
  checks: [],
  maxDurationMs: 600_000,
  keepOldVersion: true,
  warm: { count: 1, maxAgeMs: null },
};

it.each([
  { kind: "promote", process: "orders", isFull: true },
  { kind: "promote", process: "orders", isFull: false },
  { kind: "resume", process: "orders" },
] as const)("no $kind gives more traffic in a freeze", async (spec) => {
  await world.command({ kind: "unfreeze" });
  world.spec = { ...world.spec, strategy: canary };
  world.publish("orders", "1.2.0");
  world.pin("orders", "1.2.0");
  await world.settle();
  await world.command({ kind: "freeze" });
  expect(await world.command(spec)).toMatchObject({ kind: "refused", why: expect.stringMatching(/frozen by Ada/u) as string });
  await world.settle();
  expect(world.traffic("orders")).toEqual({ "1.0.0": 80, "1.2.0": 20 });
});
