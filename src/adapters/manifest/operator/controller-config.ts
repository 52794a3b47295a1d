/** pinion.yaml, parsed at the door: the operator's document in, the controller's configuration or all findings out. */

import {
  defaultKinds,
  gatewayDefaults,
  type ControllerConfig,
  type EngineConfig,
  type GatewayConfig,
  type ListenConfig,
  type RepositoryAuth,
  type RepositoryConfig,
  type GatewaySettings,
  type OwnAddress,
} from "../../../domain/config/config.ts";
import { defaultEngineKind } from "../../../domain/desired/engine-kind.ts";
import { PinionError } from "../../../domain/errors.ts";
import { describeFinding, type Finding, hasErrors } from "../../../domain/finding.ts";
import type { EngineSection, GatewaySection, PinionFile, RepositoryAuthSection, RepositorySection } from "../../../generated/pinion.ts";
import { configFindings } from "./config-rules.ts";
import { kindFindings, type KnownKinds } from "./kinds.ts";
import { durationMs } from "../document/durations.ts";
import { sortFindings } from "../document/findings.ts";
import { asSpelled, foldDocument, foldKey, hintAsSpelled } from "../document/key-case.ts";
import { lookedAfter, toFlows, toPermits } from "./permits.ts";
import { namedEnvironments } from "./named-environments.ts";
import { toMetricSource } from "./metric-sources.ts";
import { toAlert, toIdentity, toNotification, toSigning } from "./notifications.ts";
import { readProcessDeployer } from "./process-deployer.ts";
import { schemaFindings } from "../document/schema-findings.ts";
import { toSecretReference } from "../environment/secret-reference.ts";
import { readYamlText } from "../document/yaml-document.ts";

/** @throws PinionError `config/invalid`, with every finding. Options without an effect yet are `warnings` of the result. `known`: the kinds of engine, router and store that there are; null: whatever is named. */
export function parseControllerConfig(text: string, file: string, known: KnownKinds | null = null): ControllerConfig {
  const reading = readYamlText(text, file, foldKey);
  if (reading.kind === "refused") throw invalid(file, reading.findings);
  const document = { ...reading.document, value: foldDocument(reading.document.value) };
  const shape = schemaFindings("pinion", document);
  if (shape.length > 0)
    throw invalid(
      file,
      shape.map((found) => spelled(found, reading.document.value)),
    );

  const config = document.value as PinionFile;
  const deployer = readProcessDeployer(config.processDeployer, { ...document, written: reading.document.value });
  const findings = sortFindings([...configFindings(config, document), ...kindFindings(config, known, document), ...deployer.findings]);
  if (hasErrors(findings)) throw invalid(file, findings);
  const engines = toEngines(config.engines);
  return {
    ...toServices(config),
    repository: toRepository(config.repository),
    environments: lookedAfter(config.environments) ?? deployer.environments,
    engines,
    permits: { ...toPermits(config, file, engines), named: namedEnvironments(config, document) },
    defaults: deployer.defaults,
    metricSources: (config.metricSources ?? []).map(toMetricSource),
    notifications: (config.notifications ?? []).map(toNotification),
    alertThresholds: [...(config.alertThresholds ?? []).map(toAlert), ...deployer.alertThresholds],
    identity: toIdentity(config.identity),
    signing: toSigning(config.signing),
    warnings: findings,
  };
}

function spelled(found: Finding, written: unknown): Finding {
  const message = asSpelled(found.message, found.pointer, written);
  return { ...found, message, hint: hintAsSpelled(found.hint, message) };
}

function toServices(
  config: PinionFile,
): Pick<ControllerConfig, "state" | "store" | "listen" | "router" | "gateway" | "resyncIntervalMs" | "log"> {
  return {
    state: config.state ?? "./.pinion",
    store: { kind: config.store?.kind ?? defaultKinds.store },
    listen: toListen(config.listen),
    router: { kind: config.router?.kind ?? defaultKinds.router },
    gateway: toGateway(config.gateway),
    resyncIntervalMs: durationMs(config.resyncInterval ?? "10s"),
    log: { level: config.log?.level ?? "info" },
  };
}

/** Who asks for a socket and for no port has none. */
function toListen({ host, port, names = [], socket, metricsToken }: NonNullable<PinionFile["listen"]> = {}): ListenConfig {
  const isSocketAlone = socket !== undefined && host === undefined && port === undefined;
  return {
    tcp: isSocketAlone ? null : { host: host ?? "127.0.0.1", port: port ?? 0, names: names.map((name) => name.toLowerCase()) },
    socket: socket ?? null,
    metricsToken: metricsToken === undefined ? null : toSecretReference(metricsToken),
  };
}

function invalid(file: string, findings: readonly Finding[]): PinionError {
  const lines = findings.filter(({ severity }) => severity === "error").map(describeFinding);
  return new PinionError("config/invalid", `${file} cannot be used:\n${lines.join("\n")}`, { findings });
}

function toRepository(section: RepositorySection): RepositoryConfig {
  return {
    url: section.url,
    branch: section.branch ?? "main",
    path: (section.path ?? "").replace(/^\.?\/+|\/+$/g, ""),
    auth: toAuth(section.auth),
    allowFile: section.allowFile ?? false,
    pollIntervalMs: durationMs(section.pollInterval ?? "30s"),
    pollJitter: toShare(section.pollJitter ?? "10%"),
    schedule: section.schedule === undefined ? [] : [section.schedule].flat(),
    timeoutMs: durationMs(section.timeout ?? "30s"),
  };
}

function toShare(value: number | string): number {
  return typeof value === "number" ? value : Number.parseFloat(value) / 100;
}

/** The rules have checked that there is one way to log in. */
function toAuth(auth: RepositoryAuthSection | undefined): RepositoryAuth {
  if (auth?.token !== undefined) return { kind: "token", token: toSecretReference(auth.token), username: auth.username ?? null };
  if (auth?.password !== undefined) return { kind: "password", username: auth.username ?? "", password: toSecretReference(auth.password) };
  if (auth?.sshKey !== undefined) return { kind: "ssh", keyFile: auth.sshKey, knownHosts: auth.knownHosts ?? null };
  return { kind: "none" };
}

type OwnGateway = Extract<GatewayConfig, { kind: "own" }>;

function toGateway(section: GatewaySection = {}): GatewayConfig {
  if (section.external === undefined) return { kind: "own", ...toPlace(section), ...toGatewaySettings(section) };
  const { controlUrl, publicUrl, token } = section.external;
  return { kind: "external", controlUrl: trimSlashes(controlUrl), publicUrl: trimSlashes(publicUrl), token: toSecretReference(token) };
}

function toPlace({ host = "127.0.0.1", port = 0, user }: GatewaySection): Pick<OwnGateway, "host" | "port" | "user"> {
  return { host, port, user: user === undefined ? null : String(user) };
}

function toGatewaySettings({ trustedProxies, limits, environments }: GatewaySection): GatewaySettings {
  const { bodyIdleTimeout } = limits ?? {};
  return {
    trustedProxies: trustedProxies ?? gatewayDefaults.trustedProxies,
    maxConnections: limits?.connections ?? gatewayDefaults.maxConnections,
    bodyIdleMs: bodyIdleTimeout === undefined ? gatewayDefaults.bodyIdleMs : durationMs(bodyIdleTimeout),
    environments: Object.fromEntries(Object.entries(environments ?? {}).map(([name, address]) => [name, toOwnAddress(address)])),
  };
}

/** The schema has seen to it that there is one of them. */
function toOwnAddress({ port, host }: { readonly port?: number; readonly host?: string }): OwnAddress {
  return port === undefined ? { host: (host ?? "").toLowerCase() } : { port };
}

function toEngines(sections: Readonly<Record<string, EngineSection>> = {}): ControllerConfig["engines"] {
  const { default: common = {}, ...others } = sections;
  return {
    default: toEngineList(common),
    byEnvironment: new Map(Object.entries(others).map(([environment, section]) => [environment, toEngineList(section)])),
  };
}

function toEngineList(section: EngineSection): readonly EngineConfig[] {
  return [toEngine(section), ...(section.also ?? []).flatMap(toEngineList)];
}

/** The schema has checked that a remote engine has url and token. */
function toEngine(section: EngineSection): EngineConfig {
  if (section.mode !== "remote") {
    const { kind = defaultEngineKind, instances = 1, maxMemoryMb = null, user } = section;
    return {
      mode: "embedded",
      kind,
      instances,
      maxMemoryMb,
      user: user === undefined ? null : String(user),
      allow: toFlows(section.allow),
    };
  }
  const url = trimSlashes(section.url ?? "");
  return {
    mode: "remote",
    kind: section.kind ?? defaultEngineKind,
    url,
    publicUrl: trimSlashes(section.publicUrl ?? url),
    token: toSecretReference(section.token ?? {}),
    allow: toFlows(section.allow),
  };
}

function trimSlashes(url: string): string {
  return url.replace(/\/+$/, "");
}
