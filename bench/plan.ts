/**
 * `plan` of one pin and of a thousand in an environment of 10,000: the decision function played forward, by the strategies. What is read of the
 * repository before is not in it. A time is the wall's clock, less that for which the thread had no core.
 */

import type { EnvironmentSpec, StrategySpec } from "../src/domain/desired/environment.ts";
import type { EnvironmentSnapshot, PinnedVersion } from "../src/domain/desired/snapshot.ts";
import { makePlan } from "../src/domain/plan/plan.ts";
import { blueGreen, spec as plainSpec } from "../test/support/spec.ts";
import { canary } from "../test/support/progressive.ts";
import { median } from "./big-figures.ts";
import type { BenchResult } from "./result.ts";
import { threadTimesOf } from "./thread-times.ts";

const rounds = 3;
const warmUpRounds = 1;
const oneBudgetMs = 200;
const thousandBudgetMs = 2_000;
const processes = 10_000;
const instances = ["one", "two"];

const strategies: Readonly<Record<string, StrategySpec>> = {
  "blue-green": blueGreen,
  canary: { ...canary, checks: [], steps: canary.steps.map((step) => (step.kind === "pause" ? { ...step, durationMs: 1_000 } : step)) },
  rolling: { kind: "rolling", batchSize: 1, batchDelayMs: 0, maxUnavailable: 1, healthCheckIntervalMs: 100 },
  recreate: { kind: "recreate" },
};

/** Takes about a minute. */
export async function planBench(): Promise<readonly BenchResult[]> {
  const rows = Object.entries(strategies).flatMap(([name, strategy]) => [
    row({ name: `plan of 1 pin of 10,000, ${name}`, baselineName: "of 1,000 processes", budgetMs: oneBudgetMs }, [
      { strategy, changed: 1 },
      { strategy, changed: 1, of: 1_000 },
    ]),
    row({ name: `plan of 1,000 pins of 10,000, ${name}`, baselineName: "of 100 pins", budgetMs: thousandBudgetMs }, [
      { strategy, changed: 1_000 },
      { strategy, changed: 100 },
    ]),
  ]);
  const limited = row({ name: "the same, blue-green, at most 10 at once", baselineName: "of 100 pins", budgetMs: thousandBudgetMs }, [
    { strategy: blueGreen, changed: 1_000, limit: 10 },
    { strategy: blueGreen, changed: 100, limit: 10 },
  ]);
  return [...rows, limited];
}

interface Change {
  readonly strategy: StrategySpec;
  readonly changed: number;
  readonly of?: number;
  readonly limit?: number;
}

interface About {
  readonly name: string;
  readonly baselineName: string;
  readonly budgetMs: number;
}

function row({ name, baselineName, budgetMs }: About, changes: readonly [Change, Change]): BenchResult {
  const [work, baseWork] = changes.map(planOf) as [() => number, () => number];
  const times: number[] = [];
  const baseTimes: number[] = [];
  for (let round = 0; round < rounds + warmUpRounds; round += 1) {
    const [time, base] = [work(), baseWork()];
    if (round < warmUpRounds) continue;
    times.push(time);
    baseTimes.push(base);
  }
  const [ours, baseline] = [median(times), median(baseTimes)];
  return { name, unit: "ms", ours, baseline, baselineName, ratio: ours / baseline, budget: `<= ${budgetMs} ms`, ok: ours <= budgetMs };
}

/** Makes the plan, and says how long it took. */
function planOf({ strategy, changed, of = processes, limit }: Change): () => number {
  const spec: EnvironmentSpec = { ...plainSpec, strategy, maxConcurrentDeployments: limit ?? null };
  const from = snapshot(spec, of, 0);
  const to = snapshot(spec, of, changed);
  return () => {
    const threadTimes = threadTimesOf(process.pid);
    const [startedAt, before] = [performance.now(), threadTimes()];
    const { deployments } = makePlan({ environment: spec.name, from, to, details: new Map(), history: [], instances });
    const waited = threadTimes().waitedMs - before.waitedMs;
    if (deployments.length !== changed) throw new Error(`${deployments.length} deployments are planned in place of ${changed}`);
    return performance.now() - startedAt - waited;
  };
}

function snapshot(spec: EnvironmentSpec, of: number, changed: number): EnvironmentSnapshot {
  const pins = Array.from({ length: of }, (_, index) => pinOf(index, index < changed ? "1.1.0" : "1.0.0"));
  return { name: spec.name, spec, pins: new Map(pins), quarantine: [], findings: [] };
}

function pinOf(index: number, version: string): readonly [string, PinnedVersion] {
  const name = `process-${String(index).padStart(6, "0")}`;
  const endpoints = [{ method: "GET", path: `/${name}` }];
  // Each calls the one before it, in groups of ten, as callers do.
  const dependencies =
    index % 10 === 0
      ? []
      : [{ type: "workflow" as const, name: `process-${String(index - 1).padStart(6, "0")}`, version: "^1.0.0", required: true }];
  const summary = {
    process: name,
    version,
    engine: "node-red",
    definitionDigest: `sha256-${version}` as const,
    dependencies,
    hasChecks: false,
    endpoints,
  };
  return [name, { kind: "runnable", status: "published", summary }];
}
