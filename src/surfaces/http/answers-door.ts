/** The way back from the API's JSON to domain values. What is not as expected is a TypeError that says where. */

import type { EnvironmentStatus, Overview, RepositoryStatus } from "../../controller/queries.ts";
import type { ValidationResult } from "../../domain/evidence.ts";
import type { Finding } from "../../domain/finding.ts";
import type { Deployment, DeploymentStepRecord } from "../../domain/state.ts";
import type { ProcessStatus } from "../../domain/status.ts";
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
    state: fields.oneOf("state", ["starting", "ok", "error"]),
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
  return { id: fields.text("id"), state: fields.oneOf("state", ["starting", "ready", "down"]), why: fields.text("why") };
}

const phases = ["Pending", "Running", "Succeeded", "Failed", "RolledBack", "Superseded", "Aborted"] as const;

function parseProcess(fields: Fields, environment: string): ProcessStatus {
  return {
    environment,
    process: fields.text("process"),
    desired: fields.textOrNull("desired"),
    actual: fields.list("actual", (share) => ({ version: share.text("version"), weight: share.number("weight") })),
    sync: fields.oneOf("sync", ["Synced", "OutOfSync", "Unknown"]),
    health: fields.oneOf("health", ["Healthy", "Progressing", "Degraded", "Suspended", "Missing"]),
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
    severity: fields.oneOf("severity", ["error", "warning"]),
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
    kind: fields.oneOf("kind", ["deploy", "rollback", "heal", "retire"]),
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

const validations = [
  "process_validation",
  "environment_validation",
  "dependency_validation",
  "step_validation",
  "health_check",
  "smoke_test",
  "service_availability",
  "monitoring_setup",
] as const;

function parseValidation(fields: Fields): ValidationResult {
  return {
    phase: fields.oneOf("phase", ["pre", "during", "post"]),
    validation: fields.oneOf("validation", validations),
    subject: fields.text("subject"),
    result: fields.oneOf("result", ["passed", "failed", "unknown"]),
    detail: fields.text("detail"),
    at: fields.time("at"),
    durationMs: fields.number("durationMs"),
  };
}
