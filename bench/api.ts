/** The API while engine, router and git hang: `status` and `/metrics` over HTTP answer from what was seen last. */

import { createHttp } from "../src/surfaces/http/server.ts";
import { socketEntrance } from "../src/surfaces/http/open-server.ts";
import { createMetricsPage } from "../src/surfaces/http/metrics.ts";
import { createHangingController, deployAll } from "../test/support/hanging-controller.ts";
import { metricsView } from "../test/support/metrics-view.ts";
import { createWorld } from "../test/support/world.ts";
import { timed } from "./big-figures.ts";
import type { BenchResult } from "./result.ts";

const processes = Array.from({ length: 100 }, (_, index) => `process-${index}`);
const rounds = 200;
const warmUpRounds = 20;
const budgetMs = 50;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Takes a few seconds. */
export async function apiBench(): Promise<readonly BenchResult[]> {
  const world = createWorld();
  for (const process of processes) {
    world.publish(process, "1.0.0");
    world.pin(process, "1.0.0");
  }
  const stand = createHangingController(world);
  await deployAll(stand, world, processes);
  stand.hang("engine", "router", "git");
  stand.controller.commands.refresh();
  const { queries, commands } = stand.controller;
  const { deploymentCounts, deliveries, alerts, notifications, process } = metricsView;
  const figures = () => Promise.resolve({ deploymentCounts, deliveries, alerts });
  const metrics = createMetricsPage({
    overview: () => queries.overview(),
    figures,
    notifications: () => notifications,
    process: () => process,
  });
  const app = createHttp({ entrance: socketEntrance(0), queries, commands, metrics, log: quiet, now: () => world.now });
  const answered = async (url: string): Promise<readonly number[]> => {
    const all: number[] = [];
    for (let round = 0; round < rounds + warmUpRounds; round += 1) all.push(await timed(() => app.inject(url)));
    return all.slice(warmUpRounds).sort((one, other) => one - other);
  };
  const results = [...rows("status", await answered("/api/v1/status")), ...rows("metrics", await answered("/metrics"))];
  await app.close();
  return results;
}

/** Only the median has a budget: what comes later waits for the processor, which others use too. */
function rows(what: string, sorted: readonly number[]): readonly BenchResult[] {
  return [
    { share: 0.5, budget: "<= 1" },
    { share: 0.99, budget: "" },
  ].map(({ share, budget }) => {
    const ours = sorted[Math.floor(sorted.length * share)] ?? Infinity;
    const name = `API: ${what} of 100 processes while all hangs, p${share * 100}`;
    return {
      name,
      unit: "ms",
      ours,
      baseline: budgetMs,
      baselineName: "budget",
      ratio: ours / budgetMs,
      budget,
      ok: budget === "" || ours <= budgetMs,
    };
  });
}
