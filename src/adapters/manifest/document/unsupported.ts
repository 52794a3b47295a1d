/** Options that have a place in Pinion's vocabulary but no effect yet: refused by name, so that nobody believes that they work. */

import type { StrategyConfig } from "../../../generated/environment.ts";
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
  {
    schema: "environment",
    pointer: /^\/(checks|metrics|monitoring)$/,
    reason: "the checks of a version are in its version file, metrics in `analysis`",
  },
  { schema: "environment", pointer: /^\/(computeResources|networking|security)$/, reason: "engines are configured in pinion.yaml" },
  { schema: "environment", pointer: /^\/(config|id)$/, reason: "variables, secrets and strategy are options of their own here" },
  { schema: "environment", pointer: /^\/(promotion|promoteFrom)$/, reason: "a version is promoted by pinning it" },
  { schema: "version", pointer: /^\/compatibility$/, reason: "the compatibility of two versions is computed by `pinion diff`" },
  { schema: "version", pointer: /^\/changelog\/\d+\/migration$/, reason: "migrations are not run" },
];

/** Why the option at a pointer has no effect yet, or null when it is simply unknown. */
export function unsupportedReason(schema: SchemaName, pointer: string): string | null {
  return unsupported.find((option) => option.schema === schema && option.pointer.test(pointer))?.reason ?? null;
}

/** Which strategies an option of the strategy section belongs to. */
const strategiesOf = {
  healthCheckUrl: "blue-green",
  healthCheckTimeout: "blue-green",
  switchTrafficDelay: "blue-green",
  keepOldVersion: "blue-green and canary",
  trafficPercentage: "canary",
  incrementPercentage: "canary",
  incrementInterval: "canary",
  steps: "canary",
  successThreshold: "canary",
  rollbackThreshold: "canary",
  minRequests: "canary",
  analysisSource: "canary",
  maxDuration: "canary",
  batchSize: "rolling",
  batchDelay: "rolling",
  maxUnavailable: "rolling",
  healthCheckInterval: "rolling",
} as const satisfies Readonly<Record<Exclude<keyof StrategyConfig, "onInconclusive">, string>>;

/** Where an option belongs that stands where it has no meaning; null when that is not known. */
export function rightfulPlace(schema: SchemaName, pointer: string): string | null {
  const option = /\/strategy\/config\/(\w+)$/.exec(pointer)?.[1];
  if (schema !== "environment" || option === undefined || !isOwned(option)) return null;
  return `it belongs to the strategy ${strategiesOf[option]}`;
}

function isOwned(option: string): option is keyof typeof strategiesOf {
  return Object.hasOwn(strategiesOf, option);
}
