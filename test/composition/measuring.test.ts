/** What the health metric asks is what the validation asks, process by process; other sources are asked by the time that they know. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { openHealthSource, openMeasuring } from "../../src/composition/measuring.ts";
import { createLastPlacements } from "../../src/controller/last-placements.ts";
import type { ControllerConfig } from "../../src/domain/config/config.ts";
import type { EnvironmentSpec, StrategySpec } from "../../src/domain/desired/environment.ts";
import { createFakeEngine } from "../fakes/engine.ts";
import { createFakeProber } from "../fakes/prober.ts";
import { createFakeRouter } from "../fakes/router.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { createKeptLog } from "../support/log.ts";
import { aMetricRequest, errorRate } from "../support/measuring-stand.ts";
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

it.each([2, -2])("a source of pinion.yaml is asked by the machine's clock, though this run's is %i days ahead of it", async (days) => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.setHeader("content-type", "application/json").end('{"value":3}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const aheadMs = days * 86_400_000;
  const clock: Clock = { now: () => Date.now() + aheadMs, sleep: (_, signal) => untilAborted(signal) };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/?until={{until}}`;
  const source = {
    type: "http-json",
    name: "own",
    url,
    value: "/value",
    count: null,
    auth: { kind: "none" },
    headers: {},
    timeoutMs: 50_000,
  } as const;
  const engine = createFakeEngine({ instances: ["one"] });
  const { measurements, close } = openMeasuring({
    config: { metricSources: [source] } as unknown as ControllerConfig,
    clock,
    awake: { ran: () => 0, lostMs: () => 0, since: () => 0 },
    log: createKeptLog(),
    wake: () => undefined,
    spec: () => null,
    engine: () => engine,
    engineKinds: () => ["node-red"],
    placements: createLastPlacements(),
    wanted: () => null,
    router: createFakeRouter(),
    prober: createFakeProber(),
    secrets: { resolve: () => Promise.reject(new Error("none")) },
  });
  onTestFinished(close);
  measurements.latest("production", [aMetricRequest({ check: { ...errorRate, source: "own" } })]);
  await measurements.idle();
  const until = Number(new URL(asked[0] ?? "", "http://localhost").searchParams.get("until"));
  expect(Math.abs(until - Date.now())).toBeLessThan(Math.abs(aheadMs) / 2);
});

function untilAborted(signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
}
