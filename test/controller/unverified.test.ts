import { expect, it } from "vitest";
import type { MetricCheck } from "../../src/domain/analysis/metrics.ts";
import { createWorld } from "../support/world.ts";

const errorRate: MetricCheck = {
  name: "error_rate",
  metric: "error_rate",
  source: "gateway",
  statistic: null,
  query: null,
  windowMs: 10_000,
  minRequests: 10,
  pass: { kind: "fixed", comparison: "<=", value: 5 },
  fail: null,
};

it("takes the traffic back to a version that was never found good, but pins no such version by itself", async () => {
  const world = createWorld();
  const { rollback } = world.spec;
  world.spec = { ...world.spec, rollback: { ...rollback, automatic: { ...rollback.automatic, triggers: [errorRate], bakeMs: 10_000 } } };
  world.publish("orders", "1.0.0");
  world.publish("orders", "1.1.0");
  world.pin("orders", "1.0.0");
  await world.settle();
  world.pin("orders", "1.1.0");
  world.readings = () => ({ candidate: { kind: "value", value: 50, requests: 100, coveredMs: 10_000 } });
  for (let passes = 0; passes < 30 && (await world.state("orders"))?.refused?.unit.version !== "1.1.0"; passes += 1) await world.pass();
  expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  expect(world.reverts).toEqual([]);
});
