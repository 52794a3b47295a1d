/** How long a deployment is in each of its states: as long as before, else by default. What a strategy waits for by itself comes on top. */

import type { EnvironmentName, ProcessId } from "../names.ts";
import type { Rollout, RolloutState } from "../journal/rollout.ts";
import { rulesOf } from "../strategies/rollout-states.ts";
import type { Deployment } from "../journal/state.ts";

/** How long it takes to remove a version from an engine. */
export const removalMs = 500;

type StateKind = RolloutState["kind"];

/** An engine on the same machine, a few checks, requests that take no time; null: time passes there only where the strategy waits. */
const defaultMs: Readonly<Record<StateKind, number | null>> = {
  validating: 500,
  installing: 2_000,
  checking: 1_000,
  waiting: null,
  "handing-over": null,
  switching: 200,
  shifting: null,
  "draining-batch": 500,
  updating: 2_000,
  verifying: 1_000,
  restoring: 200,
  pausing: null,
  "post-deployment": 800,
  draining: 500,
  clearing: 1_500,
  removing: removalMs,
  baking: null,
  rejected: null,
};

export interface Durations {
  /** What they rest on, for people. */
  readonly from: string;
  msIn(state: StateKind): number;
}

/** Medians of this process's deployments by the same rules here, else of all processes' here, else defaults that say so. */
export function createDurations(environment: EnvironmentName, history: readonly Deployment[]) {
  const succeeded = history.filter((one) => one.environment === environment && one.phase === "Succeeded" && one.endedAt !== null);
  const known = new Map<string, Durations>();
  return (rollout: Pick<Rollout, "process" | "kind" | "strategy">): Durations => {
    const [process, rules] = [rollout.process, rulesOf(rollout)];
    const key = `${process} ${rules}`;
    const found =
      known.get(key) ??
      durationsOf(
        process,
        succeeded.filter(({ strategy }) => strategy === rules),
      );
    known.set(key, found);
    return found;
  };
}

function durationsOf(process: ProcessId, alike: readonly Deployment[]): Durations {
  const own = alike.filter((one) => one.process === process);
  const taken = own.length > 0 ? own : alike;
  const whose = own.length > 0 ? "its own" : "other processes";
  return { from: taken.length === 0 ? "default, no history" : `median of ${taken.length} of ${whose} here`, msIn: mediansOf(taken) };
}

function mediansOf(deployments: readonly Deployment[]): Durations["msIn"] {
  const times = new Map<string, number[]>();
  for (const deployment of deployments) for (const [state, ms] of timesIn(deployment)) times.set(state, [...(times.get(state) ?? []), ms]);
  return (state) => {
    const usual = defaultMs[state];
    const before = times.get(state);
    return usual === null ? 0 : before ? median(before) : usual;
  };
}

function timesIn({ steps, endedAt }: Deployment): readonly (readonly [string, number])[] {
  return steps.map(({ state, at }, index) => [state, (steps[index + 1]?.at ?? endedAt ?? at) - at] as const);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = sorted.length % 2 === 0 ? sorted.slice(middle - 1, middle + 1) : [sorted[middle], sorted[middle]];
  return Math.round((low + high) / 2);
}
