/** What a rollout does next if nothing disturbs it: its strategy is asked, with an observation in which all that it waits for is so. */

import type { EnvironmentSpec } from "../desired/environment.ts";
import type { EngineInstance } from "../desired/unit.ts";
import type { Instant, Percent } from "../names.ts";
import type { Known } from "../observed/observation.ts";
import type { InstanceView, Rollout, RolloutView, RolloutState, StrategyStep } from "../journal/rollout.ts";
import { isHandingOver, rolloutStates } from "./rollout-states.ts";
import { bakeMsOf } from "./rollout-view.ts";
import { batchIn, type Underway } from "./rolling.ts";
import { candidateWeight, rotationFor } from "./rotation.ts";
import { next } from "./strategy.ts";
import { isWaitingForPerson, traitsOf } from "./traits.ts";

export interface NextStep {
  /** For people, in the words of the strategy. */
  readonly text: string;
  /** When it is due at the earliest; null: as soon as that is done. */
  readonly due: Instant | null;
}

/** What is known beside the rollout. */
export interface Around {
  readonly spec: EnvironmentSpec | null;
  readonly instances: readonly EngineInstance[];
  readonly now: Instant;
}

/** How long it stays in its state at least; null: not a matter of time. */
export function dueAt({ state, strategy }: Pick<Rollout, "state" | "strategy">): Instant | null {
  if (state.kind === "baking") return state.until;
  const lasts = traitsOf(strategy).lastsMs(strategy, state);
  return "since" in state && lasts !== null ? state.since + lasts : null;
}

/** The step after the one that it is in. */
export function nextStepOf(rollout: Rollout, around: Around): NextStep {
  const due = dueAt(rollout);
  if (isHandingOver(rollout.state))
    return { text: "all the traffic, in one moment with the processes with which its paths change owner", due: null };
  if (isWaitingForPerson(rollout)) return { text: "it continues when a person promotes it", due: null };
  const now = Math.max(around.now, due ?? around.now);
  const step = next(rollout, undisturbed(rollout, { ...around, now }));
  return isSame(step, rollout) ? { text: "it continues when that is done", due } : { text: step.why, due };
}

function isSame({ state, outcome }: StrategyStep, rollout: Rollout): boolean {
  return outcome === null && JSON.stringify(state) === JSON.stringify(rollout.state);
}

const healthy = { kind: "healthy" } as const;
const healthyMetrics = { kind: "healthy", trigger: "" } as const;

function undisturbed(rollout: Rollout, { spec, instances, now }: Around): RolloutView {
  const { state, stable } = rollout;
  const { weight, seen } = sharedIn(rollout, instances);
  return {
    now,
    heldUpMs: 0,
    candidateReady: known(true),
    stableInstalled: known(stable !== null && state.kind !== "removing"),
    candidateInstalled: known(state.kind !== "rejected"),
    candidateWeight: known(weight),
    stableWeight: known(state.kind === "clearing" ? 0 : 100 - weight),
    candidateArmed: known(true),
    stableArmed: known(state.kind === "rejected" || isUnderway(state)),
    stableInFlight: known(0),
    candidateInFlight: known(0),
    pre: healthy,
    during: healthy,
    post: healthy,
    verification: healthy,
    wantsVerification: (spec?.validation.rollback.length ?? 0) > 0,
    analysis: healthyMetrics,
    triggers: healthyMetrics,
    isRouted: known(true),
    instances: known(seen),
    stuck: null,
    drainTimeoutMs: spec?.drainTimeoutMs ?? 0,
    isBaked: true,
    bakeMs: bakeMsOf(rollout.strategy, spec, rollout),
    bake: healthy,
    judgeMs: 0,
    onInconclusive: "proceed",
  };
}

function known<T>(value: T): Known<T> {
  return { kind: "known", value };
}

interface Shared {
  /** The candidate's share of the traffic. */
  readonly weight: Percent;
  readonly seen: readonly InstanceView[];
}

function sharedIn({ state, strategy }: Rollout, instances: readonly EngineInstance[]): Shared {
  const seen = instances.map(({ id }) => ({ id, ...asIs, candidateReady: hasCandidate(state, id) }));
  if (strategy.kind !== "rolling" || !isUnderway(state)) return { weight: weightIn(state), seen };
  const rotation = rotationFor(batchIn(state, seen), seen, strategy);
  const inRotation = new Set([...rotation.candidateOn, ...rotation.stableOn]);
  return { weight: candidateWeight(rotation), seen: seen.map((each) => ({ ...each, inRotation: inRotation.has(each.id) })) };
}

const asIs = { isUp: true, stableReady: true, stableInFlight: known(0), inRotation: true } as const;

function weightIn(state: RolloutState): Percent {
  if (state.kind === "shifting") return state.weight;
  return rolloutStates[state.kind].share === "all" ? 100 : 0;
}

function isUnderway(state: RolloutState): state is Underway {
  return rolloutStates[state.kind].share === "instances";
}

/** Of a rolling deployment: those of its batch have it once they are out of rotation. */
function hasCandidate(state: RolloutState, id: string): boolean {
  if (!isUnderway(state)) return false;
  return state.done.includes(id) || (state.kind !== "pausing" && state.kind !== "draining-batch" && state.batch.includes(id));
}
