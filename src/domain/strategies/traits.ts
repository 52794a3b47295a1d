/**
 * What other code may know of a strategy. Each strategy declares all of it here, so a new one does not compile before it has,
 * and no code outside this folder asks which strategy it is.
 */

import type { EnvironmentSpec, OnInconclusive, StrategySpec, WarmLimit } from "../desired/environment.ts";
import type { MetricCheck } from "../analysis/metrics.ts";
import type { Instant, Percent } from "../names.ts";
import type { Rollout, RolloutState } from "../journal/rollout.ts";
import { firstShareOf, isAnalysing, promoteCanary, stepLastsMs, waitsForPromotion } from "./canary-steps.ts";

export interface StrategyTraits<S extends StrategySpec> {
  /** The version before it is taken out before the new one comes in: in between no version answers. */
  readonly takesOldOutFirst: boolean;
  /** It gets its share step by step, judged by metrics at each: once it has all the traffic there is nothing left to judge. */
  readonly isJudgedOnTheWay: boolean;
  /** Without a verdict in time, where neither strategy nor environment says what is done. */
  readonly onInconclusive: OnInconclusive;
  /** What ends it instead of the environment's `deploymentTimeout`. */
  readonly ownLimit: { readonly option: "maxDuration"; ms(spec: S): number } | null;
  /** Which versions that served before are kept installed; null: none. */
  warm(spec: S): WarmLimit | null;
  /** What is asked for health instead of what the environment says; null: the same. */
  healthCheck(spec: S): EnvironmentSpec["validation"]["healthCheck"];
  /** How often an instance is asked for its health until it is healthy, in milliseconds; null: with growing pauses. */
  healthCheckIntervalMs(spec: S): number | null;
  /** What it is judged by, beside the environment's own metrics. */
  checks(spec: S): readonly MetricCheck[];
  /** With how much of the traffic it begins; null: with all of it, or with whole instances. */
  firstShare(spec: S): Percent | null;
  /** How many steps it has; null: it has none. */
  stepCount(spec: S): number | null;
  /** How long it stays in a state at least; null: not a matter of time. */
  lastsMs(spec: S, state: RolloutState): number | null;
  /** In this state only a person takes it further, however long that takes. */
  waitsForPerson(spec: S, state: RolloutState): boolean;
  /** In this state nothing is left to be done but to wait for a verdict. */
  waitsForVerdict(spec: S, state: RolloutState): boolean;
  /** Where a person's promotion leads; null: nothing waits that it could skip. `isFull`: past all that is left. */
  promoted(spec: S, state: RolloutState, how: { readonly now: Instant; readonly isFull: boolean }): RolloutState | null;
}

/** What most strategies have nothing to say about. */
const plain = {
  takesOldOutFirst: false,
  isJudgedOnTheWay: false,
  onInconclusive: "proceed",
  ownLimit: null,
  warm: () => null,
  healthCheck: () => null,
  healthCheckIntervalMs: () => null,
  checks: () => [],
  firstShare: () => null,
  stepCount: () => null,
  lastsMs: () => null,
  waitsForPerson: () => false,
  waitsForVerdict: () => false,
  promoted: () => null,
} as const satisfies StrategyTraits<StrategySpec>;

const traits: { readonly [K in StrategySpec["kind"]]: StrategyTraits<Extract<StrategySpec, { readonly kind: K }>> } = {
  "blue-green": {
    ...plain,
    warm: ({ keepOldVersion, warm }) => (keepOldVersion ? warm : null),
    healthCheck: ({ healthCheckUrl: path, healthCheckTimeoutMs: timeoutMs }) => (path === null ? null : { path, timeoutMs }),
    lastsMs: ({ switchTrafficDelayMs }, state) => (state.kind === "waiting" && !state.hasPassed ? switchTrafficDelayMs : null),
    promoted: (_, state) => (state.kind === "waiting" && !state.hasPassed ? { ...state, hasPassed: true } : null),
  },
  canary: {
    ...plain,
    isJudgedOnTheWay: true,
    onInconclusive: "abort",
    ownLimit: { option: "maxDuration", ms: ({ maxDurationMs }) => maxDurationMs },
    warm: ({ keepOldVersion, warm }) => (keepOldVersion ? warm : null),
    checks: ({ checks }) => checks,
    firstShare: firstShareOf,
    stepCount: ({ steps }) => steps.length,
    lastsMs: ({ steps }, state) => (state.kind === "shifting" && !state.hasPassed ? stepLastsMs(steps[state.step]) : null),
    waitsForPerson: (spec, state) => state.kind === "shifting" && waitsForPromotion(spec, state),
    waitsForVerdict: (spec, state) => state.kind === "shifting" && isAnalysing(spec, state),
    promoted: (spec, state, { now, isFull }) =>
      state.kind === "shifting" && !state.hasPassed ? (isFull ? { ...state, hasPassed: true } : promoteCanary(spec, state, now)) : null,
  },
  rolling: {
    ...plain,
    healthCheckIntervalMs: (spec) => spec.healthCheckIntervalMs,
    lastsMs: ({ batchDelayMs }, state) => (state.kind === "pausing" ? batchDelayMs : null),
    waitsForVerdict: (_, state) => state.kind === "pausing" && state.done.length > 0,
    // The other instances have not been checked.
    promoted: (_, state, { isFull }) =>
      state.kind === "pausing" && state.done.length > 0 && !isFull ? { ...state, isAccepted: true } : null,
  },
  recreate: { ...plain, takesOldOutFirst: true },
};

/** Its methods are for this very specification. */
export function traitsOf({ kind }: Pick<StrategySpec, "kind">): StrategyTraits<StrategySpec> {
  return traits[kind];
}

/** Whether only a person takes it further, however long that takes. */
export function isWaitingForPerson({ strategy, state }: Pick<Rollout, "strategy" | "state">): boolean {
  return traitsOf(strategy).waitsForPerson(strategy, state);
}

/** When it fails if it is not done by then, in milliseconds from its beginning. */
export function limitMsOf(strategy: StrategySpec, spec: Pick<EnvironmentSpec, "deploymentTimeoutMs">): number {
  return traitsOf(strategy).ownLimit?.ms(strategy) ?? spec.deploymentTimeoutMs;
}

/** The steps of a canary judge it, where it has any; all others are judged once they have all the traffic. */
export function isJudgedOnTheWay({ strategy, isUnshared }: Pick<Rollout, "strategy" | "isUnshared">): boolean {
  return traitsOf(strategy).isJudgedOnTheWay && !isUnshared;
}

/** The steps of a canary have judged it; its first version would have got none, whatever its paths. */
export function needsNoVerdictAtEnd({ strategy, isUnshared, stable }: Pick<Rollout, "strategy" | "isUnshared" | "stable">): boolean {
  return traitsOf(strategy).isJudgedOnTheWay && (!isUnshared || stable === null);
}
