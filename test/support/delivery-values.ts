/** Deployments and counts of them for tests of figures. */

import type { Deployment } from "../../src/domain/journal/state.ts";
import type { DeploymentCount } from "../../src/ports/journal.ts";
import { saying } from "./reason.ts";

/** A canary of `orders` 1.1.0 in production that took a minute. */
export function deployment(parts: Partial<Deployment> = {}): Deployment {
  return {
    id: "production.orders.1.1.0.a1",
    environment: "production",
    process: "orders",
    kind: "deploy",
    version: "1.1.0",
    digest: null,
    from: "1.0.0",
    strategy: "canary",
    commit: "c".repeat(40),
    startedAt: 0,
    endedAt: 60_000,
    phase: "Succeeded",
    reason: saying(""),
    trigger: null,
    steps: [],
    validations: [],
    changes: null,
    handEdits: [],
    deploymentPlan: null,
    rollbackPlan: null,
    ...parts,
  };
}

/** Two such canaries. */
export function deploymentCount(parts: Partial<DeploymentCount> = {}): DeploymentCount {
  return {
    environment: "production",
    process: "orders",
    kind: "deploy",
    strategy: "canary",
    phase: "Succeeded",
    trigger: null,
    count: 2,
    durationMs: 120_000,
    ...parts,
  };
}
