/** What pinion.yaml says, with every default filled in and every duration in milliseconds. */

import type { SecretReference, StrategySpec } from "./environment.ts";
import type { Finding } from "./finding.ts";
import type { EnvironmentName } from "./names.ts";

export type RepositoryAuth =
  | { readonly kind: "none" }
  /** `username` null: the one that the forge expects with a token. */
  | { readonly kind: "token"; readonly token: SecretReference; readonly username: string | null }
  | { readonly kind: "password"; readonly username: string; readonly password: SecretReference }
  /** `knownHosts` null: the user's own. */
  | { readonly kind: "ssh"; readonly keyFile: string; readonly knownHosts: string | null };

export interface RepositoryConfig {
  readonly url: string;
  readonly branch: string;
  /** The folder within the repository that holds processes/ and environments/; "" for its root. */
  readonly path: string;
  readonly auth: RepositoryAuth;
  readonly allowFile: boolean;
  readonly pollIntervalMs: number;
  /** The share of the interval that it is spread by, 0..1. */
  readonly pollJitter: number;
  /** Cron expressions, checked. */
  readonly schedule: readonly string[];
  readonly timeoutMs: number;
}

export interface EmbeddedEngineConfig {
  readonly mode: "embedded";
  readonly kind: string;
  readonly instances: number;
  /** Null: the engine's own limit. */
  readonly maxMemoryMb: number | null;
}

export interface RemoteEngineConfig {
  readonly mode: "remote";
  readonly kind: string;
  /** Base of the admin API, without a trailing slash. */
  readonly url: string;
  /** Base of the address that its flows answer at, without a trailing slash. */
  readonly publicUrl: string;
  readonly token: SecretReference;
}

export type EngineConfig = EmbeddedEngineConfig | RemoteEngineConfig;

export type GatewayConfig =
  /** Started by the controller. Port 0: a free one. */
  | { readonly kind: "own"; readonly host: string; readonly port: number }
  /** Started and supervised by somebody else. */
  | { readonly kind: "external"; readonly controlUrl: string; readonly publicUrl: string; readonly token: SecretReference };

/** What holds for environments that do not say; null: Pinion's own default. */
export interface EnvironmentDefaults {
  readonly strategy: StrategySpec | null;
  readonly deploymentTimeoutMs: number | null;
  readonly maxConcurrentDeployments: number | null;
}

export interface ControllerConfig {
  readonly repository: RepositoryConfig;
  /** As written: relative to the file. */
  readonly state: string;
  /** Port 0: a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly gateway: GatewayConfig;
  /** Null: all in the repository. */
  readonly environments: readonly EnvironmentName[] | null;
  readonly engines: { readonly default: EngineConfig; readonly byEnvironment: ReadonlyMap<EnvironmentName, EngineConfig> };
  readonly defaults: EnvironmentDefaults;
  /** How often the actual state is asked for without any event. */
  readonly resyncIntervalMs: number;
  readonly log: { readonly level: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent" };
  /** Options that have no effect yet, each with the reason: to be shown at every start. */
  readonly warnings: readonly Finding[];
}

/** The engine that runs the processes of an environment. */
export function engineOf(config: ControllerConfig, environment: EnvironmentName): EngineConfig {
  return config.engines.byEnvironment.get(environment) ?? config.engines.default;
}
