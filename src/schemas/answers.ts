/** What the controller's API answers, and what `--format json` prints. */

import { type Static, type TUnsafe, Type } from "typebox";
import type { ReasonCode } from "../domain/journal/reason.ts";
import type { GateName } from "../domain/gates/gates.ts";
import type { Finding } from "../domain/finding.ts";
import type { EngineInstance } from "../domain/desired/unit.ts";
import { describing, digest, list, named, nullable, oneOf, time, variants } from "./shapes.ts";
import {
  actual,
  deploymentKind,
  deploymentPhase,
  health,
  handEdit,
  pause,
  quarantined,
  recordedChanges,
  rollbackPlan,
  rolloutPlan,
  revertRequest,
  revertOutcome,
  syncStatus,
  validationResult,
} from "./values.ts";

const text = Type.String();
const number = Type.Number();

/** A controller of a later release may have more of them than its caller knows. */
const reasonCode = Type.Unsafe<ReasonCode>({ type: "string", description: "a code of docs/reasons.md" });

const reason = named("Reason", Type.Object({ code: reasonCode, text, about: Type.Optional(text) }));

const finding = describing<Finding>()(
  named(
    "Finding",
    Type.Object({
      file: text,
      line: number,
      column: number,
      pointer: text,
      code: text,
      severity: oneOf(["error", "warning"]),
      message: text,
      hint: text,
    }),
  ),
);

const verdictKinds = ["healthy", "unhealthy", "unknown"] as const;

const verdict = variants([
  Type.Object({ kind: Type.Literal("healthy") }),
  Type.Object({ kind: Type.Literal("unhealthy"), why: text }),
  Type.Object({ kind: Type.Literal("unknown"), why: text, about: Type.Optional(text) }),
]);

const figure = Type.Object({
  name: text,
  unit: oneOf(["%", "ms", ""]),
  candidate: nullable(number),
  stable: nullable(number),
  limit: text,
  requests: nullable(number),
  verdict: oneOf(verdictKinds),
  why: text,
});

const progress = named(
  "Progress",
  Type.Object({
    deployment: text,
    strategy: text,
    state: text,
    version: nullable(text),
    from: nullable(text),
    startedAt: time,
    step: nullable(number),
    steps: nullable(number),
    weight: number,
    why: text,
    until: nullable(time),
    deadline: nullable(time),
    verdict,
    figures: list(figure),
    paused: nullable(pause(time)),
    plan: nullable(
      Type.Object({
        steps: list(Type.Object({ name: text, brief: text, estimatedDuration: number })),
        step: nullable(number),
        leftMs: nullable(number),
      }),
    ),
  }),
);

const revert = named(
  "Revert",
  Type.Object({ request: revertRequest(time), outcome: nullable(revertOutcome), refusal: nullable(text) }),
);

const process = named(
  "Process",
  Type.Object({
    process: text,
    desired: nullable(text),
    actual,
    sync: syncStatus,
    health,
    phase: nullable(deploymentPhase),
    reason,
    since: time,
    requests: nullable(Type.Object({ perSecond: number, overMs: number })),
    progress: nullable(progress),
    revert: nullable(revert),
    quarantined: list(quarantined(time)),
    drift: nullable(handEdit(time)),
    deadEnd: nullable(text),
  }),
);

const environment = named(
  "Environment",
  Type.Object({
    name: text,
    observedAt: nullable(time),
    type: text,
    url: text,
    freeze: nullable(pause(time)),
    processes: list(process),
    instances: list(describing<EngineInstance>()(Type.Object({ id: text, state: oneOf(["starting", "ready", "down"]), why: text }))),
    notes: list(text),
    findings: list(finding),
  }),
);

const repository = Type.Object({
  url: text,
  branch: text,
  commit: nullable(text),
  subject: nullable(text),
  author: nullable(text),
  committedAt: nullable(time),
  fetchedAt: nullable(time),
  state: oneOf(["starting", "ok", "error"]),
  code: nullable(text),
  reason: text,
  since: time,
  lastPollAt: nullable(time),
  lastGoodPollAt: nullable(time),
  nextPollAt: nullable(time),
});

/** The whole picture. */
export const status = Type.Object({
  now: nullable(time),
  store: nullable(Type.Object({ since: time, code: oneOf(["store/full", "store/failed"]), why: text })),
  gateway: nullable(Type.Object({ state: oneOf(["up", "down"]), why: text, since: time, restarts: number, tampered: number })),
  repository,
  environments: list(environment),
  findings: list(finding),
});

const listedProcess = named("ListedProcess", Type.Object({ environment: text, ...process.properties }));

/** One page of a list of processes. `total`: on all pages. `next`: the cursor of the next page; null: this is the last one. */
export const processes = Type.Object({ now: time, total: number, next: nullable(text), processes: list(listedProcess) });

/** One number for each of these names. */
function countsOf<T extends string>(names: TUnsafe<T>): TUnsafe<Readonly<Record<T, number>>> {
  const fields = (names as unknown as { readonly enum: readonly T[] }).enum.map((name) => [name, number] as const);
  return Type.Unsafe<Readonly<Record<T, number>>>(Type.Object(Object.fromEntries(fields)));
}

const counts = {
  total: number,
  health: countsOf(health),
  sync: countsOf(syncStatus),
  phase: countsOf(deploymentPhase),
  underWay: number,
  quarantined: number,
};

/** How many processes are in each state, together and in each environment. */
export const summary = Type.Object({
  now: time,
  ...counts,
  environments: list(Type.Object({ name: text, isFrozen: Type.Boolean(), ...counts })),
});

/** One deployment with its steps and validations. */
export const deployment = named(
  "Deployment",
  Type.Object({
    id: text,
    environment: text,
    process: text,
    kind: deploymentKind,
    version: nullable(text),
    digest: nullable(digest),
    from: nullable(text),
    strategy: text,
    commit: text,
    startedAt: time,
    endedAt: nullable(time),
    durationMs: nullable(number),
    phase: deploymentPhase,
    reason,
    trigger: nullable(text),
    steps: list(Type.Object({ at: time, state: text, code: reasonCode, why: text })),
    validations: list(validationResult(time)),
    changes: nullable(recordedChanges),
    handEdits: list(handEdit(time)),
    deploymentPlan: nullable(rolloutPlan),
    rollbackPlan: nullable(rollbackPlan),
  }),
);

/** A controller of a later release may have more of them than its caller knows. */
const gateName = Type.Unsafe<GateName>({ type: "string", description: "a gate of docs/api.md" });

const gate = Type.Object({
  gate: gateName,
  question: text,
  verdict: oneOf(["open", "blocked"]),
  code: nullable(reasonCode),
  text,
  until: nullable(time),
  liftedBy: nullable(text),
});

/** Why one process is as it is. */
export const why = named(
  "Why",
  Type.Object({
    now: time,
    observedAt: nullable(time),
    environment: text,
    process: text,
    pinned: nullable(text),
    serving: nullable(text),
    sync: syncStatus,
    health,
    phase: nullable(deploymentPhase),
    since: time,
    reason,
    strategy: nullable(text),
    gates: list(gate),
    next: nullable(Type.Object({ text, due: nullable(time), deadline: nullable(time) })),
    changedBy: list(text),
  }),
);

/** What is in the engine instead of what was installed of a version, and what was changed by hand before. */
export const live = Type.Object({
  now: time,
  environment: text,
  process: text,
  version: text,
  digest,
  isInstalled: Type.Boolean(),
  edit: nullable(handEdit(time)),
  earlier: list(handEdit(time)),
});

/** One page of the deployments, newest first, and the controller's clock. `total` and `next` as in a list of processes. */
export const history = Type.Object({ now: time, total: number, next: nullable(text), deployments: list(deployment) });

/** What became of something that a person asked for. */
export const commandResult = named("CommandResult", Type.Object({ id: text, kind: oneOf(["done", "refused"]), why: text, at: time }));

/** It is recorded, and nothing has been decided about it yet. */
export const unanswered = Type.Object({ id: text, kind: Type.Literal("unanswered"), why: text });

export const accepted = Type.Object({ accepted: Type.Literal(true) });

export const alive = Type.Object({ status: Type.Literal("ok") });

/** Whether it can do its work, and if not, why. */
export const readiness = Type.Object({
  status: oneOf(["ready", "starting", "cannot record", "gateway is down"]),
  store: nullable(Type.Object({ code: text })),
  repository: Type.Object({ state: text, code: nullable(text) }),
});

/** What went wrong, for machines, and what to do about it. */
export const problem = named(
  "Problem",
  Type.Object({ code: text, message: text, hint: text, findings: Type.Optional(list(finding)) }),
);

export type StatusAnswer = Static<typeof status>;
export type ProcessAnswer = Static<typeof process>;
export type DeploymentAnswer = Static<typeof deployment>;
export type HistoryAnswer = Static<typeof history>;
export type ProcessesAnswer = Static<typeof processes>;
export type SummaryAnswer = Static<typeof summary>;
