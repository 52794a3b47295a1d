/**
 * What holds in an environment whose environment.yaml cannot be used, or is gone with its folder: the settings and the pins of the last
 * commit in which it could. Nothing new begins by them, and nothing is taken out; what is under way is judged by them to its end.
 */

import type { EnvironmentSpec } from "./environment.ts";
import type { CommitId } from "../names.ts";
import type { EnvironmentSnapshot } from "./snapshot.ts";

/** An environment at the last commit in which its settings could be used. */
export interface LastUsable {
  readonly commit: CommitId;
  readonly environment: UsableEnvironment;
}

export type UsableEnvironment = EnvironmentSnapshot & { readonly spec: EnvironmentSpec };

export function isUsable(environment: EnvironmentSnapshot): environment is UsableEnvironment {
  return environment.spec !== null;
}

/** What is wrong with it, and what it holds back, is that of now: what was held back before stays so. */
export function inForce(environment: EnvironmentSnapshot, last: LastUsable | null): EnvironmentSnapshot {
  if (isUsable(environment) || last === null) return environment;
  const { spec, pins, quarantine } = last.environment;
  return { ...environment, spec, pins, quarantine: [...environment.quarantine, ...quarantine], settingsOf: last.commit };
}
