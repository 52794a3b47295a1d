/** The door of the journal: what its rows must look like to be believed. Spelled out so that a kind forgotten here does not compile. */

import type { Action, Phase, Weight } from "../../domain/actions.ts";
import type { StrategySpec } from "../../domain/environment.ts";
import type { ValidationName, ValidationResult } from "../../domain/evidence.ts";
import type { Digest, UnitRef } from "../../domain/names.ts";
import type { DeploymentKind, Rollout, RolloutState, Stuck } from "../../domain/rollout.ts";
import type { DeploymentPhase, Health, ProcessStatus, SyncStatus } from "../../domain/status.ts";
import type { ProcessState } from "../../domain/state.ts";
import { isFlag, isNumber, isText, listOf, nullable, oneOf, shape, variants } from "./guards.ts";
import type { Guard } from "./guards.ts";

const digestPattern = /^sha256-[0-9a-f]{64}$/;

export const isDigest: Guard<Digest> = (value): value is Digest => isText(value) && digestPattern.test(value);
export const isDeploymentKind = oneOf<DeploymentKind>("deploy", "rollback", "heal", "retire");
export const isDeploymentPhase = oneOf<DeploymentPhase>("Pending", "Running", "Succeeded", "Failed", "RolledBack", "Superseded", "Aborted");

const isPhase = oneOf<Phase>("pre", "during", "post");
const isUnitRef = shape<UnitRef>({ process: isText, version: isText, digest: isDigest });
const isWeight = shape<Weight>({ unit: isUnitRef, weight: isNumber });
const nothing = shape<object>({});
const since = shape<{ readonly since: number }>({ since: isNumber });

export const isAction = variants<Action>({
  "ensure-installed": shape({ unit: isUnitRef }),
  "ensure-validated": shape({ unit: isUnitRef, phase: isPhase, deployment: isText }),
  "ensure-weights": shape({ process: isText, weights: listOf(isWeight) }),
  "ensure-armed": shape({ process: isText, digest: nullable(isDigest) }),
  "ensure-removed": shape({ unit: isUnitRef }),
});

export const isStuck = shape<Stuck>({
  action: isAction,
  code: isText,
  detail: isText,
  retry: oneOf("later", "never"),
  attempts: isNumber,
});

const isRolloutState = variants<RolloutState>({
  validating: nothing,
  installing: nothing,
  checking: nothing,
  waiting: since,
  switching: nothing,
  confirming: nothing,
  draining: since,
  clearing: since,
  removing: nothing,
  rejected: shape({ why: isText, since: isNumber, hadTraffic: isFlag }),
});

const isStrategy = variants<StrategySpec>({
  "blue-green": shape({
    healthCheckUrl: nullable(isText),
    healthCheckTimeoutMs: isNumber,
    switchTrafficDelayMs: isNumber,
    keepOldVersion: isFlag,
  }),
  recreate: nothing,
});

const isRollout = shape<Rollout>({
  deployment: isText,
  process: isText,
  kind: isDeploymentKind,
  commit: isText,
  stable: nullable(isUnitRef),
  candidate: nullable(isUnitRef),
  strategy: isStrategy,
  fast: isFlag,
  startedAt: isNumber,
  deadline: isNumber,
  state: isRolloutState,
});

const isStatus = shape<ProcessStatus>({
  environment: isText,
  process: isText,
  desired: nullable(isText),
  actual: listOf(shape({ version: isText, weight: isNumber })),
  sync: oneOf<SyncStatus>("Synced", "OutOfSync", "Unknown"),
  health: oneOf<Health>("Healthy", "Progressing", "Degraded", "Suspended", "Missing"),
  phase: nullable(isDeploymentPhase),
  reason: isText,
  since: isNumber,
});

export const isProcessState = shape<ProcessState>({
  process: isText,
  rollout: nullable(isRollout),
  knownGood: listOf(isUnitRef),
  refused: nullable(shape({ unit: isUnitRef, why: isText, at: isNumber })),
  status: nullable(isStatus),
});

export const isValidationResult = shape<ValidationResult>({
  phase: isPhase,
  validation: oneOf<ValidationName>(
    "process_validation",
    "environment_validation",
    "dependency_validation",
    "step_validation",
    "health_check",
    "smoke_test",
    "service_availability",
    "monitoring_setup",
  ),
  subject: isText,
  result: oneOf("passed", "failed", "unknown"),
  detail: isText,
  at: isNumber,
  durationMs: isNumber,
});

/** The value in a JSON text when it is what the guard asks for, else null. */
export function parseJson<T>(text: unknown, guard: Guard<T>): T | null {
  if (!isText(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    return guard(value) ? value : null;
  } catch {
    return null;
  }
}
