/** The way back from the API's JSON to domain values. What is not as expected is a TypeError that says where. */

import type { EnvironmentStatus, Overview, RepositoryStatus } from "../../controller/queries.ts";
import type { ValidationName, ValidationResult } from "../../domain/evidence.ts";
import type { Finding } from "../../domain/finding.ts";
import type { DeploymentKind } from "../../domain/rollout.ts";
import type { Deployment, DeploymentStepRecord } from "../../domain/state.ts";
import type { DeploymentPhase, Health, ProcessStatus, SyncStatus } from "../../domain/status.ts";
import type { EngineInstance } from "../../domain/unit.ts";
import { type Fields, fieldsOf } from "./json-fields.ts";

/** @throws TypeError */
export function parseOverview(value: unknown): Overview {
  const fields = fieldsOf(value, "the answer");
  return {
    repository: parseRepository(fieldsOf(fields.raw("repository"), "repository")),
    environments: fields.list("environments", parseEnvironment),
    findings: fields.list("findings", parseFinding),
  };
}

function parseRepository(fields: Fields): RepositoryStatus {
  return {
    url: fields.text("url"),
    branch: fields.text("branch"),
    commit: fields.textOrNull("commit"),
    subject: fields.textOrNull("subject"),
    author: fields.textOrNull("author"),
    committedAt: fields.timeOrNull("committedAt"),
    fetchedAt: fields.timeOrNull("fetchedAt"),
    state: fields.oneOf("state", { starting: true, ok: true, error: true }),
    code: fields.textOrNull("code"),
    reason: fields.text("reason"),
    since: fields.time("since"),
    lastPollAt: fields.timeOrNull("lastPollAt"),
    nextPollAt: fields.timeOrNull("nextPollAt"),
  };
}

function parseEnvironment(fields: Fields): EnvironmentStatus {
  const name = fields.text("name");
  return {
    name,
    type: fields.text("type"),
    url: fields.text("url"),
    instances: fields.list("instances", parseInstance),
    findings: fields.list("findings", parseFinding),
    processes: fields.list("processes", (process) => parseProcess(process, name)),
  };
}

function parseInstance(fields: Fields): EngineInstance {
  return { id: fields.text("id"), state: fields.oneOf("state", { starting: true, ready: true, down: true }), why: fields.text("why") };
}

const syncs: Readonly<Record<SyncStatus, true>> = { Synced: true, OutOfSync: true, Unknown: true };
const healths: Readonly<Record<Health, true>> = { Healthy: true, Progressing: true, Degraded: true, Suspended: true, Missing: true };
const kinds: Readonly<Record<DeploymentKind, true>> = { deploy: true, rollback: true, heal: true, retire: true };
const phases: Readonly<Record<DeploymentPhase, true>> = {
  Pending: true,
  Running: true,
  Succeeded: true,
  Failed: true,
  RolledBack: true,
  Superseded: true,
  Aborted: true,
};

function parseProcess(fields: Fields, environment: string): ProcessStatus {
  return {
    environment,
    process: fields.text("process"),
    desired: fields.textOrNull("desired"),
    actual: fields.list("actual", (share) => ({ version: share.text("version"), weight: share.number("weight") })),
    sync: fields.oneOf("sync", syncs),
    health: fields.oneOf("health", healths),
    phase: fields.raw("phase") === null ? null : fields.oneOf("phase", phases),
    reason: fields.text("reason"),
    since: fields.time("since"),
  };
}

function parseFinding(fields: Fields): Finding {
  return {
    file: fields.text("file"),
    line: fields.number("line"),
    column: fields.number("column"),
    pointer: fields.text("pointer"),
    code: fields.text("code"),
    severity: fields.oneOf("severity", { error: true, warning: true }),
    message: fields.text("message"),
    hint: fields.text("hint"),
  };
}

/** @throws TypeError */
export function parseDeployment(value: unknown): Deployment {
  const fields = fieldsOf(value, "the deployment");
  return {
    id: fields.text("id"),
    environment: fields.text("environment"),
    process: fields.text("process"),
    kind: fields.oneOf("kind", kinds),
    version: fields.textOrNull("version"),
    digest: fields.digestOrNull("digest"),
    from: fields.textOrNull("from"),
    strategy: fields.text("strategy"),
    commit: fields.text("commit"),
    startedAt: fields.time("startedAt"),
    endedAt: fields.timeOrNull("endedAt"),
    phase: fields.oneOf("phase", phases),
    reason: fields.text("reason"),
    steps: fields.list("steps", parseStep),
    validations: fields.list("validations", parseValidation),
  };
}

function parseStep(fields: Fields): DeploymentStepRecord {
  return { at: fields.time("at"), state: fields.text("state"), why: fields.text("why") };
}

const validations: Readonly<Record<ValidationName, true>> = {
  process_validation: true,
  environment_validation: true,
  dependency_validation: true,
  step_validation: true,
  health_check: true,
  smoke_test: true,
  service_availability: true,
  monitoring_setup: true,
};

function parseValidation(fields: Fields): ValidationResult {
  return {
    phase: fields.oneOf("phase", { pre: true, during: true, post: true }),
    validation: fields.oneOf("validation", validations),
    subject: fields.text("subject"),
    result: fields.oneOf("result", { passed: true, failed: true, unknown: true }),
    detail: fields.text("detail"),
    at: fields.time("at"),
    durationMs: fields.number("durationMs"),
  };
}
