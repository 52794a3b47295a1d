/** What environment.yaml says, with every default filled in and every duration in milliseconds. */

import type { Json } from "./definition.ts";
import type { EnvironmentName } from "./names.ts";

export interface BlueGreenSpec {
  readonly kind: "blue-green";
  /** A path that must answer 2xx on the candidate's private address before it gets traffic. */
  readonly healthCheckUrl: string | null;
  readonly healthCheckTimeoutMs: number;
  /** How long a checked candidate waits before the traffic is switched to it. */
  readonly switchTrafficDelayMs: number;
  /** Keep the version before warm, so that going back to it is a matter of the router alone. */
  readonly keepOldVersion: boolean;
}

/** Takes the old version out before the new one comes in; for development. */
export interface RecreateSpec {
  readonly kind: "recreate";
}

export type StrategySpec = BlueGreenSpec | RecreateSpec;

/** Where the value of a secret comes from; resolved by the controller, never written anywhere. */
export type SecretReference = { readonly kind: "env"; readonly name: string } | { readonly kind: "file"; readonly path: string };

export interface EnvironmentSpec {
  readonly name: EnvironmentName;
  readonly type: "development" | "staging" | "production";
  readonly strategy: StrategySpec;
  readonly deploymentTimeoutMs: number;
  readonly allowedVersionTypes: readonly ("draft" | "published")[];
  /** Null: no limit. */
  readonly maxConcurrentDeployments: number | null;
  /** Put hand edits in an engine back. Otherwise they are only shown. */
  readonly selfHeal: boolean;
  /** Without it, an environment whose pins all vanished is left as it runs. */
  readonly allowEmpty: boolean;
  /** How long a request may still run on a version that no longer gets new ones. */
  readonly drainTimeoutMs: number;
  /** How long the router waits for an answer before it says 504. */
  readonly requestTimeoutMs: number;
  /** Ask for the same version for all requests that carry the same value here. */
  readonly sticky: { readonly kind: "header" | "cookie"; readonly name: string } | null;
  readonly variables: Readonly<Record<string, Json>>;
  readonly secrets: Readonly<Record<string, SecretReference>>;
}
