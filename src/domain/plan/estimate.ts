/** How long deployments will take: as long as they took before, else by the strategy's own delays. */

import type { StrategySpec } from "../desired/environment.ts";
import type { EnvironmentName, ProcessId } from "../names.ts";
import type { Deployment } from "../journal/state.ts";
import { traitsOf } from "../strategies/traits.ts";

export interface Estimate {
  readonly estimatedDuration: number;
  readonly estimatedFrom: string;
}

/** What a deployment takes beside the delays that are asked for, where nothing is known: an engine on the same machine, a few checks. */
const unknownDeploymentMs = 5_000;
const unknownPruneMs = 2_000;

export interface Question {
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
  readonly strategy: string;
  readonly spec: StrategySpec;
  /** Nothing runs yet that traffic could be shared with. */
  readonly isFirst: boolean;
  /** How long it is watched in the end. */
  readonly bakeMs: number;
}

/** The median of this process's deployments here, else of all processes' here, else a default that says so; never less than its own delays. */
export function estimate(question: Question, history: readonly Deployment[]): Estimate {
  const { environment, process, strategy } = question;
  const alike = history.filter((one) => one.environment === environment && one.strategy === strategy && one.phase === "Succeeded");
  const delays = delaysOf(question);
  const from = (durations: readonly number[], estimatedFrom: string): Estimate => ({
    estimatedDuration: Math.max(median(durations), delays),
    estimatedFrom,
  });
  const own = durationsOf(alike.filter((one) => one.process === process));
  if (own.length > 0) return from(own, `median of ${own.length} of its own here`);
  const others = durationsOf(alike);
  if (others.length > 0) return from(others, `median of ${others.length} of other processes here`);
  const rest = strategy === "prune" ? unknownPruneMs : unknownDeploymentMs;
  return { estimatedDuration: rest + delays, estimatedFrom: "default, no history" };
}

/** What is waited for in any case. How many instances there are is not known here. */
function delaysOf({ strategy, spec, bakeMs, isFirst }: Question): number {
  if (strategy === "prune") return 0;
  return traitsOf(spec).delaysMs(spec, isFirst) + bakeMs;
}

function durationsOf(deployments: readonly Deployment[]): readonly number[] {
  return deployments.flatMap(({ startedAt, endedAt }) => (endedAt === null ? [] : [endedAt - startedAt]));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = sorted.length % 2 === 0 ? sorted.slice(middle - 1, middle + 1) : [sorted[middle], sorted[middle]];
  return Math.round((low + high) / 2);
}

interface Timed {
  readonly process: ProcessId;
  readonly waitsFor: readonly ProcessId[];
  readonly estimatedDuration: number;
}

/** How long all of them take together, in this order, each after what it waits for, and at most `limit` at once. */
export function estimateAll(deployments: readonly Timed[], limit: number | null): number {
  const lanes = Array.from({ length: Math.min(limit ?? deployments.length, deployments.length) }, () => 0);
  const ends = new Map<ProcessId, number>();
  for (const { process, waitsFor, estimatedDuration } of deployments) {
    const ready = Math.max(0, ...waitsFor.map((needed) => ends.get(needed) ?? 0));
    const lane = lanes.indexOf(Math.min(...lanes));
    const end = Math.max(ready, lanes[lane] ?? 0) + estimatedDuration;
    lanes[lane] = end;
    ends.set(process, end);
  }
  return Math.max(0, ...ends.values());
}
