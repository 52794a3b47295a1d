/** The way back from the API's JSON to a deployment of the history. What is not as expected is a TypeError that says where. */

import type { ValidationName, ValidationResult } from "../domain/evidence.ts";
import type { DeploymentKind } from "../domain/journal/rollout.ts";
import type { Deployment, DeploymentStepRecord } from "../domain/journal/state.ts";
import type { DeploymentPhase } from "../domain/journal/status.ts";
import { type Fields, fieldsOf } from "./json-fields.ts";
import { isReasonCode, type Reason, type ReasonCode } from "../domain/journal/reason.ts";

const kinds: Readonly<Record<DeploymentKind, true>> = { deploy: true, rollback: true, heal: true, retire: true };

/** Every phase that a deployment can be in. */
export const phases: Readonly<Record<DeploymentPhase, true>> = {
  Pending: true,
  Running: true,
  Succeeded: true,
  Failed: true,
  RolledBack: true,
  Superseded: true,
  Aborted: true,
};

/** One deployment of the answer. @throws TypeError */
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
    reason: parseReason(fields),
    trigger: fields.textOrNull("trigger"),
    steps: fields.list("steps", parseStep),
    validations: fields.list("validations", parseValidation),
  };
}

function parseStep(fields: Fields): DeploymentStepRecord {
  return { at: fields.time("at"), state: fields.text("state"), code: asReasonCode(fields.raw("code")), why: fields.text("why") };
}

const validations: Readonly<Record<ValidationName, true>> = {
  process_validation: true,
  environment_validation: true,
  dependency_validation: true,
  step_validation: true,
  health_check: true,
  smoke_test: true,
  integration_test: true,
  performance_test: true,
  data_integrity: true,
  service_availability: true,
  monitoring_setup: true,
};

function parseValidation(fields: Fields): ValidationResult {
  return {
    phase: fields.oneOf("phase", { pre: true, during: true, post: true }),
    scope: fields.text("scope"),
    validation: fields.oneOf("validation", validations),
    subject: fields.text("subject"),
    result: fields.oneOf("result", { passed: true, failed: true, unknown: true }),
    detail: fields.text("detail"),
    at: fields.time("at"),
    durationMs: fields.number("durationMs"),
  };
}

/** A controller of an earlier release says the text alone; one of a later release may have a code that is unknown here. */
export function parseReason(fields: Fields): Reason {
  const value = fields.raw("reason");
  if (typeof value === "string") return { code: "Unrecorded", text: value };
  const reason = fields.objectOrNull("reason", (each) => ({
    text: each.text("text"),
    code: each.raw("code"),
    about: each.raw("about") ?? null,
  }));
  if (reason === null) return { code: "Unrecorded", text: "" };
  const { text, code, about } = reason;
  return { code: asReasonCode(code), text, ...(typeof about === "string" && { about }) };
}

function asReasonCode(value: unknown): ReasonCode {
  return isReasonCode(value) ? value : "Unrecorded";
}
