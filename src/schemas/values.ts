/** What stands in the journal and in the API's answers alike. If a value has a time, the schema that uses it says how times are written. */

import { type TSchema, Type } from "typebox";
import type { WorkflowChanges } from "../domain/changes/changes.ts";
import type { RecordedChanges } from "../domain/changes/recorded.ts";
import { askedFrom, type Phase, type ValidationName } from "../domain/validation-result.ts";
import type { OpenedPlan, DeploymentAction } from "../domain/journal/rollout-plan.ts";
import type { DeploymentKind } from "../domain/journal/rollout.ts";
import type { DeploymentPhase, Health, SyncStatus } from "../domain/journal/status.ts";
import { describing, digest, list, named, nullable, oneOf, variants } from "./shapes.ts";

const text = Type.String();

export const deploymentKind = describing<DeploymentKind>()(oneOf(["deploy", "rollback", "self-heal", "prune"]));

export const deploymentPhase = describing<DeploymentPhase>()(
  oneOf(["Pending", "Running", "Succeeded", "Failed", "RolledBack", "Superseded", "Aborted"]),
);

export const syncStatus = describing<SyncStatus>()(oneOf(["Synced", "OutOfSync", "Unknown"]));

export const health = describing<Health>()(oneOf(["Healthy", "Progressing", "Degraded", "Suspended", "Missing"]));

export const validationPhase = describing<Phase>()(oneOf(["pre", "during", "post"]));

const validationName = oneOf(Object.keys(askedFrom) as ValidationName[]);

/** What is installed, with its share of the traffic. */
export const actual = list(Type.Object({ version: text, weight: Type.Number() }));

export const person = named("Person", Type.Object({ name: text, email: nullable(text), claimed: Type.Optional(text) }));

/** Results of validations. */
export function validationResult<At extends TSchema>(at: At) {
  return Type.Object({
    phase: validationPhase,
    scope: text,
    validation: validationName,
    subject: text,
    result: oneOf(["passed", "failed", "unknown"]),
    detail: text,
    engineWentAway: Type.Optional(Type.Literal(true)),
    at,
    durationMs: Type.Number(),
  });
}

/** Somebody's word that holds things up: a pause, or a freeze. */
export function pause<At extends TSchema>(at: At) {
  return Type.Object({ by: person, why: text, at });
}

/** A pin that is to be put back. */
export function revertRequest<At extends TSchema>(at: At) {
  return Type.Object({
    id: text,
    environment: text,
    process: text,
    from: text,
    to: text,
    along: Type.Optional(list(Type.Object({ process: text, from: text, to: text }))),
    quarantine: nullable(digest),
    trigger: text,
    why: text,
    at,
    commit: text,
    deployment: nullable(text),
    by: nullable(person),
    mode: oneOf(["push", "propose"]),
  });
}

/** What became of it. */
export const revertOutcome = variants([
  Type.Object({ kind: Type.Literal("committed"), commit: text }),
  Type.Object({ kind: Type.Literal("superseded"), why: text }),
  Type.Object({ kind: Type.Literal("proposed"), branch: text, commit: text, why: text }),
]);

export function quarantined<At extends TSchema>(at: At) {
  return Type.Object({ version: text, digest, why: text, at, rollbackId: text, isInGit: Type.Boolean() });
}

const objects = { type: "array", items: { type: "object" } } as const;
const texts = { type: "array", items: { type: "string" } } as const;

/** What takes one definition to another, as `pinion diff --format json` prints it. */
const workflowChanges = named(
  "WorkflowChanges",
  Type.Unsafe<WorkflowChanges>({
    type: "object",
    required: ["nodesAdded", "nodesRemoved", "nodesModified", "connectionsAdded", "connectionsRemoved", "configurationChanges", "userId"],
    properties: {
      nodesAdded: objects,
      nodesRemoved: texts,
      nodesModified: objects,
      connectionsAdded: objects,
      connectionsRemoved: texts,
      configurationChanges: objects,
      userId: { type: "string" },
    },
  }),
);

/** What changed, in sentences, and whole where it is not too large. */
export const recordedChanges = describing<RecordedChanges>()(
  named(
    "RecordedChanges",
    Type.Object({
      impact: nullable(oneOf(["breaking", "compatible"])),
      sentences: list(Type.Object({ kind: oneOf(["added", "removed", "changed"]), text, node: nullable(text) })),
      more: Type.Number(),
      changes: nullable(workflowChanges),
    }),
  ),
);

/** What somebody changed in the engine by hand. */
export function handEdit<At extends TSchema>(at: At) {
  return Type.Object({
    environment: text,
    process: text,
    version: text,
    digest,
    content: text,
    seenAt: at,
    undone: nullable(Type.Object({ at, deployment: nullable(text) })),
    changes: recordedChanges,
  });
}

const planned = { validation: validationName, subject: text };
const riskLevel = oneOf(["low", "medium", "high"]);

const actions = {
  validate: true,
  install: true,
  check: true,
  wait: true,
  "hand-over": true,
  shift: true,
  analyse: true,
  pause: true,
  roll: true,
  switch: true,
  confirm: true,
  drain: true,
  bake: true,
  clear: true,
  remove: true,
} as const satisfies Readonly<Record<DeploymentAction, true>>;

/** What will be done if nothing disturbs it. Durations are milliseconds. */
export const rolloutPlan = named(
  "DeploymentPlan",
  Type.Object({
    steps: list(
      Type.Object({
        id: text,
        key: text,
        name: text,
        brief: text,
        action: oneOf(Object.keys(actions) as DeploymentAction[]),
        order: Type.Number(),
        dependencies: list(text),
        validation: nullable(Type.Object({ phase: validationPhase, validations: list(Type.Object(planned)) })),
        estimatedDuration: Type.Number(),
      }),
    ),
    dependencies: list(Type.Object({ process: text, on: text, range: text, version: text })),
    estimatedDuration: Type.Number(),
    riskAssessment: Type.Object({
      level: riskLevel,
      reasons: list(Type.Object({ level: riskLevel, process: nullable(text), reason: text })),
    }),
    validationChecks: list(Type.Object({ process: text, phase: validationPhase, ...planned })),
    leftOut: Type.Number(),
  }),
);

/** How to get back. */
export const rollbackPlan = named(
  "RollbackPlan",
  Type.Object({
    instruction: text,
    automatic: nullable(Type.Object({ triggers: list(text), bakeMs: Type.Number() })),
    steps: list(
      Type.Object({ process: text, version: nullable(text), how: oneOf(["switch-back", "reinstall", "remove"]), name: text }),
    ),
  }),
);

export const openedPlan = describing<OpenedPlan>()(
  Type.Object({ deploymentPlan: rolloutPlan, rollbackPlan: nullable(rollbackPlan) }),
);
