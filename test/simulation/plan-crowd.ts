/** Worlds of fifty processes that are mostly at rest, beside the few of other worlds: there little is touched by what happens. */

import type { EnvironmentSpec, StrategySpec } from "../../src/domain/desired/environment.ts";
import type { ProcessId, Version } from "../../src/domain/names.ts";
import type { Plan } from "./plan.ts";
import { createRandom } from "./random.ts";

/** How many of the worlds have one: each costs as much as sixteen others. */
const share = 0.01;
const size = 50;

const strategy: StrategySpec = {
  kind: "blue-green",
  healthCheckUrl: null,
  healthCheckTimeoutMs: 1_000,
  switchTrafficDelayMs: 0,
  keepOldVersion: false,
  warm: { count: 0, maxAgeMs: null },
};

/** Draws for itself: all other worlds are as they would be if nobody had thought of it. */
export function withCrowd(plan: Plan, version: Version): Plan {
  if (!createRandom(plan.seed + 8).chance(share)) return plan;
  const crowd = Array.from({ length: size }, (_, index) => `at-rest-${letter(Math.floor(index / 26))}${letter(index % 26)}`);
  const versions = new Map([[version, "good"]] as const);
  return {
    ...plan,
    crowd,
    processes: new Map([...plan.processes, ...crowd.map((process) => [process, versions] as const)]),
    environments: plan.environments.map((environment) => ({ ...environment, spec: withMany(environment.spec, crowd) })),
  };
}

/** All of them are deployed at once, so that they soon rest. */
function withMany(spec: EnvironmentSpec, crowd: readonly ProcessId[]): EnvironmentSpec {
  const strategies = new Map([...spec.strategies, ...crowd.map((process) => [process, strategy] as const)]);
  return { ...spec, strategies, maxConcurrentDeployments: null };
}

function letter(index: number): string {
  return "abcdefghijklmnopqrstuvwxyz".charAt(index);
}
