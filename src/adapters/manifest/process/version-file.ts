/** versions/<version>.yaml: one version of a process, whole, with the places of its dependencies. */

import { validRange } from "semver";
import { canonicalSteps, canonicalVersion } from "../../../domain/desired/canonical.ts";
import type { Definition, Json, JsonObject, WorkflowNode } from "../../../domain/desired/definition.ts";
import { type Finding, hasErrors } from "../../../domain/finding.ts";
import { whyNoProbePath } from "../../../domain/validation/probe-path.ts";
import type { Hash, ProcessId, Version, VersionDigest } from "../../../domain/names.ts";
import type { Check, Dependency, ProcessVersion, VersionMetadata } from "../../../domain/desired/version.ts";
import type { Dialect } from "../../../ports/dialect.ts";
import type { CheckItem, DefinitionGraph, DependencyLine, VersionFile } from "../../../generated/version.ts";
import { asVersionDigest } from "./digest.ts";
import { definitionFindings, type Locate } from "./definition-rules.ts";
import { durationMs } from "../document/durations.ts";
import { finding, type Place } from "../document/findings.ts";
import { schemaFindings } from "../document/schema-findings.ts";
import type { Slices } from "../../../domain/slices.ts";
import { readYaml, type YamlDocument } from "../document/yaml-document.ts";

/** Line and column. */
export type Spot = readonly [line: number, column: number];

/** A version file as it stands: whole, or still in need of the export that it names. */
export type ParsedVersion =
  | {
      readonly kind: "inline";
      readonly version: UndefinedVersion;
      readonly definition: Definition;
      readonly locate: Locate;
      readonly warnings: readonly Finding[];
      readonly dependencyPlaces: readonly Spot[];
    }
  | {
      readonly kind: "from-export";
      readonly version: UndefinedVersion;
      readonly name: string;
      readonly at: Place;
      readonly warnings: readonly Finding[];
      readonly dependencyPlaces: readonly Spot[];
    }
  | { readonly kind: "refused"; readonly findings: readonly Finding[] };

/** A version without its definition. */
export interface UndefinedVersion extends Omit<ProcessVersion, "definition" | "definitionDigest"> {
  /** The file as it is written, without its definition. */
  readonly about: JsonObject;
}

export interface DigestedVersion {
  readonly version: ProcessVersion;
  /** Of the whole file. */
  readonly digest: VersionDigest;
}

export interface VersionFileContext {
  readonly process: ProcessId;
  readonly version: Version;
  readonly file: string;
  /** Of the process's engine; null when it is not known. */
  readonly dialect: Dialect | null;
}

/** Parses one version file. Never throws, whatever the bytes. */
export function* parseVersionFile(bytes: Uint8Array, context: VersionFileContext): Slices<ParsedVersion> {
  const reading = yield* readYaml(bytes, context.file);
  if (reading.kind === "refused") return reading;
  const { document } = reading;
  const shape = schemaFindings("version", document);
  yield;
  if (shape.length > 0) return { kind: "refused", findings: shape };
  const file = document.value as VersionFile;
  const own = ownFindings(file, document, context.version);
  const definition = file.definition === undefined ? null : toDefinition(file.definition);
  yield;
  const locate: Locate = (pointer) => document.place(`/definition${pointer}`);
  const inside = definition === null ? [] : yield* definitionFindings(definition, locate, context.dialect);
  const findings = [...own, ...inside];
  if (hasErrors(findings)) return { kind: "refused", findings };

  const version = toVersion(file, context);
  const dependencyPlaces = version.dependencies.map((_, index) => spot(document.place(`/dependencies/${index}`)));
  if (definition !== null) return { kind: "inline", version, definition, locate, warnings: findings, dependencyPlaces };
  return {
    kind: "from-export",
    version,
    name: file.definitionFrom ?? "",
    at: document.place("/definitionFrom"),
    warnings: findings,
    dependencyPlaces,
  };
}

/** The version with its definition and its digests. */
export function* withDefinition({ about, ...version }: UndefinedVersion, definition: Definition, hash: Hash): Slices<DigestedVersion> {
  const text = yield* canonicalSteps(definition);
  yield;
  const definitionDigest = hash(text);
  yield;
  return { version: { ...version, definition, definitionDigest }, digest: asVersionDigest(hash(canonicalVersion(about, text))) };
}

function spot(place: Place): Spot {
  return [place.line, place.column];
}

function ownFindings(file: VersionFile, document: YamlDocument, version: Version): readonly Finding[] {
  const findings: Finding[] = [];
  if (file.version !== version) {
    findings.push(
      finding(
        document.place("/version"),
        "version/name-mismatch",
        `the version is ${file.version}, but the file is called ${version}.yaml`,
      ),
    );
  }
  for (const [index, dependency] of (file.dependencies ?? []).entries()) {
    findings.push(...dependencyFindings(dependency, `/dependencies/${index}`, document));
  }
  const names = new Set<string>();
  for (const [index, { name, request, timeout }] of (file.checks ?? []).entries()) {
    findings.push(...requestFindings(request, `/checks/${index}/request`, document));
    findings.push(...timeoutFindings(timeout, `/checks/${index}/timeout`, document));
    if (names.has(name))
      findings.push(finding(document.place(`/checks/${index}/name`), "check/duplicate-name", `two checks are called "${name}"`));
    names.add(name);
  }
  return findings;
}

function dependencyFindings({ type, name, version }: DependencyLine, pointer: string, document: YamlDocument): readonly Finding[] {
  if (validRange(version) === null)
    return [finding(document.place(`${pointer}/version`), "dependency/invalid-range", `${version} is not a semantic version range`)];
  if (type === "workflow") return [];
  const message = `the ${type} ${name} ${version} is not checked: only dependencies of type workflow are checked`;
  return [finding(document.place(`${pointer}/type`), "dependency/not-checked", message)];
}

/** A check goes to the version itself: below its address, under no other name. */
function requestFindings({ path, headers = {} }: CheckItem["request"], pointer: string, document: YamlDocument): readonly Finding[] {
  const why = whyNoProbePath(path);
  const hosts = Object.keys(headers).filter((header) => header.toLowerCase() === "host");
  return [
    ...(why === null ? [] : [finding(document.place(`${pointer}/path`), "check/path", `the path of a check ${why}`)]),
    ...hosts.map((header) => finding(document.place(`${pointer}/headers/${header}`), "check/host", "a check must not name a host")),
  ];
}

/** Without any time a check fails whatever the version answers; and a timer takes no more than some weeks: after that it rings at once. */
function timeoutFindings(timeout: CheckItem["timeout"], pointer: string, document: YamlDocument): readonly Finding[] {
  const ms = durationMs(timeout ?? defaultTimeout);
  if (ms >= 1 && ms <= longestTimeoutMs) return [];
  const wrong = ms < 1 ? "too short; at least 1ms is needed" : "too long; at most 1h is allowed";
  return [finding(document.place(pointer), "schema/range", `${timeout} is ${wrong}`)];
}

const defaultTimeout = "5s";
const longestTimeoutMs = 60 * 60 * 1000;

function toVersion(file: VersionFile, context: VersionFileContext): UndefinedVersion {
  const metadata: VersionMetadata = {
    title: file.title,
    description: file.description ?? "",
    author: file.author ?? "",
    changelog: (file.changelog ?? []).map((entry) => ({ ...entry, affectedComponents: entry.affectedComponents ?? [] })),
    tags: file.tags ?? [],
  };
  const dependencies: readonly Dependency[] = (file.dependencies ?? []).map((each) => ({ ...each, required: each.required ?? true }));
  const checks = (file.checks ?? []).map(toCheck);
  return { process: context.process, version: context.version, metadata, dependencies, checks, about: aboutOf(file) };
}

function aboutOf({ definition: _definition, definitionFrom: _from, ...about }: VersionFile): JsonObject {
  return about as unknown as JsonObject;
}

function toCheck({ name, kind, request, expect, timeout }: CheckItem): Check {
  const expectedHeaders = Object.entries(expect.headers ?? {}).map(([header, value]) => [header.toLowerCase(), value] as const);
  return {
    name,
    kind: kind ?? "smoke",
    request: {
      method: request.method ?? "GET",
      path: request.path,
      headers: request.headers ?? {},
      ...(request.body === undefined ? {} : { body: request.body as Json }),
    },
    expect: {
      status: expect.status,
      headers: Object.fromEntries(expectedHeaders),
      ...(expect.json === undefined ? {} : { json: expect.json as Json }),
    },
    timeoutMs: durationMs(timeout ?? defaultTimeout),
  };
}

function toDefinition(graph: DefinitionGraph): Definition {
  const nodes = graph.nodes.map((node): WorkflowNode => ({ ...node, config: (node.config ?? {}) as JsonObject }));
  const connections = (graph.connections ?? []).map(({ from, to }) => ({
    from: { node: from.node, port: from.port ?? 0 },
    to: { node: to.node, port: to.port ?? 0 },
  }));
  return { nodes, connections, config: (graph.config ?? {}) as JsonObject };
}
