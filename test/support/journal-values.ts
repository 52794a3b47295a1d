/** Small complete values for tests of the journal. */

import type { Action } from "../../src/domain/actions.ts";
import type { ValidationResult } from "../../src/domain/evidence.ts";
import type { Digest, UnitRef } from "../../src/domain/names.ts";
import type { Rollout, Stuck } from "../../src/domain/rollout.ts";
import type { DeploymentUpdate, ProcessState, Step } from "../../src/domain/state.ts";

export function digest(letter: string): Digest {
  return `sha256-${letter.repeat(64)}`;
}

export function unit(process: string, version = "1.0.0"): UnitRef {
  return { process, version, digest: digest("a") };
}

export function step(environment: string, parts: Partial<Step> = {}): Step {
  return { environment, at: 1, processes: [], forgotten: [], owed: new Map(), deployments: [], wakeAt: null, ...parts };
}

export function rollout(process: string, deployment: string): Rollout {
  return {
    deployment,
    process,
    kind: "deploy",
    commit: "c".repeat(40),
    stable: null,
    candidate: unit(process),
    strategy: { kind: "blue-green", healthCheckUrl: null, healthCheckTimeoutMs: 1000, switchTrafficDelayMs: 0, keepOldVersion: true },
    fast: false,
    startedAt: 1,
    deadline: 1000,
    state: { kind: "installing" },
  };
}

export function row(process: string, parts: Partial<ProcessState> = {}): ProcessState {
  return {
    process,
    rollout: null,
    knownGood: [unit(process)],
    refused: { unit: unit(process, "2.0.0"), why: "its smoke test failed", at: 5 },
    status: {
      environment: "production",
      process,
      desired: "1.0.0",
      actual: [{ version: "1.0.0", weight: 100 }],
      sync: "Synced",
      health: "Healthy",
      phase: "Succeeded",
      reason: "runs as pinned",
      since: 1,
    },
    ...parts,
  };
}

export function install(process: string, version = "1.0.0"): Action {
  return { kind: "ensure-installed", unit: unit(process, version) };
}

export function arm(process: string): Action {
  return { kind: "ensure-armed", process, digest: digest("a") };
}

export function stuckWith(action: Action): Stuck {
  return { action, code: "engine/unreachable", detail: "nobody answers", retry: "later", attempts: 3 };
}

export function opening(environment: string, process: string, id: string, at = 1): DeploymentUpdate {
  const opened = {
    environment,
    process,
    kind: "deploy",
    version: "1.0.0",
    digest: digest("a"),
    from: null,
    strategy: "blue-green",
  } as const;
  return {
    id,
    opened: { ...opened, commit: "c".repeat(40), startedAt: at },
    phase: "Running",
    step: { at, state: "installing", why: "a new version is pinned" },
    endedAt: null,
  };
}

export function ending(id: string, at = 9): DeploymentUpdate {
  return { id, phase: "Succeeded", step: { at, state: "succeeded", why: "all is well" }, endedAt: at };
}

export function result(subject: string, outcome: ValidationResult["result"] = "passed"): ValidationResult {
  return { phase: "during", validation: "smoke_test", subject, result: outcome, detail: "201", at: 3, durationMs: 4 };
}
