/** How a deployment does: health, times, errors and rollbacks, in the words of who watches it. What is not known is null. */

import type { EnvironmentStatus, ProcessView } from "../api/views.ts";
import { PinionError } from "../domain/errors.ts";
import type { Health } from "../domain/journal/status.ts";
import type { Deployment, DeploymentStatus, ValidationResult } from "./deployment.ts";
import type { Pinion } from "./pinion.ts";
import { parseVersion, type SemanticVersion } from "./semantic-version.ts";
import type { Figure } from "../domain/analysis/figures.ts";

/** 0 (bad) to 100 (good); null: nobody asked. */
export interface HealthMetrics {
  /** The least of those that are known. */
  readonly overallHealth: number | null;
  /** The share of the engine's instances that are ready. */
  readonly workflowEngineHealth: number | null;
  /** The share of `data_integrity` validations that passed. */
  readonly databaseHealth: number | null;
  /** The share of `integration_test` validations that passed. */
  readonly externalServiceHealth: number | null;
  /** When it was looked at. */
  readonly lastHealthCheck: Date;
}

/** Times in milliseconds. */
export interface PerformanceMetrics {
  /** From its start to its end, or until now. */
  readonly deploymentDurationMs: number;
  /** The share of the traffic that the version has, in percent; null: the process is gone. */
  readonly trafficPercentage: number | null;
  /** What the rollout is judged by just now; empty once it is over. */
  readonly figures: readonly Figure[];
}

/** Errors of the version, and of its validations. */
export interface ErrorMetrics {
  /** Percent of its answers; null: not measured now. */
  readonly errorRate: number | null;
  /** Validations that did not pass. */
  readonly failedValidations: readonly ValidationResult[];
}

/** Rollbacks of the process in this environment, as far as history is kept (the newest 1,000 deployments). */
export interface RollbackMetrics {
  readonly count: number;
  /** Percent of its deployments. */
  readonly rate: number;
  readonly lastAt: Date | null;
}

/** Everything that is known of how a deployment does. */
export interface DeploymentMetrics {
  readonly deploymentId: string;
  /** Null: the process was taken out. */
  readonly version: SemanticVersion | null;
  readonly environment: string;
  readonly status: DeploymentStatus;
  readonly health: HealthMetrics;
  readonly performance: PerformanceMetrics;
  readonly errors: ErrorMetrics;
  readonly rollbacks: RollbackMetrics;
}

/**
 * Measures deployments.
 * @example const { health, errors } = await new DeploymentMonitor(pinion).collectDeploymentMetrics(deployment.id);
 */
export class DeploymentMonitor {
  readonly #pinion: Pinion;

  constructor(pinion: Pinion) {
    this.#pinion = pinion;
  }

  /** As of now. @throws `deployment/unknown`. */
  async collectDeploymentMetrics(deploymentId: string): Promise<DeploymentMetrics> {
    const pinion = this.#pinion;
    const deployment = await pinion.deployment(deploymentId);
    const { environment, processId: process, version, status } = deployment;
    const around = await environmentOf(pinion, environment);
    const view = around?.processes.find((one) => one.process === process) ?? null;
    const deployments = await pinion.deployments({ environment, process, limit: 1_000 });
    const now = new Date(pinion.clock.now());
    return {
      deploymentId,
      version: version === null ? null : parseVersion(version),
      environment,
      status,
      health: healthOf(deployment, { around, view, now }),
      performance: performanceOf(deployment, view, now),
      errors: errorsOf(deployment, view),
      rollbacks: rollbacksOf(deployments),
    };
  }
}

/** Null: the environment is gone, and its history is not. */
async function environmentOf(pinion: Pinion, environment: string): Promise<EnvironmentStatus | null> {
  try {
    return (await pinion.overview({ environment })).environments[0] ?? null;
  } catch (error) {
    if (error instanceof PinionError && error.code === "environment/unknown") return null;
    throw error;
  }
}

interface Around {
  readonly around: EnvironmentStatus | null;
  readonly view: ProcessView | null;
  readonly now: Date;
}

const scores: Readonly<Record<Health, number>> = { Healthy: 100, Progressing: 75, Suspended: 50, Degraded: 25, Missing: 0 };

function healthOf(deployment: Deployment, { around, view, now }: Around): HealthMetrics {
  const instances = around?.instances ?? [];
  const workflowEngineHealth = shareOf(instances, ({ state }) => state === "ready");
  const databaseHealth = passedOf(deployment, "data_integrity");
  const externalServiceHealth = passedOf(deployment, "integration_test");
  const own = view && isCurrent(deployment, view) ? scores[view.health] : null;
  const known = [workflowEngineHealth, databaseHealth, externalServiceHealth, own].filter((score) => score !== null);
  const overallHealth = known.length === 0 ? null : Math.min(...known);
  return { overallHealth, workflowEngineHealth, databaseHealth, externalServiceHealth, lastHealthCheck: now };
}

function isCurrent({ version }: Deployment, { actual }: ProcessView): boolean {
  return actual.some((share) => share.version === version && share.weight > 0);
}

function passedOf({ validationResults }: Deployment, validation: string): number | null {
  return shareOf(
    validationResults.filter((one) => one.validation === validation),
    ({ isValid }) => isValid,
  );
}

/** In percent; null of nothing. */
function shareOf<T>(all: readonly T[], isSo: (one: T) => boolean): number | null {
  return all.length === 0 ? null : (100 * all.filter(isSo).length) / all.length;
}

function performanceOf({ id, version, startedAt, endedAt }: Deployment, view: ProcessView | null, now: Date): PerformanceMetrics {
  return {
    deploymentDurationMs: (endedAt ?? now).getTime() - startedAt.getTime(),
    trafficPercentage: view && (view.actual.find((share) => share.version === version)?.weight ?? 0),
    figures: figuresOf(id, view),
  };
}

function figuresOf(id: string, view: ProcessView | null): readonly Figure[] {
  return view?.progress?.deployment === id ? view.progress.figures : [];
}

function errorsOf({ id, validationResults }: Deployment, view: ProcessView | null): ErrorMetrics {
  const figures = figuresOf(id, view);
  const valueOf = (name: string) => figures.find((figure) => figure.name === name)?.candidate ?? null;
  const successRate = valueOf("success_rate");
  return {
    errorRate: valueOf("error_rate") ?? (successRate === null ? null : 100 - successRate),
    failedValidations: validationResults.filter(({ isValid }) => !isValid),
  };
}

function rollbacksOf(deployments: readonly Deployment[]): RollbackMetrics {
  const changes = deployments.filter(({ kind }) => kind === "deploy");
  const rolledBack = changes.filter(({ status }) => status === "RolledBack");
  return {
    count: rolledBack.length,
    rate: shareOf(changes, ({ status }) => status === "RolledBack") ?? 0,
    lastAt: rolledBack[0]?.endedAt ?? null,
  };
}
