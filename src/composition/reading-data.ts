/** What the thread that reads the repository is started with: what a controller's reader is given, as values that can be cloned. */

import type { CacheAccess } from "../adapters/manifest/thread/distant-cache.ts";
import type { EnvironmentDefaults } from "../domain/config/config.ts";
import type { Permits } from "../domain/config/permits.ts";
import type { EngineKind, EnvironmentName } from "../domain/names.ts";

export interface ReadingData {
  /** Of the mirror. */
  readonly directory: string;
  /** The folder within the repository. */
  readonly path: string;
  readonly defaults: EnvironmentDefaults;
  /** Null: nobody has said what is allowed. */
  readonly permits: SentPermits | null;
  /** Null: nothing is kept for the next start. */
  readonly program: string | null;
  /** What is remembered of published versions. */
  readonly published: string | null;
  readonly cache: CacheAccess;
}

export interface SentPermits extends Omit<Permits, "engines" | "flows"> {
  /** Of the environments that pinion.yaml names. */
  readonly engines: ReadonlyMap<EnvironmentName, readonly EngineKind[]>;
  readonly otherEngines: readonly EngineKind[];
}

export function sentPermits({ engines, flows: _, ...permits }: Permits): SentPermits {
  const named = permits.named.map(({ name }) => [name, engines(name)] as const);
  return { ...permits, engines: new Map(named), otherEngines: engines("") };
}

/** What flows may contain is asked by nobody who reads. */
export function receivedPermits({ engines, otherEngines, ...permits }: SentPermits): Permits {
  return { ...permits, engines: (name) => engines.get(name) ?? otherEngines, flows: () => null };
}
