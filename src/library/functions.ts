/** The same as functions, for a script that does one thing. Without a controller handed in they ask the one of PINION_CONTROLLER. */

import { PinionError } from "../domain/errors.ts";
import { connectPinion } from "./connected.ts";
import type { Deployment, ValidationResult } from "./deployment.ts";
import { type DeploymentMetrics, DeploymentMonitor } from "./deployment-monitor.ts";
import { type RollbackOptions, type RollbackResult, rollBackTo, viewOf } from "./manual-rollback.ts";
import type { DeployOptions, CommandedBy, Pinion } from "./pinion.ts";
import { judgeDeployment } from "./validate-deployment.ts";

/** Which controller is asked. */
export interface WithPinion {
  /** The one of the environment variable PINION_CONTROLLER when not said. */
  readonly pinion?: Pinion;
}

/**
 * Deploys the newest published version of a process, as the environment says. @throws as `Pinion.deploy`; `process/unknown`
 * when no version is published.
 * @example await deployProcess("order-intake", "production", { pinion })
 */
export async function deployProcess(processId: string, environment: string, options: DeployOptions & WithPinion = {}): Promise<Deployment> {
  const { pinion = connectPinion(), ...rest } = options;
  return pinion.deploy({ ...rest, processId, environment, version: null, strategy: null });
}

/**
 * Takes a deployment back: what is under way is stopped, and what ran before is pinned again. @throws `command/refused` with the
 * reason, `deployment/unknown`, and `usage/invalid` when something else is pinned by now.
 * @example const { status } = await rollbackDeployment(deployment.id, { pinion, reason: "totals are wrong" })
 */
export async function rollbackDeployment(
  deploymentId: string,
  options: CommandedBy & RollbackOptions & WithPinion = {},
): Promise<RollbackResult> {
  const { pinion = connectPinion(), timeoutMs, ...ordered } = options;
  const deployment = await pinion.deployment(deploymentId);
  const { environment, processId: process, previousVersion: to, endedAt } = deployment;
  const isStopped = endedAt === null && (await stop(pinion, deployment, ordered));
  const { view } = await viewOf(pinion, deployment);
  if (to !== null && view.desired === deployment.version)
    return rollBackTo(pinion, deployment, to, { ...ordered, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  if (!isStopped) throw new PinionError("command/refused", whyNot(deployment, view.desired));
  const stopped = await pinion.deployment(deploymentId);
  return {
    status: "success",
    from: stopped.version,
    to,
    commit: null,
    deployment: (await newest(pinion, environment, process)) ?? stopped,
  };
}

async function newest(pinion: Pinion, environment: string, process: string): Promise<Deployment | null> {
  return (await pinion.deployments({ environment, process, limit: 1 }))[0] ?? null;
}

/** False: it has all the traffic already, which a rollback takes back. */
async function stop(pinion: Pinion, { environment, processId: process }: Deployment, ordered: CommandedBy): Promise<boolean> {
  try {
    await pinion.command({ ...ordered, environment, spec: { kind: "abort", process } });
    return true;
  } catch (error) {
    if (error instanceof PinionError && error.code === "command/refused") return false;
    throw error;
  }
}

function whyNot({ id, version, previousVersion }: Deployment, pinned: string | null): string {
  if (previousVersion === null) return `nothing ran before ${version ?? "it"}: there is no version to go back to`;
  return `${id} is not what is pinned any more: ${pinned ?? "nothing"} is`;
}

/**
 * Whether a deployment is fine: all that was asked of it, its outcome, and how it does now. @throws `deployment/unknown`.
 * @example const { isValid, errors } = await validateDeployment(deployment.id, { pinion })
 */
export async function validateDeployment(deploymentId: string, { pinion = connectPinion() }: WithPinion = {}): Promise<ValidationResult> {
  return judgeDeployment(pinion, deploymentId);
}

/**
 * How a deployment does, as of now. @throws `deployment/unknown`.
 * @example const { health, rollbacks } = await monitorDeployment(deployment.id, { pinion })
 */
export async function monitorDeployment(deploymentId: string, { pinion = connectPinion() }: WithPinion = {}): Promise<DeploymentMetrics> {
  return new DeploymentMonitor(pinion).collectDeploymentMetrics(deploymentId);
}
