/** What the health metric asks is what the validation asks, process by process. */

import { expect, it } from "vitest";
import { openHealthSource } from "../../src/composition/measuring.ts";
import type { EnvironmentSpec, StrategySpec } from "../../src/domain/desired/environment.ts";
import { createFakeEngine } from "../fakes/engine.ts";
import { createFakeProber } from "../fakes/prober.ts";
import { createFakeRouter } from "../fakes/router.ts";
import { aQuery, unit } from "../support/metric-values.ts";
import { canary } from "../support/progressive.ts";
import { blueGreen, spec } from "../support/spec.ts";

const own: StrategySpec = { ...blueGreen, healthCheckUrl: "/own", healthCheckTimeoutMs: 300 };
const shared = { path: "/shared", timeoutMs: 700 };
const validation: EnvironmentSpec["validation"] = { ...spec.validation, healthCheck: shared };

it.each<[string, Pick<EnvironmentSpec, "strategy" | "strategies">, string, number]>([
  ["the path of the environment's strategy", { strategy: own, strategies: new Map() }, "/own", 300],
  ["not that of a strategy that the process does not have", { strategy: own, strategies: new Map([["orders", canary]]) }, "/shared", 700],
  ["the path of the process's own strategy", { strategy: canary, strategies: new Map([["orders", own]]) }, "/own", 300],
  ["not that of another process's strategy", { strategy: canary, strategies: new Map([["bills", own]]) }, "/shared", 700],
])("asks %s", async (_what, strategies, path, timeoutMs) => {
  const engine = createFakeEngine({ instances: ["one"] });
  const prober = createFakeProber();
  const clock = { now: () => 1_000_000 };
  const source = openHealthSource({
    engine: () => engine,
    prober,
    router: createFakeRouter(),
    clock,
    spec: () => ({ ...spec, ...strategies, validation }),
  });
  await engine.ensureInstalled([{ ...unit("a"), definition: { nodes: [], connections: [], config: {} }, variables: {}, secrets: {} }]);
  await source.measure(aQuery({ metric: "health_check" }));
  expect(prober.asked).toMatchObject([{ url: expect.stringMatching(new RegExp(`${path}$`)), timeoutMs }]);
});
