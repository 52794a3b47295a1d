/** The door of the journal: what its rows must look like to be believed. Spelled out so that a kind forgotten here does not compile. */

import type { Action, Weight } from "../../../domain/journal/actions.ts";
import type { Phase, ValidationResult } from "../../../domain/validation-result.ts";
import type { DeploymentKind, Exchange, Rollout, RolloutState, Stuck } from "../../../domain/journal/rollout.ts";
import type { PublicEndpoint } from "../../../domain/desired/unit.ts";
import type { Pause } from "../../../domain/journal/people.ts";
import type { DeploymentPhase, Health, ProcessStatus, SyncStatus } from "../../../domain/journal/status.ts";
import type { KnownGood, Refusal, ProcessState } from "../../../domain/journal/state.ts";
import * as fits from "../../../generated/validators/journal.mjs";
import { isFlag, isNumber, isText, isTrue, listOf, nullable, oneOf, optional, shape, variants } from "./guards.ts";
import type { Body, Guard } from "./guards.ts";
import { isQuarantined, isRevert, isRevertRequest } from "./revert-rows.ts";
import { isStrategy } from "./strategy-rows.ts";
import { isDigest, isPerson, isUnitRef } from "./value-rows.ts";
import { isReasonCode, type Reason } from "../../../domain/journal/reason.ts";

export const isDeploymentKind: Guard<DeploymentKind> = fits.deploymentKind;
export const isDeploymentPhase: Guard<DeploymentPhase> = fits.deploymentPhase;
export const isValidationResult: Guard<ValidationResult> = fits.validationResult;

const isPhase = oneOf<Phase>({ pre: true, during: true, post: true });
const isNames = listOf(isText);

const isWeight = shape<Weight>({ unit: isUnitRef, weight: isNumber, on: optional(isNames) });
const nothing = shape<object>({});
const since = shape<{ readonly since: number }>({ since: isNumber });
const batch = shape<Body<RolloutState, "draining-batch">>({ done: isNames, batch: isNames, since: isNumber, isKeptIn: optional(isTrue) });

export const isAction = variants<Action>({
  "ensure-installed": shape<Body<Action, "ensure-installed">>({ unit: isUnitRef, on: optional(isNames) }),
  "ensure-validated": shape<Body<Action, "ensure-validated">>({
    unit: isUnitRef,
    phase: isPhase,
    deployment: isText,
    on: optional(isNames),
    isRollback: optional(isTrue),
  }),
  "ensure-weights": shape<Body<Action, "ensure-weights">>({ process: isText, weights: listOf(isWeight), with: optional(isNames) }),
  "ensure-armed": shape({ process: isText, digest: nullable(isDigest) }),
  "ensure-removed": shape({ unit: isUnitRef }),
  "ensure-reverted": shape({ process: isText, request: isRevertRequest }),
});

export const isStuck = shape<Stuck>({
  action: isAction,
  code: isText,
  detail: isText,
  retry: oneOf<Stuck["retry"]>({ later: true, never: true }),
  attempts: isNumber,
  commit: optional(isText),
});

const isRolloutState = variants<RolloutState>({
  validating: nothing,
  installing: nothing,
  checking: nothing,
  waiting: shape<Body<RolloutState, "waiting">>({ since: isNumber, hasPassed: optional(isTrue) }),
  "handing-over": since,
  switching: nothing,
  shifting: shape<Body<RolloutState, "shifting">>({
    step: isNumber,
    weight: isNumber,
    since: isNumber,
    hasPassed: optional(isTrue),
  }),
  "draining-batch": batch,
  updating: batch,
  verifying: batch,
  restoring: batch,
  pausing: shape<Body<RolloutState, "pausing">>({ done: isNames, since: isNumber, isAccepted: optional(isFlag) }),
  "post-deployment": nothing,
  draining: since,
  clearing: since,
  removing: shape<Body<RolloutState, "removing">>({ unjudged: optional(isText) }),
  baking: shape<Body<RolloutState, "baking">>({
    since: isNumber,
    until: isNumber,
    hasLostTraffic: optional(isTrue),
    isAccepted: optional(isFlag),
  }),
  rejected: shape<Body<RolloutState, "rejected">>({
    why: isText,
    since: isNumber,
    hadTraffic: isFlag,
    trigger: isText,
    isStableLost: optional(isFlag),
  }),
});

const isExchange = shape<Exchange>({
  process: isText,
  before: nullable(isUnitRef),
  after: nullable(isUnitRef),
  gave: isNames,
});

const isRollout = shape<Rollout>({
  deployment: isText,
  process: isText,
  kind: isDeploymentKind,
  commit: isText,
  stable: nullable(isUnitRef),
  stableEndpoints: optional(listOf(shape<PublicEndpoint>({ method: isText, path: isText }))),
  candidate: nullable(isUnitRef),
  definition: optional(isDigest),
  strategy: isStrategy,
  fast: isFlag,
  isSecondTry: optional(isTrue),
  isUnshared: optional(isTrue),
  awaits: optional(isText),
  exchanged: optional(listOf(isExchange)),
  startedAt: isNumber,
  deadline: isNumber,
  lostMs: optional(isNumber),
  paused: nullable(shape<Pause>({ by: isPerson, why: isText, at: isNumber })),
  switchedAt: nullable(isNumber),
  state: isRolloutState,
});

const isStatus = shape<ProcessStatus>({
  environment: isText,
  process: isText,
  desired: nullable(isText),
  actual: listOf(shape({ version: isText, weight: isNumber })),
  sync: oneOf<SyncStatus>({ Synced: true, OutOfSync: true, Unknown: true }),
  health: oneOf<Health>({ Healthy: true, Progressing: true, Degraded: true, Suspended: true, Missing: true }),
  phase: nullable(isDeploymentPhase),
  reason: shape<Reason>({ code: isReasonCode, text: isText, about: optional(isText) }),
  since: isNumber,
});

export const isProcessState = shape<ProcessState>({
  process: isText,
  rollout: nullable(isRollout),
  knownGood: listOf(
    shape<KnownGood>({
      process: isText,
      version: isText,
      digest: isDigest,
      at: isNumber,
      definition: optional(isDigest),
      why: optional(isText),
      unjudged: optional(isText),
      exchanged: optional(listOf(isExchange)),
    }),
  ),
  refused: nullable(shape<Refusal>({ unit: isUnitRef, code: optional(isReasonCode), why: isText, at: isNumber, awaits: optional(isText) })),
  status: nullable(isStatus),
  revert: nullable(isRevert),
  quarantined: listOf(isQuarantined),
  rolledBackAt: nullable(isNumber),
  takenOutAt: nullable(isNumber),
});

/** The value in a JSON text when it is what the guard asks for, else null. `complete` fills in first what older releases did not write. */
export function parseJson<T>(text: unknown, guard: Guard<T>, complete?: (value: unknown) => unknown): T | null {
  if (!isText(text)) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    const value = complete ? complete(parsed) : parsed;
    return guard(value) ? value : null;
  } catch {
    return null;
  }
}
