/** What rows of the journal must look like to be believed. Fields of a newer Pinion are let through. */

import { type Static, Type } from "typebox";
import type { HandEdit, RecordedChanges } from "../domain/changes/recorded.ts";
import type { Action } from "../domain/journal/actions.ts";
import type { Command, CommandResult, CommandSpec, Freeze } from "../domain/journal/commands.ts";
import type { EventKind, PinionEvent } from "../domain/journal/events.ts";
import { type ReasonCode, reasonCatalogue } from "../domain/journal/reason.ts";
import type { Revert } from "../domain/journal/revert.ts";
import type { Stuck } from "../domain/journal/rollout.ts";
import type { DeploymentStepRecord, ProcessState } from "../domain/journal/state.ts";
import type { ProcessStatus } from "../domain/journal/status.ts";
import type { ValidationResult } from "../domain/validation-result.ts";
import { exchanges, rollout, unitRef } from "./rollout.ts";
import { describing, digest, list, named, nullable, oneOf, variants } from "./shapes.ts";
import * as values from "./values.ts";

const text = Type.String();
const number = Type.Number();
const texts = list(text);
const kind = <const Kind extends string>(name: Kind) => Type.Literal(name);
const reasonCode = describing<ReasonCode>()(named("ReasonCode", oneOf(Object.keys(reasonCatalogue) as ReasonCode[])));

export const validationResult = describing<ValidationResult>()(values.validationResult(number));
export const recordedChanges = describing<RecordedChanges>()(values.recordedChanges);
export const handEdit = describing<HandEdit>()(values.handEdit(number));
export const openedPlan = values.openedPlan;

const revertRequest = named("RevertRequest", values.revertRequest(number));

export const action = describing<Action>()(
  named(
    "Action",
    variants([
      Type.Object({ kind: kind("ensure-installed"), unit: unitRef, on: Type.Optional(texts) }),
      Type.Object({
        kind: kind("ensure-validated"),
        unit: unitRef,
        phase: values.validationPhase,
        deployment: text,
        on: Type.Optional(texts),
        isRollback: Type.Optional(Type.Literal(true)),
      }),
      Type.Object({
        kind: kind("ensure-weights"),
        process: text,
        weights: list(Type.Object({ unit: unitRef, weight: number, on: Type.Optional(texts) })),
        with: Type.Optional(texts),
      }),
      Type.Object({ kind: kind("ensure-armed"), process: text, digest: nullable(digest) }),
      Type.Object({ kind: kind("ensure-removed"), unit: unitRef }),
      Type.Object({ kind: kind("ensure-reverted"), process: text, request: revertRequest }),
    ]),
  ),
);

export const stuck = describing<Stuck>()(
  Type.Object({
    action,
    code: text,
    detail: text,
    retry: oneOf(["later", "never"]),
    attempts: number,
    commit: Type.Optional(text),
  }),
);

const revert = describing<Revert>()(
  named("Revert", Type.Object({
    request: revertRequest,
    outcome: nullable(values.revertOutcome),
    told: Type.Optional(oneOf(["owed", "proposed"])),
    doubt: Type.Optional(Type.Object({ about: texts, until: number, rolledBackAt: nullable(number) })),
  })),
);

const status = describing<ProcessStatus>()(
  Type.Object({
    environment: text,
    process: text,
    desired: nullable(text),
    actual: values.actual,
    sync: values.syncStatus,
    health: values.health,
    phase: nullable(values.deploymentPhase),
    reason: Type.Object({ code: reasonCode, text, about: Type.Optional(text) }),
    since: number,
  }),
);

const knownGood = Type.Object({
  process: text,
  version: text,
  digest,
  at: number,
  definition: Type.Optional(digest),
  why: Type.Optional(text),
  unjudged: Type.Optional(text),
  exchanged: Type.Optional(exchanges),
});

const refusal = named("Refusal", Type.Object({
  unit: unitRef,
  code: Type.Optional(reasonCode),
  why: text,
  at: number,
  awaits: Type.Optional(text),
}));

/** Of one process in one environment. */
export const processState = describing<ProcessState>()(
  named(
    "ProcessState",
    Type.Object({
      process: text,
      rollout: nullable(rollout),
      knownGood: list(knownGood),
      refused: nullable(refusal),
      status: nullable(status),
      revert: nullable(revert),
      quarantined: list(values.quarantined(number)),
      rolledBackAt: nullable(number),
      takenOutAt: nullable(number),
    }),
  ),
);
export const processStates = list(processState);

const ofProcess = <const Kind extends string>(name: Kind) => Type.Object({ kind: kind(name), process: text });

const commandSpec = describing<CommandSpec>()(
  variants([
    ofProcess("pause"),
    ofProcess("resume"),
    ofProcess("abort"),
    ofProcess("retry"),
    ofProcess("recover"),
    Type.Object({ kind: kind("promote"), process: text, isFull: Type.Boolean() }),
    Type.Object({ kind: kind("rollback"), process: text, to: nullable(text) }),
    Type.Object({ kind: kind("freeze") }),
    Type.Object({ kind: kind("unfreeze") }),
  ]),
);

export const command = describing<Command>()(
  Type.Object({ id: text, environment: text, by: values.person, why: text, at: number, spec: commandSpec }),
);
export const commandResult = describing<CommandResult>()(
  Type.Object({ id: text, kind: oneOf(["done", "refused"]), why: text, at: number }),
);
export const freeze = describing<Freeze>()(Type.Object({ by: values.person, why: text, at: number, lostMs: Type.Optional(number) }));

const eventKinds = {
  started: true,
  "taken-out": true,
  held: true,
  succeeded: true,
  failed: true,
  "rolled-back": true,
  drift: true,
  "git-lags": true,
  "store-failing": true,
  "gateway-down": true,
  "gateway-up": true,
  "engine-down": true,
  "engine-up": true,
  "secrets-changed": true,
  frozen: true,
  unfrozen: true,
} as const satisfies Readonly<Record<EventKind, true>>;

export const event = describing<PinionEvent>()(
  Type.Object({
    id: text,
    kind: oneOf(Object.keys(eventKinds) as EventKind[]),
    at: number,
    environment: text,
    process: nullable(text),
    deployment: nullable(text),
    version: nullable(text),
    from: nullable(text),
    commit: nullable(text),
    trigger: nullable(text),
    code: nullable(reasonCode),
    why: text,
    changes: Type.Optional(texts),
  }),
);

export const timelineStep = describing<DeploymentStepRecord>()(Type.Object({ at: number, state: text, code: reasonCode, why: text }));

/** A deployment as it is in its own row. */
export const deploymentRow = Type.Object({
  id: text,
  environment: text,
  process: text,
  kind: values.deploymentKind,
  version: nullable(text),
  digest: nullable(digest),
  from: nullable(text),
  strategy: text,
  commit: text,
  startedAt: number,
  endedAt: nullable(number),
  phase: values.deploymentPhase,
  reason: text,
  reasonCode,
  trigger: nullable(text),
});

/** How often deployments with something in common ended so, and how long they took together. */
export const deploymentCount = Type.Object({
  environment: text,
  process: text,
  kind: values.deploymentKind,
  strategy: text,
  phase: values.deploymentPhase,
  trigger: nullable(text),
  count: number,
  durationMs: number,
});

/** A list of whatever, each of which is looked at by itself. */
export const objects = list(Type.Object({}));

export type DeploymentRow = Static<typeof deploymentRow>;
