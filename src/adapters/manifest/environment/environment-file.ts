/** environment.yaml: what holds in an environment, with Pinion's or the operator's defaults for what it does not say. */

import type { EnvironmentDefaults } from "../../../domain/config/config.ts";
import type { Json } from "../../../domain/desired/definition.ts";
import type { EnvironmentSpec } from "../../../domain/desired/environment.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { EnvironmentName, ProcessId } from "../../../domain/names.ts";
import { type Permits, whyNotSecret } from "../../../domain/config/permits.ts";
import type { EnvironmentFile } from "../../../generated/environment.ts";
import { durationMs } from "../document/durations.ts";
import { analysisFindings, toAnalysis } from "./analysis.ts";
import { effectFindings, sourceFindings } from "./effects.ts";
import { rollbackFindings, toRollback } from "./rollback.ts";
import { strategyFindings, toStrategy } from "./strategy.ts";
import { noValidationDefaults, toValidation, validationFindings } from "./validation.ts";
import { finding, type Place, type Say } from "../document/findings.ts";
import { toSecretReference } from "./secret-reference.ts";
import { schemaFindings } from "../document/schema-findings.ts";
import type { Slices } from "../../../domain/slices.ts";
import { readYaml, type YamlDocument } from "../document/yaml-document.ts";

export interface ParsedEnvironment {
  /** Null when there are errors. */
  readonly spec: EnvironmentSpec | null;
  readonly findings: readonly Finding[];
  /** Where each process is named that has settings of its own. */
  readonly named: ReadonlyMap<ProcessId, Place>;
}

/** Of a file that says nothing that could be used. */
export const nobodyNamed: ReadonlyMap<ProcessId, Place> = new Map();

export interface EnvironmentFileContext {
  readonly environment: EnvironmentName;
  readonly file: string;
  readonly defaults: EnvironmentDefaults;
  /** Null: nobody has said what is allowed. */
  readonly permits: Permits | null;
}

/** For readers that know no operator's configuration. */
export const noDefaults: EnvironmentDefaults = {
  strategy: null,
  deploymentTimeoutMs: null,
  maxConcurrentDeployments: null,
  validation: noValidationDefaults,
  rollback: { isAutomatic: null, triggers: null },
  byEnvironment: new Map(),
};

/** Parses one environment.yaml. Never throws, whatever the bytes. */
export function* parseEnvironmentFile(bytes: Uint8Array, context: EnvironmentFileContext): Slices<ParsedEnvironment> {
  const reading = yield* readYaml(bytes, context.file);
  if (reading.kind === "refused") return { spec: null, findings: reading.findings, named: nobodyNamed };
  const { document } = reading;
  const shape = schemaFindings("environment", document);
  if (shape.length > 0) return { spec: null, findings: shape, named: nobodyNamed };
  const file = document.value as EnvironmentFile;
  const findings = [
    ...ownFindings(file, document, context.environment),
    ...secretFindings(file, document, context),
    ...sectionFindings(file, document),
    ...effectsIn(file, document, context.permits),
  ];
  const isUsable = findings.every(({ severity }) => severity === "warning");
  return { spec: isUsable ? toSpec(file, context.defaults) : null, findings, named: namedIn(file, document) };
}

function namedIn({ processes = {} }: EnvironmentFile, document: YamlDocument): ParsedEnvironment["named"] {
  return new Map(Object.keys(processes).map((process) => [process, document.place(`/processes/${process}`, "key")]));
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

/** Secrets that the operator did not allow. */
function secretFindings({ secrets = {} }: EnvironmentFile, document: YamlDocument, context: EnvironmentFileContext): readonly Finding[] {
  const { permits, environment } = context;
  if (permits === null) return [];
  return Object.entries(secrets).flatMap(([name, reference]) => {
    const why = whyNotSecret(permits, environment, toSecretReference(reference));
    return why === null ? [] : [finding(document.place(`/secrets/${name}`), "environment/secret-not-allowed", `${name}: ${why}`)];
  });
}

function effectsIn(file: EnvironmentFile, document: YamlDocument, permits: Permits | null): readonly Finding[] {
  const say: Say = (pointer, code, message, hint) => finding(document.place(pointer), code, message, hint);
  return [...effectFindings(file, say), ...sourceFindings(file, permits, say)];
}

/** What is wrong in the sections that deliver progressively. */
function sectionFindings(file: EnvironmentFile, document: YamlDocument): readonly Finding[] {
  const say: Say = (pointer, code, message, hint) => finding(document.place(pointer), code, message, hint);
  const { strategy, processes = {}, validation = {}, analysis = {}, rollbackPolicy = {} } = file;
  const findings = [
    ...(strategy === undefined ? [] : strategyFindings(strategy, "/strategy", say)),
    ...Object.entries(processes).flatMap(([process, { strategy: own }]) =>
      own === undefined ? [] : strategyFindings(own, `/processes/${process}/strategy`, say),
    ),
    ...validationFindings(validation, "/validation", say),
    ...analysisFindings(analysis, "/analysis", say),
  ];
  return [...findings, ...rollbackFindings(rollbackPolicy, toAnalysis(analysis).intervalMs, "/rollbackPolicy", say)];
}

function toSpec(file: EnvironmentFile, defaults: EnvironmentDefaults): EnvironmentSpec {
  return {
    name: file.name,
    type: file.type,
    ...toStrategies(file, defaults),
    ...toDelivery(file, defaults),
    ...limits(file, defaults),
    selfHeal: file.selfHeal ?? true,
    allowEmpty: file.allowEmpty ?? false,
    pruneDelayMs: durationMs(file.pruneDelay ?? "5m"),
    drainTimeoutMs: durationMs(file.drainTimeout ?? "30s"),
    requestTimeoutMs: durationMs(file.requestTimeout ?? "30s"),
    sticky: toSticky(file.sticky),
    variables: (file.variables ?? {}) as Readonly<Record<string, Json>>,
    secrets: Object.fromEntries(Object.entries(file.secrets ?? {}).map(([name, reference]) => [name, toSecretReference(reference)])),
  };
}

function toStrategies(
  { strategy, processes = {} }: EnvironmentFile,
  defaults: EnvironmentDefaults,
): Pick<EnvironmentSpec, "strategy" | "strategies"> {
  const own = Object.entries(processes).flatMap(([process, section]) =>
    section.strategy === undefined ? [] : [[process, toStrategy(section.strategy)] as const],
  );
  return {
    strategy: strategy === undefined ? (defaults.strategy ?? toStrategy({ type: "blue-green" })) : toStrategy(strategy),
    strategies: new Map(own),
  };
}

function toDelivery(file: EnvironmentFile, defaults: EnvironmentDefaults): Pick<EnvironmentSpec, "validation" | "analysis" | "rollback"> {
  const here = defaults.byEnvironment.get(file.name);
  const analysis = toAnalysis(file.analysis);
  // Switched off for all is switched off for each; an environment's own file can still say otherwise.
  const isAutomatic = defaults.rollback.isAutomatic === false ? false : (here?.isAutomatic ?? defaults.rollback.isAutomatic);
  const rollback = { ...defaults.rollback, isAutomatic };
  return {
    validation: toValidation(file.validation ?? {}, { ...defaults.validation, level: here?.level ?? defaults.validation.level }),
    analysis,
    rollback: toRollback(file.rollbackPolicy ?? {}, { intervalMs: analysis.intervalMs, defaults: rollback }),
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

function toSticky(sticky: EnvironmentFile["sticky"]): EnvironmentSpec["sticky"] {
  if (sticky === undefined) return null;
  return sticky.header === undefined
    ? { kind: "cookie", name: sticky.cookie ?? "" }
    : { kind: "header", name: sticky.header.toLowerCase() };
}
