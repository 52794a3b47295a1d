/** What is known about a deployment being fine: everything that was asked of it, and how what it deployed is now. */

import type { ProcessView } from "../api/views.ts";
import { PinionError } from "../domain/errors.ts";
import type { Deployment, ValidationResult } from "./deployment.ts";
import { viewOf } from "./manual-rollback.ts";
import type { Pinion } from "./pinion.ts";

/**
 * Valid when all that was asked has passed, and the version, where it is the newest deployment of its process, is what serves
 * and is healthy. @throws `deployment/unknown`.
 */
export async function judgeDeployment(pinion: Pinion, deploymentId: string): Promise<ValidationResult> {
  const deployment = await pinion.deployment(deploymentId);
  const current = await currentState(pinion, deployment);
  const results = [...deployment.validationResults, outcomeOf(deployment), ...current];
  const worst = results.find(({ result }) => result === "failed") ?? results.find(({ result }) => result === "unknown");
  return {
    validation: "deployment",
    subject: deploymentId,
    phase: "all",
    result: worst?.result ?? "passed",
    isValid: worst === undefined,
    errors: results.flatMap(({ errors }) => errors),
    detail: worst?.errors[0] ?? `${results.length} validations passed`,
    at: new Date(pinion.clock.now()),
    durationMs: deployment.validationResults.reduce((sum, { durationMs }) => sum + durationMs, 0),
    results,
  };
}

function outcomeOf({ status, isWatched, reason, endedAt, startedAt, steps }: Deployment): ValidationResult {
  const result = status === "Succeeded" || isWatched ? "passed" : endedAt === null ? "unknown" : "failed";
  const at = endedAt ?? steps.at(-1)?.at ?? startedAt;
  return single("outcome", result, `${status}: ${reason}`, at);
}

/** Older deployments say nothing about now. */
async function currentState(pinion: Pinion, deployment: Deployment): Promise<readonly ValidationResult[]> {
  const { environment, processId: process, id, version } = deployment;
  const [newest] = await pinion.deployments({ environment, process, limit: 1 });
  if (newest?.id !== id || version === null) return [];
  const view = await viewIfThere(pinion, deployment);
  if (!view) return [];
  return [single("current_state", stateOf(view, version), view.reason.text, new Date(pinion.clock.now()))];
}

/** Null: nothing of the process is pinned or runs there any more. */
async function viewIfThere(pinion: Pinion, deployment: Deployment): Promise<ProcessView | null> {
  try {
    return (await viewOf(pinion, deployment)).view;
  } catch (error) {
    if (error instanceof PinionError && (error.code === "process/unknown" || error.code === "environment/unknown")) return null;
    throw error;
  }
}

function stateOf({ actual, sync, health }: ProcessView, version: string): ValidationResult["result"] {
  if (sync === "Unknown") return "unknown";
  const hasAll = actual.some((share) => share.version === version && share.weight === 100);
  if (hasAll && health === "Healthy") return "passed";
  return health === "Progressing" ? "unknown" : "failed";
}

function single(validation: string, result: ValidationResult["result"], detail: string, at: Date): ValidationResult {
  const isValid = result === "passed";
  const errors = isValid ? [] : [`${validation} ${result}: ${detail}`];
  return { validation, subject: "", phase: "all", result, isValid, errors, detail, at, durationMs: 0, results: [] };
}
