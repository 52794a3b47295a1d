/** environment.yaml: what holds in an environment, with Pinion's or the operator's defaults for what it does not say. */

import type { EnvironmentDefaults } from "../../domain/controller-config.ts";
import type { Json } from "../../domain/definition.ts";
import type { EnvironmentSpec, SecretReference, StrategySpec } from "../../domain/environment.ts";
import type { Finding } from "../../domain/finding.ts";
import type { EnvironmentName } from "../../domain/names.ts";
import type { EnvironmentFile, SecretReferenceItem, StrategySection } from "../../generated/environment.ts";
import { durationMs } from "./durations.ts";
import { finding } from "./findings.ts";
import { schemaFindings } from "./schema-findings.ts";
import type { Schemas } from "./schemas.ts";
import { readYaml, type YamlDocument } from "./yaml-document.ts";

export interface ParsedEnvironment {
  /** Null when there are findings. */
  readonly spec: EnvironmentSpec | null;
  readonly findings: readonly Finding[];
}

export interface EnvironmentFileContext {
  readonly environment: EnvironmentName;
  readonly file: string;
  readonly schemas: Schemas;
  readonly defaults: EnvironmentDefaults;
}

/** For readers that know no operator's configuration. */
export const noDefaults: EnvironmentDefaults = { strategy: null, deploymentTimeoutMs: null, maxConcurrentDeployments: null };

/** Parses one environment.yaml. Never throws, whatever the bytes. */
export function parseEnvironmentFile(bytes: Uint8Array, context: EnvironmentFileContext): ParsedEnvironment {
  const reading = readYaml(bytes, context.file);
  if (reading.kind === "refused") return { spec: null, findings: reading.findings };
  const { document } = reading;
  const shape = schemaFindings(context.schemas, "environment", document);
  if (shape.length > 0) return { spec: null, findings: shape };
  const file = document.value as EnvironmentFile;
  const findings = ownFindings(file, document, context.environment);
  return { spec: findings.length > 0 ? null : toSpec(file, context.defaults), findings };
}

function ownFindings(file: EnvironmentFile, document: YamlDocument, environment: EnvironmentName): readonly Finding[] {
  const findings: Finding[] = [];
  if (file.name !== environment) {
    const message = `the name is ${file.name}, but the folder is called ${environment}`;
    findings.push(finding(document.place("/name"), "environment/name-mismatch", message));
  }
  for (const section of ["variables", "secrets"] as const) {
    for (const name of Object.keys(file[section] ?? {}).filter((each) => each.startsWith("PINION_"))) {
      findings.push(
        finding(document.place(`/${section}/${name}`, "key"), "environment/reserved-variable", `the variable ${name} is Pinion's own`),
      );
    }
  }
  for (const name of Object.keys(file.secrets ?? {}).filter((each) => Object.hasOwn(file.variables ?? {}, each))) {
    findings.push(finding(document.place(`/secrets/${name}`, "key"), "environment/variable-twice", `${name} is a variable and a secret`));
  }
  return findings;
}

function toSpec(file: EnvironmentFile, defaults: EnvironmentDefaults): EnvironmentSpec {
  return {
    name: file.name,
    type: file.type,
    strategy: file.strategy === undefined ? (defaults.strategy ?? toStrategy({ type: "blue-green" })) : toStrategy(file.strategy),
    ...limits(file, defaults),
    selfHeal: file.selfHeal ?? true,
    allowEmpty: file.allowEmpty ?? false,
    drainTimeoutMs: durationMs(file.drainTimeout ?? "30s"),
    requestTimeoutMs: durationMs(file.requestTimeout ?? "30s"),
    sticky: toSticky(file.sticky),
    variables: (file.variables ?? {}) as Readonly<Record<string, Json>>,
    secrets: Object.fromEntries(Object.entries(file.secrets ?? {}).map(([name, reference]) => [name, toSecretReference(reference)])),
  };
}

function limits(
  file: EnvironmentFile,
  defaults: EnvironmentDefaults,
): Pick<EnvironmentSpec, "deploymentTimeoutMs" | "allowedVersionTypes" | "maxConcurrentDeployments"> {
  const timeout = file.deploymentTimeout;
  return {
    deploymentTimeoutMs: timeout === undefined ? (defaults.deploymentTimeoutMs ?? durationMs("30m")) : durationMs(timeout),
    allowedVersionTypes: file.restrictions?.allowedVersionTypes ?? (file.type === "production" ? ["published"] : ["draft", "published"]),
    maxConcurrentDeployments: file.restrictions?.maxConcurrentDeployments ?? defaults.maxConcurrentDeployments,
  };
}

/** A strategy section with its defaults. */
export function toStrategy(section: StrategySection): StrategySpec {
  if (section.type === "recreate") return { kind: "recreate" };
  const config = section.config ?? {};
  return {
    kind: "blue-green",
    healthCheckUrl: config.healthCheckUrl ?? null,
    healthCheckTimeoutMs: durationMs(config.healthCheckTimeout ?? "10s"),
    switchTrafficDelayMs: durationMs(config.switchTrafficDelay ?? 0),
    keepOldVersion: config.keepOldVersion ?? true,
  };
}

/** A reference of which the schema has checked that it is one of the two. */
export function toSecretReference(reference: SecretReferenceItem): SecretReference {
  return reference.env === undefined ? { kind: "file", path: reference.file ?? "" } : { kind: "env", name: reference.env };
}

function toSticky(sticky: EnvironmentFile["sticky"]): EnvironmentSpec["sticky"] {
  if (sticky === undefined) return null;
  return sticky.header === undefined
    ? { kind: "cookie", name: sticky.cookie ?? "" }
    : { kind: "header", name: sticky.header.toLowerCase() };
}
