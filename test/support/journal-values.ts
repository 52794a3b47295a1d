/** Small complete values for tests of the journal. */

import type { Action } from "../../src/domain/journal/actions.ts";
import type { PinionEvent } from "../../src/domain/journal/events.ts";
import type { ValidationResult } from "../../src/domain/validation-result.ts";
import type { Digest, UnitRef } from "../../src/domain/names.ts";
import type { Freeze, Command, CommandResult } from "../../src/domain/journal/commands.ts";
import type { Quarantined, RevertRequest } from "../../src/domain/journal/revert.ts";
import type { Exchange, Rollout, Stuck } from "../../src/domain/journal/rollout.ts";
import { type DeploymentUpdate, emptyDecision, type ProcessState, type Decision } from "../../src/domain/journal/state.ts";

export function digest(letter: string): Digest {
  return `sha256-${letter.repeat(64)}`;
}

export function unit(process: string, version = "1.0.0"): UnitRef {
  return { process, version, digest: digest("a") };
}

export function decision(environment: string, parts: Partial<Decision> = {}): Decision {
  return { ...emptyDecision(environment, 1), ...parts };
}

export function rollout(process: string, deployment: string, parts: Partial<Rollout> = {}): Rollout {
  return {
    deployment,
    process,
    kind: "deploy",
    commit: "c".repeat(40),
    stable: null,
    stableEndpoints: [{ method: "GET", path: "/a" }],
    exchanged: exchanged(process),
    candidate: unit(process),
    strategy: {
      kind: "blue-green",
      healthCheckUrl: null,
      healthCheckTimeoutMs: 1000,
      switchTrafficDelayMs: 0,
      keepOldVersion: true,
      warm: { count: 1, maxAgeMs: null },
    },
    fast: false,
    startedAt: 1,
    deadline: 1000,
    paused: null,
    switchedAt: null,
    state: { kind: "installing" },
    ...parts,
  };
}

export function row(process: string, parts: Partial<ProcessState> = {}): ProcessState {
  return {
    process,
    rollout: null,
    knownGood: [{ ...unit(process), at: 1, exchanged: exchanged(process) }],
    refused: { unit: unit(process, "2.0.0"), why: "its smoke test failed", at: 5 },
    status: {
      environment: "production",
      process,
      desired: "1.0.0",
      actual: [{ version: "1.0.0", weight: 100 }],
      sync: "Synced",
      health: "Healthy",
      phase: "Succeeded",
      reason: { code: "AsPinned", text: "runs as pinned" },
      since: 1,
    },
    revert: null,
    quarantined: [],
    rolledBackAt: null,
    takenOutAt: null,
    ...parts,
  };
}

function exchanged(process: string): readonly Exchange[] {
  return [{ process, before: unit(process), after: null, gave: ["GET /orders"] }];
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
    step: { at, state: "installing", code: "Unrecorded", why: "a new version is pinned" },
    endedAt: null,
  };
}

export function ending(id: string, at = 9): DeploymentUpdate {
  return { id, phase: "Succeeded", step: { at, state: "succeeded", code: "AsPinned", why: "all is well" }, endedAt: at };
}

export function result(subject: string, outcome: ValidationResult["result"] = "passed"): ValidationResult {
  return { phase: "during", scope: "", validation: "smoke_test", subject, result: outcome, detail: "201", at: 3, durationMs: 4 };
}

const person = { name: "Ada", email: "ada@example.org" };

export function command(id: string, parts: Partial<Command> = {}): Command {
  return { id, environment: "production", by: person, why: "it looks odd", at: 2, spec: { kind: "pause", process: "a" }, ...parts };
}

export function answerTo(id: string, parts: Partial<CommandResult> = {}): CommandResult {
  return { id, kind: "done", why: "paused", at: 3, ...parts };
}

export function freeze(): Freeze {
  return { by: person, why: "the till is open", at: 4 };
}

export function revertOrder(process: string, id: string, parts: Partial<RevertRequest> = {}): RevertRequest {
  return {
    id,
    environment: "production",
    process,
    from: "2.0.0",
    to: "1.0.0",
    quarantine: digest("b"),
    trigger: "error_rate",
    why: "20 % errors",
    at: 5,
    commit: "c".repeat(40),
    deployment: null,
    by: null,
    mode: "push",
    ...parts,
  };
}

export function quarantined(rollbackId: string): Quarantined {
  return { version: "2.0.0", digest: digest("b"), why: "20 % errors", at: 5, rollbackId, isInGit: false };
}

export function event(id: string, parts: Partial<PinionEvent> = {}): PinionEvent {
  return {
    id,
    kind: "started",
    at: 1,
    environment: "production",
    process: "a",
    deployment: "d1",
    version: "1.0.0",
    from: null,
    commit: "c".repeat(40),
    trigger: null,
    code: null,
    why: "a new version is pinned",
    ...parts,
  };
}
