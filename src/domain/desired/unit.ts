/** What an engine is given to run, and what it says it runs. */

import type { Definition, Json } from "./definition.ts";
import type { Digest, ProcessId, UnitRef, Version } from "../names.ts";

export interface DeploymentUnit extends UnitRef {
  readonly definition: Definition;
  readonly variables: Readonly<Record<string, Json>>;
  /** Resolved values: never logged, never journaled. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A public way in: what a caller sends to the environment's address. `path` may hold `:parameters`. */
export interface PublicEndpoint {
  readonly method: string;
  readonly path: string;
}

/** One unit on one engine instance. */
export interface Placement {
  readonly instance: string;
  /** Base of the private address, without a trailing slash; public paths are appended to it. */
  readonly address: string;
  readonly ready: boolean;
  /** Messages and requests that are being worked on now; null: it was not asked for. */
  readonly inFlight: number | null;
  /** Since it was installed there; null: this engine does not count, or it was not asked for. */
  readonly counts: WorkCount | null;
}

/** What an engine has worked on, cumulative; it may start again at 0. */
export interface WorkCount {
  /** Messages or executions that came to an end, well or not. */
  readonly finished: number;
  /** Those in which a node reported an error. */
  readonly errors: number;
}

export interface Installed {
  readonly process: ProcessId;
  readonly version: Version;
  readonly digest: Digest;
  /** Null when the content is what Pinion installed; else what was changed by hand, in one line. */
  readonly drift: string | null;
  /** Of one that was changed: the same change has the same digest. Absent: this engine cannot be read back. */
  readonly driftDigest?: string;
  /** Whether its schedules and subscriptions fire; null when this engine gives no control over that. */
  readonly armed: boolean | null;
  readonly endpoints: readonly PublicEndpoint[];
  readonly placements: readonly Placement[];
}

export interface EngineInstance {
  readonly id: string;
  readonly state: "starting" | "ready" | "down";
  /** Why it is not ready; "" when it is. */
  readonly why: string;
}

export interface Inventory {
  readonly instances: readonly EngineInstance[];
  readonly installed: readonly Installed[];
}
