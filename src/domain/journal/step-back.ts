/** When a deployment is a step back. */

import semver from "semver";
import type { Version } from "../names.ts";
import type { DeploymentKind } from "./rollout.ts";

/** Whether a version that was good here before takes the place of a newer one, as after a `git revert`. */
export function isStepBack(deployment: {
  readonly kind: DeploymentKind;
  readonly version: Version | null;
  readonly from: Version | null;
}): boolean {
  const { kind, version, from } = deployment;
  return kind === "rollback" && version !== null && from !== null && semver.lt(version, from);
}
