/** Whether one pin can run, looked at by itself: the process, its catalogue, its content, and the rules of the environment. */

import type { Finding } from "../../domain/finding.ts";
import { whyNoEngine } from "../../domain/gates/engine-kind.ts";
import { whyNotAllowed } from "../../domain/gates/version-status.ts";
import type { EngineKind, ProcessId, VersionDigest } from "../../domain/names.ts";
import { isOfVersion } from "./process/digest.ts";
import { finding, type FindingCode, type Place } from "./document/findings.ts";
import { maxFindings, maxUnknownPins } from "./document/limits.ts";
import { type ProcessSet, publicationOf } from "./process/load-processes.ts";
import type { Pin } from "./environment/pins-file.ts";
import { isVersion, type ListedVersion } from "./process/process-file.ts";
import { processFile, type ProcessRecord, type VersionRecord, versionFile } from "./process/process-record.ts";
import { type Publication, standing, trueContent } from "./process/published.ts";
import { quarantineKey } from "./environment/quarantine-file.ts";
import type { EnvironmentRecord } from "./environment/read-environment.ts";
import { suggestion } from "./document/suggest.ts";
import { exclusiveFindings } from "./process/exclusive-rules.ts";
import { variableFindings } from "./process/variable-rules.ts";

/** What a pin is looked at beside. */
export interface PinContext {
  readonly environment: EnvironmentRecord;
  readonly processes: ProcessSet;
  /** The kinds of engine that the environment has; null: nobody has said. */
  readonly engines: readonly EngineKind[] | null;
  /** The name that may have been meant, as long as not too many were asked for. */
  readonly suggest: (process: ProcessId) => string | undefined;
}

/** Everything about a pin by itself; warnings too. */
export function pinFindings(process: ProcessId, pin: Pin, context: PinContext): readonly Finding[] {
  const { environment, processes, suggest } = context;
  const twice = environment.twice.get(process) ?? none;
  const record = processes.records.get(process);
  if (record === undefined) return [...twice, unknownProcess(process, pin, suggest)];
  if (record.catalogue.findings.length > 0) return [...twice, ...record.catalogue.findings];
  const say: Say = (code, message, hint) =>
    finding({ file: pin.file, line: pin.line, column: pin.column, pointer: `/${process}` }, code, message, hint);
  const entry = record.catalogue.versions.get(pin.version);
  if (entry === undefined) return [...twice, unknownVersion(pin, record, say)];
  const known = record.versions.get(pin.version);
  const own = [
    engineFindings(record, context, say),
    statusFindings(entry, environment, say),
    known === undefined ? none : contentFindings(processes, record, entry, known),
    quarantineFindings(pin, environment, known, say),
    known?.kind === "good" ? flowFindings(process, known, environment, pin) : none,
  ].filter((findings) => findings.length > 0);
  return own.length === 0 ? twice : [...twice, ...own.flat()];
}

/** What its flow wants of the environment, or must not meet there. */
function flowFindings(
  process: ProcessId,
  { variables, exclusives }: Extract<VersionRecord, { kind: "good" }>,
  environment: EnvironmentRecord,
  { version }: Pin,
): readonly Finding[] {
  return [...variableFindings(variables, environment, version), ...exclusiveFindings(exclusives, environment, process)];
}

/** Settings of its own for a process that is none: mostly a slip of the pen. */
export function strangerFindings({ own }: EnvironmentRecord, processes: ProcessSet): readonly Finding[] {
  const { records } = processes;
  const suggest = processSuggestions(processes);
  const strangers = [...own.named].filter(([process]) => !records.has(process)).slice(0, maxFindings);
  return strangers.map(([process, place]) => {
    const message = `what is said of ${process} has no effect: the process does not exist`;
    return finding(place, "environment/unknown-process", message, suggest(process));
  });
}

const none: readonly Finding[] = [];
/** Nothing more is said where environment.yaml cannot be used. */
const allVersionTypes = ["draft", "published"] as const;

/** Whether the content of a version is whole, and is what its catalogue promises. */
export function contentFindings(
  processes: ProcessSet,
  record: ProcessRecord,
  entry: ListedVersion,
  known: VersionRecord,
): readonly Finding[] {
  if (known.kind === "bad") return known.findings;
  const at = (): Place => ({
    file: processFile(record.process),
    line: entry.place[2],
    column: entry.place[3],
    pointer: pointerOf(record, entry),
  });
  const findings = digestFindings(at, record.process, entry, known);
  const promised = brokenPromise(processes, record.process, entry, known);
  if (promised !== null)
    return [...findings.filter(({ severity }) => severity === "error"), republished(at(), record.process, entry, promised)];
  return findings.some(({ severity }) => severity === "error") ? findings : joined(known.warnings, findings);
}

type GoodVersion = Extract<VersionRecord, { kind: "good" }>;

function digestFindings(at: () => Place, process: ProcessId, entry: ListedVersion, known: GoodVersion): readonly Finding[] {
  const { digest, status } = entry;
  if (digest === undefined) return status === "draft" ? none : [wrongDigest(at(), process, entry, known.digest)];
  if (trueContent(digest, known) === null) return [wrongDigest(at(), process, entry, known.digest)];
  return isOfVersion(digest) ? none : [oldDigest(at(), entry, known.digest)];
}

/** What the version was published as, when it is no longer that. */
function brokenPromise(processes: ProcessSet, process: ProcessId, entry: ListedVersion, known: GoodVersion): Publication | null {
  const publication = publicationOf(processes, process, entry.version);
  if (publication === null) return null;
  const content = { definition: known.summary.definitionDigest, whole: known.digest };
  return standing(publication, entry, content) === "kept" ? null : publication;
}

/** The one list as it is where the other is empty: most have nothing to say. */
function joined(some: readonly Finding[], others: readonly Finding[]): readonly Finding[] {
  return others.length === 0 ? some : [...some, ...others];
}

function oldDigest(at: Place, { version, digest }: ListedVersion, computed: VersionDigest): Finding {
  const message = `the digest of version ${version}, ${digest}, has the format of older releases, which covers the definition only; that of the whole file is ${computed}`;
  return finding(at, "version/digest-format", message);
}

function republished(at: Place, process: ProcessId, { version, digest }: ListedVersion, promised: Publication): Finding {
  const say = (message: string, hint?: string) => finding(at, "version/republished", message, hint);
  if (digest === undefined || (isOfVersion(digest) === isOfVersion(promised.digest) && digest !== promised.digest))
    return say(`version ${version} was published with the digest ${promised.digest}; it can no longer change`);
  const hint = `Put ${versionFile(process, version)} back as it was, and publish the new content as a new version.`;
  return say(`the file of version ${version} is no longer the one that was published; only its status may change`, hint);
}

function wrongDigest(at: Place, process: ProcessId, entry: ListedVersion, computed: VersionDigest): Finding {
  if (entry.digest === undefined) {
    const message = `version ${entry.version} is ${entry.status}, but has no digest; that of its file is ${computed}`;
    return finding(at, "version/digest-missing", message);
  }
  const file = versionFile(process, entry.version);
  return finding(
    at,
    "version/digest-mismatch",
    `the digest of version ${entry.version} is ${entry.digest}, but that of ${file} is ${computed}`,
  );
}

type Say = (code: FindingCode, message: string, hint?: string) => Finding;

function unknownProcess(process: ProcessId, pin: Pin, suggest: PinContext["suggest"]): Finding {
  const at = { file: pin.file, line: pin.line, column: 1, pointer: `/${process}` };
  return finding(at, "pin/unknown-process", `the process ${process} does not exist`, suggest(process));
}

/** Of more, only some are looked at anyway. */
const mostSorted = 20_000;

/** Suggestions for the first few that ask: looking one up in a large repository takes milliseconds. */
export function processSuggestions({ records }: ProcessSet): PinContext["suggest"] {
  let known: readonly ProcessId[] | null = null;
  let asked = 0;
  return (process) => {
    asked += 1;
    if (asked > maxUnknownPins) return undefined;
    known ??= records.size > mostSorted ? [...records.keys()] : [...records.keys()].sort();
    return suggestion(process, known);
  };
}

function unknownVersion(pin: Pin, record: ProcessRecord, say: Say): Finding {
  if (!isVersion(pin.version)) return say("pin/invalid-version", `${pin.version} is not a semantic version`);
  const listed = [...record.catalogue.versions.keys()];
  const hint = listed.length === 0 ? undefined : `Listed in ${processFile(record.process)}: ${listed.slice(-8).join(", ")}.`;
  return say("pin/unknown-version", `${record.process} has no version ${pin.version}`, hint);
}

function statusFindings(entry: ListedVersion, environment: EnvironmentRecord, say: Say): readonly Finding[] {
  const { version, status } = entry;
  const fault = whyNotAllowed(version, status, environment.spec?.allowedVersionTypes ?? allVersionTypes);
  const known = fault === null ? none : [say(fault.code, fault.message, fault.hint)];
  return status === "deprecated" ? [say("pin/deprecated", `version ${version} is deprecated`), ...known] : known;
}

function engineFindings({ process, catalogue }: ProcessRecord, { environment, engines }: PinContext, say: Say): readonly Finding[] {
  const why = engines === null ? null : whyNoEngine(process, catalogue.engine, { environment: environment.name, kinds: engines });
  return why === null ? none : [say("pin/engine-missing", why)];
}

function quarantineFindings(pin: Pin, environment: EnvironmentRecord, known: VersionRecord | undefined, say: Say): readonly Finding[] {
  if (!environment.isQuarantineReadable)
    return [say("pin/quarantine-unknown", "quarantine.yaml cannot be read, so it is not known whether this version is held back")];
  if (known?.kind !== "good" || environment.held.size === 0) return none;
  const { process, definitionDigest } = known.summary;
  const reason = environment.held.get(quarantineKey(process, definitionDigest));
  return reason === undefined ? none : [say("pin/quarantined", `version ${pin.version} is in quarantine here: ${reason}`)];
}

function pointerOf(record: ProcessRecord, entry: ListedVersion): string {
  const index = [...record.catalogue.versions.keys()].indexOf(entry.version);
  return entry.digest === undefined ? `/versions/${index}` : `/versions/${index}/digest`;
}
