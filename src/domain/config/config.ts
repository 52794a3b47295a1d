/** What pinion.yaml says, with every default filled in and every duration in milliseconds. */

import type { PerformanceTest, SecretReference, StrategySpec, ValidationSpec } from "../desired/environment.ts";
import type { EventKind } from "../journal/events.ts";
import type { ValidationName } from "../validation-result.ts";
import type { Finding } from "../finding.ts";
import type { MetricCheck, MetricName } from "../analysis/metrics.ts";
import type { EngineKind, EnvironmentName, RouterKind, StoreKind } from "../names.ts";
import type { FlowsPermit, Permits } from "./permits.ts";

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
  readonly kind: EngineKind;
  readonly instances: number;
  /** Null: the engine's own limit. */
  readonly maxMemoryMb: number | null;
  /** Whom the instances run as, by name or number; null: `pinion-ENVIRONMENT`, where there is one, else as the controller. */
  readonly user: string | null;
  readonly allow: FlowsPermit | null;
}

export interface RemoteEngineConfig {
  readonly mode: "remote";
  readonly kind: EngineKind;
  /** Base of the admin API, without a trailing slash. */
  readonly url: string;
  /** Base of the address that its flows answer at, without a trailing slash. */
  readonly publicUrl: string;
  readonly token: SecretReference;
  readonly allow: FlowsPermit | null;
}

export type EngineConfig = EmbeddedEngineConfig | RemoteEngineConfig;

/** How a gateway treats its callers. */
export interface GatewaySettings {
  /** Addresses and networks (CIDR) of the proxies that are believed about whom they speak for. */
  readonly trustedProxies: readonly string[];
  /** Connections that may be open together. */
  readonly maxConnections: number;
  /** How long a caller may send nothing in the middle of a body. */
  readonly bodyIdleMs: number;
  /** Environments with an address of their own, beside that below their name. */
  readonly environments: Readonly<Record<EnvironmentName, OwnAddress>>;
}

/** Where an environment answers without a prefix: on a port of its own, or to a host name, in lower case. */
export type OwnAddress = { readonly port: number } | { readonly host: string };

/** The defaults. */
export const gatewayDefaults: GatewaySettings = { trustedProxies: [], maxConnections: 10_000, bodyIdleMs: 60_000, environments: {} };

export type GatewayConfig =
  /** Started by the controller. Port 0: a free one. */
  | ({
      readonly kind: "own";
      readonly host: string;
      readonly port: number;
      /** Whom it runs as, by name or number; null: `pinion_gateway`, where there is one, else as the controller. */
      readonly user: string | null;
    } & GatewaySettings)
  /** Started and supervised by somebody else. */
  | { readonly kind: "external"; readonly controlUrl: string; readonly publicUrl: string; readonly token: SecretReference };

/** Which router shares the traffic out, and the sections in which the kinds of router have their settings. */
export type RouterConfig = Pick<ControllerConfig, "router" | "gateway">;

/** What is meant where pinion.yaml names no kind. */
export const defaultKinds = { router: "gateway", store: "sqlite" } as const;

/** Where is remembered what happened. */
export interface StoreConfig {
  readonly kind: StoreKind;
}

/** Which validations run where an environment does not say. */
export interface ValidationDefaults {
  readonly level: ValidationSpec["level"] | null;
  /** Lists for environments that no level is said of. */
  readonly phases: Readonly<Record<"pre" | "during" | "post", readonly ValidationName[] | null>>;
  readonly healthCheck: ValidationSpec["healthCheck"];
  /** Wanted in every environment that does not list what it wants. */
  readonly performance: PerformanceTest | null;
  readonly rollback: readonly ValidationName[] | null;
}

/** When Pinion rolls back by itself where an environment does not say. */
export interface RollbackDefaults {
  readonly isAutomatic: boolean | null;
  /** For environments that list none. */
  readonly triggers: readonly MetricCheck[] | null;
}

/** What holds for environments that do not say; null: Pinion's own default. */
export interface EnvironmentDefaults {
  readonly strategy: StrategySpec | null;
  readonly deploymentTimeoutMs: number | null;
  readonly maxConcurrentDeployments: number | null;
  readonly validation: ValidationDefaults;
  readonly rollback: RollbackDefaults;
  /** What differs in single environments. */
  readonly byEnvironment: ReadonlyMap<
    EnvironmentName,
    { readonly level: ValidationSpec["level"] | null; readonly isAutomatic: boolean | null }
  >;
}

/** How a source of metrics is logged into. */
export type SourceAuth =
  | { readonly kind: "none" }
  | { readonly kind: "bearer"; readonly token: SecretReference }
  | { readonly kind: "basic"; readonly username: string; readonly password: SecretReference };

interface MetricSourceBase {
  /** What analysis and triggers call it. */
  readonly name: string;
  /** With placeholders such as `{{process}}` where it is `http-json`; else the server's base, without a trailing slash. */
  readonly url: string;
  readonly auth: SourceAuth;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** Somewhere outside where metrics of a version can be asked for. */
export type MetricSourceConfig =
  | (MetricSourceBase & {
      readonly type: "prometheus";
      /** Asked where a metric brings no query; else those over the gateway's own metrics. */
      readonly queries: Readonly<Partial<Record<MetricName, string>>>;
      /** The average over the window instead of the value at its end. */
      readonly range: boolean;
    })
  | (MetricSourceBase & {
      readonly type: "http-json";
      /** JSON pointer of the value. */
      readonly value: string;
      /** JSON pointer of how many requests it rests on; null: the answer does not say. */
      readonly count: string | null;
    });

/** Somebody who is told what happens. */
export interface NotificationConfig {
  readonly name: string;
  readonly type: "cloudevents" | "slack";
  /** An address that is a secret itself is given by reference. */
  readonly url: string | SecretReference;
  readonly token: SecretReference | null;
  /** Null: all. */
  readonly events: readonly EventKind[] | null;
  /** Null: all. */
  readonly environments: readonly EnvironmentName[] | null;
}

/** Who writes the commits of rollbacks. */
export interface CommitIdentity {
  readonly name: string;
  readonly email: string;
}

/** How the commits of rollbacks are signed. */
export type SigningConfig =
  | { readonly kind: "ssh"; readonly keyFile: string }
  /** `home` null: gpg's own. `passphraseFile` null: the key has none, or an agent knows it. */
  | { readonly kind: "openpgp"; readonly keyId: string; readonly home: string | null; readonly passphraseFile: string | null };

/** Figures over all deployments that somebody may want to be alerted by. */
export type AlertMetric =
  | "deployment_duration"
  | "deployment_success_rate"
  | "deployment_failure_rate"
  | "rollback_frequency"
  | "validation_pass_rate";

export interface AlertThreshold {
  readonly metric: AlertMetric;
  /** Percent; milliseconds for `deployment_duration`. Success and pass rates alert below it, all others above. */
  readonly threshold: number;
}

/** How the API is reached. */
export interface ListenConfig {
  /** Null: over the socket only. Port 0: a free one. `names`: other host names that callers use. */
  readonly tcp: { readonly host: string; readonly port: number; readonly names: readonly string[] } | null;
  /** As written: relative to the file. Null: none. */
  readonly socket: string | null;
  /** For clients that may read the metrics page and nothing else; null: there are none. */
  readonly metricsToken: SecretReference | null;
}

export interface ControllerConfig {
  readonly repository: RepositoryConfig;
  /** As written: relative to the file. */
  readonly state: string;
  readonly store: StoreConfig;
  readonly listen: ListenConfig;
  readonly router: { readonly kind: RouterKind };
  readonly gateway: GatewayConfig;
  /** Null: all in the repository. */
  readonly environments: readonly EnvironmentName[] | null;
  /** One of each kind at most. */
  readonly engines: {
    readonly default: readonly EngineConfig[];
    readonly byEnvironment: ReadonlyMap<EnvironmentName, readonly EngineConfig[]>;
  };
  readonly defaults: EnvironmentDefaults;
  readonly permits: Permits;
  readonly metricSources: readonly MetricSourceConfig[];
  readonly notifications: readonly NotificationConfig[];
  readonly alertThresholds: readonly AlertThreshold[];
  readonly identity: CommitIdentity;
  /** Null: commits are not signed. */
  readonly signing: SigningConfig | null;
  /** How often the actual state is asked for without any event. */
  readonly resyncIntervalMs: number;
  readonly log: { readonly level: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent" };
  /** Options that have no effect yet, each with the reason: to be shown at every start. */
  readonly warnings: readonly Finding[];
}

/** The engines that run the processes of an environment. */
export function enginesOf(config: Pick<ControllerConfig, "engines">, environment: EnvironmentName): readonly EngineConfig[] {
  return config.engines.byEnvironment.get(environment) ?? config.engines.default;
}
