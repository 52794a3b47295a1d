/** Options that have a place in Pinion's vocabulary but no effect yet: refused by name, so that nobody believes that they work. */

import type { SchemaName } from "./schemas.ts";

interface Unsupported {
  readonly schema: SchemaName;
  /** Matches the JSON pointer of the option. */
  readonly pointer: RegExp;
  readonly reason: string;
}

const unsupported: readonly Unsupported[] = [
  { schema: "environment", pointer: /\/requiresApproval$/, reason: "the approval of the merge is the approval of the deployment" },
  { schema: "environment", pointer: /^\/approvalProcess$/, reason: "the approval of the merge is the approval of the deployment" },
  { schema: "environment", pointer: /\/deploymentWindows$/, reason: "a merged pin is deployed at once, at any time" },
  { schema: "environment", pointer: /\/rollbackPolicy$/, reason: "going back is a revert of the pin" },
  {
    schema: "environment",
    pointer: /^\/(validation|checks|metrics|analysis|monitoring)$/,
    reason: "the checks of a version are in its version file",
  },
  { schema: "environment", pointer: /^\/(computeResources|networking|security)$/, reason: "engines are configured in pinion.yaml" },
  { schema: "environment", pointer: /^\/(config|id)$/, reason: "variables, secrets and strategy are options of their own here" },
  { schema: "environment", pointer: /^\/(promotion|promoteFrom)$/, reason: "a version is promoted by pinning it" },
  {
    schema: "environment",
    pointer:
      /^\/strategy\/config\/(trafficPercentage|incrementPercentage|incrementInterval|successThreshold|rollbackThreshold|maxDuration)$/,
    reason: "it belongs to the strategy canary",
  },
  {
    schema: "environment",
    pointer: /^\/strategy\/config\/(batchSize|batchDelay|maxUnavailable|healthCheckInterval)$/,
    reason: "it belongs to the strategy rolling",
  },
  { schema: "version", pointer: /^\/compatibility$/, reason: "the compatibility of two versions is computed by `pinion diff`" },
  { schema: "version", pointer: /^\/changelog\/\d+\/migration$/, reason: "migrations are not run" },
];

/** Why the option at a pointer has no effect yet, or null when it is simply unknown. */
export function unsupportedReason(schema: SchemaName, pointer: string): string | null {
  return unsupported.find((option) => option.schema === schema && option.pointer.test(pointer))?.reason ?? null;
}

/** Strategies of the vocabulary that come later. */
export const laterStrategies: readonly unknown[] = ["canary", "rolling"];
