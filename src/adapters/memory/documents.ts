/** The files of a config repository as documents, and what edits and reverts make of them. Pure. */

import { canonicalJson } from "../../domain/desired/canonical.ts";
import type { Json, JsonObject } from "../../domain/desired/definition.ts";
import { PinionError } from "../../domain/errors.ts";
import type { EnvironmentName, ProcessId, Version } from "../../domain/names.ts";
import type { RevertRequest } from "../../domain/journal/revert.ts";
import type { CatalogueEntry } from "../../domain/desired/snapshot.ts";
import type { ConfigEdit, PinEdit, VersionEdit } from "../../ports/config-editor.ts";

/** By path from the root of the repository. */
export type Documents = ReadonlyMap<string, JsonObject>;

interface QuarantineEntry {
  readonly process: ProcessId;
  readonly version: Version;
}

/** The documents after an edit. @throws `usage/invalid` when it would change what is published. */
export function edited(documents: Documents, edit: ConfigEdit): Documents {
  const next = new Map(documents);
  edit.versions?.forEach((version) => addVersion(next, version));
  edit.environments?.forEach(({ name, file }) => setEnvironment(next, name, file));
  edit.strategies?.forEach(({ environment, process, strategy }) => setStrategy(next, environment, process, strategy));
  edit.pins?.forEach((pin) => movePin(next, pin));
  edit.lifted?.forEach((entry) => lift(next, entry.environment, entry));
  return next;
}

/** The documents with a pin put back, and what it pinned in quarantine where the revert request says so. */
export function reverted(
  documents: Documents,
  { environment, process, from, to, along = [], quarantine, why, at, id }: RevertRequest,
): Documents {
  const next = new Map(documents);
  setPin(next, environment, process, to);
  for (const pin of along) if (pinnedIn(next, environment, pin.process) === pin.from) setPin(next, environment, pin.process, pin.to);
  if (quarantine === null) return next;
  lift(next, environment, { process, version: from });
  const entry = { process, version: from, digest: quarantine, reason: why, since: new Date(at).toISOString(), rollbackId: id };
  next.set(quarantineFile(environment), { quarantine: [...held(next, environment), entry] as unknown as Json });
  return next;
}

export function pinnedIn(documents: Documents, environment: EnvironmentName, process: ProcessId): Version | null {
  const version = documents.get(pinsFile(environment))?.[process];
  return typeof version === "string" ? version : null;
}

export function environmentIn(documents: Documents, name: EnvironmentName): JsonObject | null {
  return documents.get(environmentFile(name)) ?? null;
}

export function catalogueIn(documents: Documents, process: ProcessId): readonly CatalogueEntry[] {
  return (documents.get(processFile(process))?.["versions"] ?? []) as unknown as readonly CatalogueEntry[];
}

/** As files: pins as bare lines, everything else as JSON, which is YAML too. */
export function filesOf(documents: Documents): ReadonlyMap<string, string> {
  return new Map(Array.from(documents, ([path, document]) => [path, path.endsWith("/pins.yaml") ? pinLines(document) : jsonOf(document)]));
}

function pinLines(pins: JsonObject): string {
  return Object.entries(pins)
    .map(([process, version]) => `${process}: ${String(version)}\n`)
    .join("");
}

function jsonOf(document: JsonObject): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

function addVersion(next: Map<string, JsonObject>, edit: VersionEdit): void {
  const { process, version, status, digest, about, file } = edit;
  refuseChange(next, edit);
  const before = { title: process, owner: "library", engine: "node-red", ...next.get(processFile(process)) };
  const line = { version, ...(status === "draft" ? { status } : { status, digest }) };
  const others = catalogueIn(next, process).filter((entry) => entry.version !== version);
  next.set(processFile(process), {
    id: process,
    title: about.title ?? before.title,
    owner: about.owner ?? before.owner,
    engine: about.engine ?? before.engine,
    versions: [...others, line] as unknown as Json,
  });
  next.set(versionFile(process, version), file);
}

/** Judged by what the commit is made upon, not by what was there when it was asked for. */
function refuseChange(documents: Documents, { process, version, status, digest, file }: VersionEdit): void {
  const before = catalogueIn(documents, process).find((entry) => entry.version === version);
  if (before?.digest === undefined) return;
  // Older releases have left digests of another kind.
  const isSame = before.digest === digest || canonicalJson(documents.get(versionFile(process, version)) ?? null) === canonicalJson(file);
  if (isSame && status !== "draft") return;
  const what = isSame ? `${before.status ?? "published"}, and is no draft any more` : "published with another content";
  throw new PinionError(
    "usage/invalid",
    `${process} ${version} is ${what}; a published version never changes: publish this as a new version`,
  );
}

function setEnvironment(next: Map<string, JsonObject>, name: EnvironmentName, file: JsonObject): void {
  const before = processesOf(next, name);
  const processes = { ...before, ...(file["processes"] as JsonObject | undefined) };
  next.set(environmentFile(name), Object.keys(processes).length === 0 ? file : { ...file, processes });
  if (!next.has(pinsFile(name))) next.set(pinsFile(name), {});
}

function processesOf(documents: Documents, environment: EnvironmentName): JsonObject {
  return (documents.get(environmentFile(environment))?.["processes"] ?? {}) as JsonObject;
}

function setStrategy(next: Map<string, JsonObject>, environment: EnvironmentName, process: ProcessId, strategy: Json): void {
  const { processes: _, ...file } = next.get(environmentFile(environment)) ?? {};
  const { [process]: __, ...others } = processesOf(next, environment);
  const processes = strategy === null ? others : { ...others, [process]: { strategy } };
  next.set(environmentFile(environment), Object.keys(processes).length === 0 ? file : { ...file, processes });
}

function movePin(next: Map<string, JsonObject>, { environment, process, version, replacing }: PinEdit): void {
  if (replacing === undefined || pinnedIn(next, environment, process) === replacing) setPin(next, environment, process, version);
}

function setPin(next: Map<string, JsonObject>, environment: EnvironmentName, process: ProcessId, version: Version | null): void {
  const { [process]: _, ...others } = next.get(pinsFile(environment)) ?? {};
  next.set(pinsFile(environment), version === null ? others : { ...others, [process]: version });
}

function held(documents: Documents, environment: EnvironmentName): readonly QuarantineEntry[] {
  return (documents.get(quarantineFile(environment))?.["quarantine"] ?? []) as unknown as readonly QuarantineEntry[];
}

function lift(next: Map<string, JsonObject>, environment: EnvironmentName, { process, version }: QuarantineEntry): void {
  const others = held(next, environment).filter((entry) => entry.process !== process || entry.version !== version);
  if (next.has(quarantineFile(environment))) next.set(quarantineFile(environment), { quarantine: others as unknown as Json });
}

const processFile = (process: ProcessId) => `processes/${process}/process.yaml`;
const versionFile = (process: ProcessId, version: Version) => `processes/${process}/versions/${version}.yaml`;
const environmentFile = (environment: EnvironmentName) => `environments/${environment}/environment.yaml`;
const pinsFile = (environment: EnvironmentName) => `environments/${environment}/pins.yaml`;
const quarantineFile = (environment: EnvironmentName) => `environments/${environment}/quarantine.yaml`;
