/** Small complete values for tests of what is told about a decision. */

import type { Digest } from "../../src/domain/names.ts";
import type { RevertRequest } from "../../src/domain/journal/revert.ts";
import type { Rollout } from "../../src/domain/journal/rollout.ts";
import type { DeploymentUpdate, EnvironmentState, ProcessState, Decision } from "../../src/domain/journal/state.ts";
import type { DeploymentPhase, ProcessStatus } from "../../src/domain/journal/status.ts";
import type { ReasonCode } from "../../src/domain/journal/reason.ts";
import { saying } from "./reason.ts";

export const now = 1_000;
export const deployment = "production.orders.1.1.0.rs";
const digest = (letter: string): Digest => `sha256-${letter.repeat(64)}`;
export const unit = (version: string) => ({ process: "orders", version, digest: digest(version.endsWith("1.0") ? "b" : "a") });
export const person = { name: "Ada", email: null };

export function row(parts: Partial<ProcessState> = {}): ProcessState {
  const nothing = {
    rollout: null,
    knownGood: [],
    refused: null,
    status: null,
    revert: null,
    quarantined: [],
    rolledBackAt: null,
    takenOutAt: null,
  };
  return { process: "orders", ...nothing, ...parts };
}

export function rollout(parts: Partial<Rollout> = {}): Rollout {
  return {
    deployment,
    process: "orders",
    kind: "deploy",
    commit: "c1",
    stable: unit("1.0.0"),
    candidate: unit("1.1.0"),
    strategy: { kind: "recreate" },
    fast: false,
    startedAt: 1,
    deadline: 100,
    paused: null,
    switchedAt: null,
    state: { kind: "installing" },
    ...parts,
  };
}

export function status(parts: Partial<ProcessStatus> = {}): ProcessStatus {
  return {
    environment: "production",
    process: "orders",
    desired: "1.1.0",
    actual: [{ version: "1.0.0", weight: 100 }],
    sync: "OutOfSync",
    health: "Healthy",
    phase: "Pending",
    reason: saying("needs billing ^2, which is not serving here", "DependencyMissing"),
    since: 1,
    ...parts,
  };
}

export function before(parts: Partial<EnvironmentState> = {}, ...rows: readonly ProcessState[]): EnvironmentState {
  const processes = new Map(rows.map((one) => [one.process, one]));
  return {
    environment: "production",
    processes,
    owed: [],
    validationResults: new Map(),
    freeze: null,
    commands: [],
    hasAnswered: true,
    ...parts,
  };
}

export function decision(parts: Partial<Decision> = {}): Omit<Decision, "events"> {
  const nothing = { processes: [], forgotten: [], owed: new Map(), deployments: [], results: [], wakeAt: null };
  return { environment: "production", at: now, ...nothing, ...parts };
}

export function opening(kind: Rollout["kind"], why: string, code: ReasonCode = "Unrecorded"): DeploymentUpdate {
  const versions = { version: "1.1.0", digest: digest("b"), from: "1.0.0" };
  const opened = { environment: "production", process: "orders", kind, ...versions, strategy: "canary", commit: "c1", startedAt: now };
  return { id: deployment, opened, phase: "Running", step: { at: now, state: "started", code, why }, endedAt: null };
}

export function ending(phase: DeploymentPhase, why = "so it ended"): DeploymentUpdate {
  return { id: deployment, phase, step: { at: now, state: phase, code: "Unrecorded", why }, endedAt: now };
}

export const request: RevertRequest = {
  id: "rollback-1",
  environment: "production",
  process: "orders",
  from: "1.1.0",
  to: "1.0.0",
  quarantine: digest("b"),
  trigger: "error_rate",
  why: "too many errors",
  at: 900,
  deployment,
  by: null,
  mode: "push",
  commit: "c1",
};
