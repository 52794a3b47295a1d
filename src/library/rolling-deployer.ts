/** The deployer for the strategy that goes from instance to instance. */

import { type Deployer, deployerBy } from "./deployers.ts";
import type { Pinion } from "./pinion.ts";

/**
 * From instance to instance: out of rotation, drained, given the new version, checked, put back.
 * @example
 * const deploymentStrategy = { strategy: "rolling", config: { batchSize: 2, batchDelay: "30s" } } as const;
 * await new RollingDeployer(pinion).deploy(version, { name: "production", type: "production", deploymentStrategy })
 */
export class RollingDeployer implements Deployer {
  readonly deploy: Deployer["deploy"];

  constructor(pinion: Pinion) {
    this.deploy = deployerBy(pinion, "rolling");
  }
}
