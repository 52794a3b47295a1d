/** What is journaled of a deployment when it begins, and the first lines of its story. */

import { type EnvironmentSpec, strategyFor } from "../desired/environment.ts";
import type { Instant, ProcessId } from "../names.ts";
import type { Reason } from "../journal/reason.ts";
import type { Rollout } from "../journal/rollout.ts";
import { rulesOf } from "./rollout-states.ts";
import type { Observation } from "../observed/observation.ts";
import type { DeploymentUpdate } from "../journal/state.ts";
import { limitMsOf } from "./traits.ts";

/** What only the code that begins it can know. */
export type Identity = Pick<
  Rollout,
  "kind" | "candidate" | "definition" | "fast" | "stable" | "stableEndpoints" | "isSecondTry" | "exchanged"
>;

/** Before its first step. */
export function newRollout(process: ProcessId, observation: Observation, spec: EnvironmentSpec, identity: Identity): Rollout {
  const version = identity.candidate?.version ?? "out";
  const strategy = strategyFor(spec, process);
  return {
    deployment: `${observation.environment}.${process}.${version}.${observation.now.toString(36)}`,
    process,
    ...identity,
    commit: observation.commit,
    strategy,
    startedAt: observation.now,
    deadline: observation.now + limitMsOf(strategy, spec),
    lostMs: observation.lostMs,
    paused: null,
    switchedAt: null,
    state: { kind: "validating" },
  };
}

/** The first line, with what it is about. */
export function opened(rollout: Rollout, observation: Observation, { code, text }: Reason): DeploymentUpdate {
  const { deployment, process, kind, candidate, stable, commit, startedAt } = rollout;
  const about = {
    environment: observation.environment,
    process,
    kind,
    version: candidate?.version ?? null,
    digest: candidate?.digest ?? null,
    from: stable?.version ?? null,
  };
  return {
    id: deployment,
    opened: { ...about, strategy: rulesOf(rollout), commit, startedAt },
    phase: "Running",
    step: { at: observation.now, state: "started", code, why: text },
    endedAt: null,
  };
}

/** It entered this state. */
export function entered(rollout: Rollout, now: Instant, { code, text }: Reason): DeploymentUpdate {
  const { state } = rollout;
  const rejected = state.kind === "rejected" ? { trigger: state.trigger } : {};
  return { id: rollout.deployment, phase: "Running", step: { at: now, state: state.kind, code, why: text }, endedAt: null, ...rejected };
}
