/** One deployer for each strategy. They only say how; deciding is the controller's, as for everything that it deploys. */

import type { Deployment } from "./deployment.ts";
import { objectAt } from "./known-fields.ts";
import type { DeployOptions, Pinion } from "./pinion.ts";
import type { DeploymentStrategy, Environment, WorkflowVersion } from "./vocabulary.ts";

/** Deploys versions by one strategy. */
export interface Deployer {
  /**
   * Resolves once the version has all the traffic and is validated. @throws a `DeploymentError` when it was taken back,
   * `manifest/invalid` or `usage/invalid` when nothing was begun, `deployment/by-commit` where deployments are commits.
   */
  deploy(version: WorkflowVersion, environment: Environment | string, options?: DeployOptions): Promise<Deployment>;
}

/** What all of them do. */
export function deployerBy(pinion: Pinion, strategy: DeploymentStrategy["strategy"]): Deployer["deploy"] {
  return async (version, environment, options = {}) => {
    objectAt(version, "the version");
    return pinion.deploy({ ...options, processId: version.workflowId, version, environment, strategy });
  };
}

/**
 * Beside the old version, checked on its private address, then all the traffic at once.
 * @example await new BlueGreenDeployer(pinion).deploy(version, { name: "production", type: "production" })
 */
export class BlueGreenDeployer implements Deployer {
  readonly deploy: Deployer["deploy"];

  constructor(pinion: Pinion) {
    this.deploy = deployerBy(pinion, "blue-green");
  }
}

/**
 * More traffic step by step, each step judged by metrics; back at once when one of them is bad.
 * @example
 * const deploymentStrategy = { strategy: "canary", config: { trafficPercentage: 10, incrementInterval: "1m" } } as const;
 * await new CanaryDeployer(pinion).deploy(version, { name: "production", type: "production", deploymentStrategy })
 */
export class CanaryDeployer implements Deployer {
  readonly deploy: Deployer["deploy"];

  constructor(pinion: Pinion) {
    this.deploy = deployerBy(pinion, "canary");
  }
}
