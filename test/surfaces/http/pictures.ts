/** What a controller might answer: an overview and a deployment with everything in them. */

import type { Overview, ProcessView, RepositoryStatus } from "../../../src/api/views.ts";
import type { Freeze } from "../../../src/domain/journal/commands.ts";
import type { Progress } from "../../../src/domain/journal/progress.ts";
import type { Quarantined, Revert } from "../../../src/domain/journal/revert.ts";
import type { Deployment } from "../../../src/domain/journal/state.ts";
import type { ProcessEvaluation } from "../../../src/domain/status/evaluation.ts";
import { saying } from "../../support/reason.ts";

export const noon = Date.UTC(2026, 10, 21, 12, 0, 0);
const minute = 60_000;

export const repository: RepositoryStatus = {
  url: "http://127.0.0.1:9/config.git",
  branch: "main",
  commit: "0123456789abcdef0123456789abcdef01234567",
  subject: "order-intake 1.4.0 to production",
  author: "team-orders",
  committedAt: noon - 5 * minute,
  fetchedAt: noon - 4 * minute,
  state: "ok",
  code: null,
  reason: "",
  since: noon - 60 * minute,
  lastPollAt: noon - 10_000,
  lastGoodPollAt: noon - 10_000,
  nextPollAt: noon + 20_000,
};

export function process(id: string, parts: Partial<ProcessView> = {}): ProcessView {
  return {
    environment: "production",
    process: id,
    desired: "1.4.0",
    actual: [
      { version: "1.4.0", weight: 100 },
      { version: "1.3.0", weight: 0 },
    ],
    sync: "Synced",
    health: "Healthy",
    phase: "Succeeded",
    reason: saying("has all traffic; 1.3.0 is kept warm"),
    since: noon - 3 * minute,
    requests: { perSecond: 12, overMs: 3_600_000 },
    progress: null,
    revert: null,
    quarantined: [],
    drift: null,
    deadEnd: null,
    ...parts,
  };
}

/** A version that waits for what it calls, in a frozen environment. */
export const evaluation: ProcessEvaluation = {
  now: noon,
  observedAt: noon - 3_000,
  environment: "production",
  process: "order-intake",
  pinned: "1.5.0",
  serving: "1.4.0",
  sync: "OutOfSync",
  health: "Healthy",
  phase: "Pending",
  since: noon - 3 * minute,
  reason: { code: "Frozen", text: "frozen by Ann <ann@example.com>: the till is being counted" },
  strategy: "canary",
  gates: [
    {
      gate: "pin",
      question: "Can the pinned version run?",
      verdict: "open",
      code: null,
      text: "1.5.0 can run",
      until: null,
      liftedBy: null,
    },
    {
      gate: "freeze",
      question: "Is the environment open for changes?",
      verdict: "blocked",
      code: "Frozen",
      text: "frozen by Ann <ann@example.com>: the till is being counted",
      until: noon + 5 * minute,
      liftedBy: '`pinion unfreeze production --reason "…"`.',
    },
  ],
  next: { text: "validating before anything is changed", due: noon + 5 * minute, deadline: noon + 60 * minute },
  changedBy: ['`pinion unfreeze production --reason "…"`.', "A new pin in git."],
};

export const ann = { name: "Ann", email: "ann@example.com" };

export const freeze: Freeze = { by: ann, why: "the till is being counted", at: noon - 7 * minute };

/** A canary in its third step, paused, with figures that say everything there is to say. */
export const progress: Progress = {
  deployment: "production.order-intake.1.5.0.mi8xj2k1",
  strategy: "canary",
  state: "shifting",
  version: "1.5.0",
  from: "1.4.0",
  startedAt: noon - 3 * minute,
  step: 3,
  steps: 6,
  weight: 40,
  why: "watching at 40 %",
  until: noon + 40_000,
  deadline: noon + 57 * minute,
  verdict: { kind: "unknown", why: "response_time p95: 8 requests, at least 20 are needed" },
  figures: [
    {
      name: "error_rate",
      unit: "%",
      candidate: 0.417,
      stable: 0.2,
      limit: "<= 5 %",
      requests: 143,
      verdict: "healthy",
      why: "",
    },
    {
      name: "response_time p95",
      unit: "ms",
      candidate: 1834.2,
      stable: null,
      limit: "at most 50 % more than stable",
      requests: 8,
      verdict: "unknown",
      why: "8 requests, at least 20 are needed",
    },
  ],
  paused: { by: { name: "Bob", email: null }, why: "looking at the logs", at: noon - minute },
  plan: {
    steps: [{ name: "give order-intake 1.5.0 40 % of the traffic", brief: "40 %", estimatedDuration: minute }],
    step: null,
    leftMs: null,
  },
};

export const revert: Revert = {
  request: {
    id: "rb-1",
    environment: "production",
    process: "returns",
    from: "1.5.0",
    to: "1.4.0",
    quarantine: `sha256-${"bb".repeat(32)}`,
    trigger: "error_rate",
    why: "error_rate 21.3 % of 143 requests, allowed <= 5 %",
    at: noon - 2 * minute,
    commit: "0123456789abcdef0123456789abcdef01234567",
    deployment: "production.returns.1.5.0.mi8xj2k1",
    by: ann,
    mode: "push",
  },
  outcome: null,
};

export const quarantined: Quarantined = {
  version: "1.5.0",
  digest: `sha256-${"bb".repeat(32)}`,
  why: "error_rate 21.3 % of 143 requests",
  at: noon - 2 * minute,
  rollbackId: "rb-1",
  isInGit: false,
};

export function overview(parts: Partial<Overview> = {}): Overview {
  return {
    store: null,
    gateway: null,
    repository,
    environments: [
      {
        name: "production",
        observedAt: noon - 2_000,
        notes: [],
        type: "production",
        url: "http://127.0.0.1:8610/production",
        instances: [{ id: "a", state: "ready", why: "" }],
        findings: [],
        freeze: null,
        processes: [process("order-intake"), process("returns", { desired: "1.1.0", actual: [{ version: "1.1.0", weight: 100 }] })],
      },
      {
        name: "staging",
        observedAt: null,
        notes: [],
        type: "staging",
        url: "http://127.0.0.1:8610/staging",
        instances: [],
        findings: [],
        processes: [],
        freeze: null,
      },
    ],
    findings: [],
    ...parts,
  };
}

export const deployment: Deployment = {
  id: "production.order-intake.1.4.0.mi8xj2k1",
  environment: "production",
  process: "order-intake",
  kind: "deploy",
  version: "1.4.0",
  digest: `sha256-${"aa".repeat(32)}`,
  from: "1.3.0",
  strategy: "blue-green",
  commit: "0123456789abcdef0123456789abcdef01234567",
  startedAt: noon - 10 * minute,
  endedAt: noon - 10 * minute + 4200,
  phase: "Succeeded",
  reason: saying("has all traffic"),
  trigger: null,
  steps: [
    { at: noon - 10 * minute, state: "started", code: "Unrecorded", why: "1.4.0 is pinned" },
    { at: noon - 10 * minute + 1500, state: "switching", code: "Unrecorded", why: "checks passed" },
  ],
  changes: null,
  handEdits: [],
  deploymentPlan: null,
  rollbackPlan: null,
  validations: [
    {
      phase: "during",
      scope: "",
      validation: "smoke_test",
      subject: "accepts an order",
      result: "passed",
      detail: "answered 201",
      at: noon,
      durationMs: 12,
    },
  ],
};

/** An overview with everything in it that there can be. */
export function fullOverview(): Overview {
  const [production, staging] = overview().environments;
  if (!production || !staging) throw new Error("two environments were expected");
  const committed: Revert = { ...revert, outcome: { kind: "committed", commit: "89abcdef0123456789abcdef0123456789abcdef" } };
  const proposed: Revert = {
    ...revert,
    outcome: { kind: "proposed", branch: "rollback/staging/rb-1", commit: "89abcdef", why: "asked for" },
  };
  const moved: Revert = { ...revert, request: { ...revert.request, by: null }, outcome: { kind: "superseded", why: "Ann moved the pin" } };
  const processes = [
    process("order-intake", { progress }),
    process("payments", { progress: { ...progress, step: null, steps: null, until: null, paused: null, verdict: { kind: "healthy" } } }),
    process("returns", { revert, quarantined: [quarantined] }),
    process("shipping", { revert: committed }),
    process("stock", { revert: proposed, quarantined: [{ ...quarantined, isInGit: true }] }),
    process("tills", { revert: moved }),
  ];
  return overview({ environments: [{ ...production, processes, freeze }, staging] });
}
