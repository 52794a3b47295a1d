/** Small complete values for tests of the rolling strategy. */

import type { RollingSpec } from "../../../src/domain/desired/environment.ts";
import type { Digest } from "../../../src/domain/names.ts";
import type { InstanceView, Rollout, RolloutView, RolloutState } from "../../../src/domain/journal/rollout.ts";

const digest = (letter: string): Digest => `sha256-${letter.repeat(64)}`;
export const stable = { process: "orders", version: "1.0.0", digest: digest("a") };
export const candidate = { process: "orders", version: "1.1.0", digest: digest("b") };
export const spec: RollingSpec = { kind: "rolling", batchSize: 1, batchDelayMs: 500, maxUnavailable: 1, healthCheckIntervalMs: 200 };

export function rolloutIn(state: RolloutState, parts: Partial<Rollout> = {}): Rollout {
  return {
    deployment: "production.orders.1.1.0.rs",
    process: "orders",
    kind: "deploy",
    commit: "c1",
    stable,
    candidate,
    strategy: spec,
    fast: false,
    startedAt: 0,
    deadline: 100_000,
    paused: null,
    switchedAt: null,
    state,
    ...parts,
  };
}

/** Up, with the old version serving. */
export function instance(id: string, parts: Partial<InstanceView> = {}): InstanceView {
  return { id, isUp: true, candidateReady: false, stableReady: true, stableInFlight: known(0), inRotation: true, ...parts };
}

export function known<T>(value: T): { readonly kind: "known"; readonly value: T } {
  return { kind: "known", value };
}

/** All is well, and the old version has all the traffic. */
export function seenWith(instances: readonly InstanceView[], parts: Partial<RolloutView> = {}): RolloutView {
  const healthy = { kind: "healthy" } as const;
  const nothing = { kind: "unknown", why: "no validation has run yet" } as const;
  return {
    now: 1_000,
    heldUpMs: 0,
    candidateReady: known(false),
    stableInstalled: known(true),
    candidateInstalled: known(true),
    candidateWeight: known(0),
    stableWeight: known(100),
    candidateArmed: known(false),
    stableArmed: known(true),
    stableInFlight: known(0),
    candidateInFlight: known(0),
    pre: healthy,
    during: nothing,
    post: nothing,
    verification: nothing,
    wantsVerification: false,
    isBaked: true,
    analysis: { ...healthy, trigger: "" },
    triggers: { ...healthy, trigger: "" },
    isRouted: known(true),
    instances: known(instances),
    stuck: null,
    drainTimeoutMs: 3_000,
    bakeMs: 0,
    bake: healthy,
    judgeMs: 30_000,
    onInconclusive: "proceed",
    ...parts,
  };
}
