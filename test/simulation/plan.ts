/** What a seed stands for: environments, processes, versions with their faults, and how unkind the world is. */

import type { EnvironmentSpec, RollbackSpec, StrategySpec } from "../../src/domain/desired/environment.ts";
import type { EnvironmentName, ProcessId, Version } from "../../src/domain/names.ts";
import { errorRate, responseTime } from "./plan-metrics.ts";
import { withCrowd } from "./plan-crowd.ts";
import { hurting } from "./plan-hurting.ts";
import { strategyOf } from "./plan-strategies.ts";
import { type SourceErrors, troublesOf } from "./plan-troubles.ts";
import type { Random } from "./random.ts";

/** What is wrong with a version; all but the first three are only seen under traffic. */
export type Nature =
  | "good"
  | "refused"
  | "fails-smoke-test"
  | "fails-in-public"
  | "errors"
  /** Some seconds after it has been given all the traffic. */
  | "errors-late"
  /** And then no more. */
  | "errors-for-a-moment"
  | "slow"
  | "kills-instance";

export interface EnvironmentPlan {
  readonly name: EnvironmentName;
  readonly instances: readonly string[];
  readonly spec: EnvironmentSpec;
  /** Requests a second, by process. */
  readonly traffic: ReadonlyMap<ProcessId, number>;
}

/** How likely things go wrong, per call. */
export interface Faults {
  /** Never arrives. */
  readonly lost: number;
  /** Takes effect, and the caller hears of a failure. */
  readonly lostAnswer: number;
  readonly twice: number;
  readonly crash: number;
  readonly disk: number;
  /** How much longer than usual a call may take. */
  readonly slowness: number;
}

/** The journal is the product's own store. */
export interface StorePlan {
  /** How many deployments of history are kept. */
  readonly keepDeployments: number;
  /** The mean time between two restarts that have no other reason; null: there are none. */
  readonly restartEveryMs: number | null;
}

export interface Plan {
  readonly seed: number;
  readonly processes: ReadonlyMap<ProcessId, ReadonlyMap<Version, Nature>>;
  readonly environments: readonly EnvironmentPlan[];
  readonly faults: Faults;
  /** Nothing fails on the way: what rejects a version then is the version itself. */
  readonly isCalm: boolean;
  /** How long the world is unkind, in milliseconds. */
  readonly troubleMs: number;
  /** The mean time between two things that people do, and between two outages. */
  readonly peopleEveryMs: number;
  readonly outageEveryMs: number;
  /** Pins are put back by the writer of the product, over real git objects. */
  readonly usesRealWriter: boolean;
  /** Null: the journal is in memory. */
  readonly store: StorePlan | null;
  /** Servers take pushes of the bot and do not say so, and somebody pins at once what it has just put back. */
  readonly isStubborn: boolean;
  readonly sourceErrors: SourceErrors;
  /** Versions that somebody pins once what runs has all the traffic: they fail while they are watched. */
  readonly soonPinned: ReadonlyMap<ProcessId, Version>;
  /** Those that nobody deploys, and that lose something now and then; empty in most worlds. */
  readonly crowd: readonly ProcessId[];
}

export const firstVersion = "1.0.0";

export function makePlan(seed: number, random: Random): Plan {
  const isCalm = random.chance(0.25);
  const names = ["orders", "re-orders", "shipping"].slice(0, random.pick([1, 1, 1, 2, 2, 3]));
  const processes = new Map(names.map((name) => [name, versionsOf(random)]));
  const environments = ["production", "staging"].slice(0, random.chance(0.1) ? 2 : 1).map((name) => environmentOf(name, names, random));
  const plan = {
    seed,
    processes,
    environments,
    faults: faultsOf(random, isCalm),
    isCalm,
    // Most stories are short and dense, so that many can be told; some go on for long.
    troubleMs: random.chance(0.1) ? random.between(60, 120) * 1_000 : random.between(10, 40) * 1_000,
    peopleEveryMs: random.pick([2_000, 5_000, 12_000]),
    outageEveryMs: random.pick([4_000, 10_000, 30_000]),
    usesRealWriter: random.chance(0.2),
  };
  const sourceErrors = troublesOf(seed, processes, plan.usesRealWriter);
  const isStubborn = !isCalm && random.chance(0.3);
  const whole = { ...plan, isStubborn, store: storeOf(random, plan), sourceErrors, soonPinned: new Map(), crowd: [] };
  return withCrowd(hurting(whole), firstVersion);
}

/** Never beside the real writer: what is done on the real disk meanwhile takes another time in each run. */
function storeOf(random: Random, { isCalm, usesRealWriter }: Pick<Plan, "isCalm" | "usesRealWriter">): StorePlan | null {
  if (usesRealWriter || !random.chance(0.2)) return null;
  return { keepDeployments: random.pick([2, 10_000]), restartEveryMs: isCalm ? null : random.pick([4_000, 10_000]) };
}

const natures: readonly Nature[] = [
  "refused",
  "fails-smoke-test",
  "fails-in-public",
  "errors",
  "errors",
  "errors-late",
  "errors-for-a-moment",
  "slow",
  "kills-instance",
];

function versionsOf(random: Random): ReadonlyMap<Version, Nature> {
  const versions = new Map<Version, Nature>([[firstVersion, "good"]]);
  const count = random.between(2, 5);
  for (let minor = 1; minor <= count; minor += 1) versions.set(`1.${minor}.0`, random.chance(0.45) ? "good" : random.pick(natures));
  return versions;
}

function faultsOf(random: Random, isCalm: boolean): Faults {
  if (isCalm) return { lost: 0, lostAnswer: 0, twice: 0, crash: 0, disk: 0, slowness: 1 };
  return {
    lost: random.pick([0, 0.01, 0.05]),
    lostAnswer: random.pick([0, 0.01, 0.05]),
    twice: random.pick([0, 0.02, 0.1]),
    crash: random.pick([0, 0.002, 0.01, 0.03]),
    disk: random.pick([0, 0, 0.005]),
    slowness: random.pick([1, 1, 5, 30]),
  };
}

function environmentOf(name: EnvironmentName, processes: readonly ProcessId[], random: Random): EnvironmentPlan {
  const instances = ["a", "b", "c", "d"].slice(0, random.between(1, 4));
  const traffic = new Map(processes.map((process) => [process, random.pick([0, 3, 20, 20, 50])]));
  return { name, instances, traffic, spec: specOf(name, processes, random) };
}

function specOf(name: EnvironmentName, processes: readonly ProcessId[], random: Random): EnvironmentSpec {
  const common: StrategySpec = strategyOf(random);
  const own = processes.filter(() => random.chance(0.5)).map((process) => [process, strategyOf(random)] as const);
  return {
    name,
    type: "production",
    strategy: common,
    strategies: new Map(own),
    deploymentTimeoutMs: random.pick([20_000, 40_000, 120_000]),
    validation: {
      level: "comprehensive",
      pre: ["process_validation", "environment_validation"],
      during: ["step_validation", "health_check", "smoke_test"],
      post: random.chance(0.5) ? ["service_availability", "smoke_test"] : ["service_availability"],
      healthCheck: random.chance(0.5) ? { path: "/health", timeoutMs: 2_000 } : null,
      performance: null,
      rollback: random.chance(0.3) ? ["service_availability"] : [],
    },
    analysis: { intervalMs: 1_000, checks: random.chance(0.3) ? [responseTime] : [], onInconclusive: null },
    rollback: rollbackOf(random),
    allowedVersionTypes: ["published"],
    maxConcurrentDeployments: random.pick([null, null, 1]),
    selfHeal: true,
    allowEmpty: true,
    pruneDelayMs: 3_000,
    drainTimeoutMs: random.pick([0, 2_000]),
    requestTimeoutMs: 30_000,
    sticky: null,
    variables: {},
    secrets: {},
  };
}

function rollbackOf(random: Random): RollbackSpec {
  const triggers = [errorRate, responseTime].filter(() => random.chance(0.7));
  return {
    automatic: {
      enabled: random.chance(0.85),
      triggers,
      bakeMs: random.pick([0, 5_000, 20_000]),
      coolDownMs: random.pick([0, 30_000, 300_000]),
      evidenceMaxAgeMs: random.pick([60_000, 5_000]),
    },
    manual: { enabled: random.chance(0.9), approvalRequired: random.chance(0.3) },
  };
}
