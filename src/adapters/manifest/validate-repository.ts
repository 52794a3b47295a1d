/** Everything that is wrong with a config repository: all versions, all environments, pinned or not. */

import type { Finding } from "../../domain/finding.ts";
import type { EnvironmentName, Version } from "../../domain/names.ts";
import type { Snapshot } from "../../domain/desired/snapshot.ts";
import { deadlockFindings } from "./deadlocks.ts";
import { type FlowsPermit, whyNotFlow } from "../../domain/config/permits.ts";
import type { ParseCache } from "../../ports/objects.ts";
import { finding, mostImportant, startOf } from "./document/findings.ts";
import { healthFindings } from "./health-not-served.ts";
import { publishedBefore } from "./history.ts";
import { type ManifestsOptions, toReading } from "./manifests.ts";
import { contentFindings } from "./pin-rules.ts";
import { isVersion } from "./process/process-file.ts";
import type { ProcessRecord } from "./process/process-record.ts";
import { readVersion } from "./process/read-process.ts";
import { type ReadCommit, readCommit, type RepositoryReading } from "./repository-reader.ts";
import { createPace } from "./document/slices.ts";

export interface ValidationOptions extends Omit<ManifestsOptions, "cache"> {
  /** Handed to `Objects.root`; a work tree has only one. */
  readonly commit?: string;
  /** Whether the history lacks older commits. */
  readonly isShallow?: boolean;
  /** Why git shows nothing of this folder although it is a repository. */
  readonly unreadable?: string;
  /** Files of a work tree that a commit of it has not, and the other way round. */
  readonly ignored?: readonly string[];
  readonly notCheckedOut?: readonly string[];
  /** What the change starts from. */
  readonly base?: Snapshot;
  /** Files whose filter fails. */
  readonly unfiltered?: readonly string[];
}

const noCache: ParseCache = { get: () => new Map(), put: () => {} };

/** All findings in order of file, line and column. @throws what the objects throw. */
export async function validateRepository(options: ValidationOptions): Promise<{ readonly findings: readonly Finding[] }> {
  const reading = toReading({ ...options, cache: noCache }, createPace(Infinity));
  const read = await readCommit(reading, options.commit ?? "", null, (record) => [
    ...record.catalogue.versions.keys(),
    ...unlistedVersions(record),
  ]);
  const { history, commit = "HEAD" } = options;
  const promised = history === undefined ? null : await publishedBefore(reading, history, { commit, records: read.processes.records });
  const since = options.base === undefined ? [] : deadlockFindings(read, options.base);
  const told = promised === null ? read : { ...read, processes: { ...read.processes, published: promised } };
  return {
    findings: mostImportant([
      ...besideCommit(options),
      ...read.findings,
      ...since,
      ...versionFindings(told),
      ...(await flowFindings(reading, read)),
      ...[...read.environments.records.values()].flatMap((environment) => [...healthFindings(environment, read.processes)]),
    ]),
  };
}

/** Why a controller may see something else than what was looked at here. */
function besideCommit(options: ValidationOptions): readonly Finding[] {
  const { isShallow = false, unreadable: why, ignored = [], notCheckedOut = [], unfiltered = [] } = options;
  const about = startOf("processes");
  const shallow = "the clone is shallow: whether published versions are what they were can only be seen as far back as it goes";
  const refused = "git cannot read the repository here, so neither its history nor its attributes are checked";
  const sparse = `the work tree is sparse: ${notCheckedOut.length} files of the repository are not in it, such as ${notCheckedOut[0]}`;
  const failing =
    "its filter in .gitattributes fails here, so the file is read from the work tree; the commit, which a controller reads, may differ";
  return [
    ...(isShallow ? [finding(about, "history/shallow", shallow)] : []),
    ...(why === undefined ? [] : [finding(about, "history/unreadable", `${refused}: ${why}`)]),
    ...(notCheckedOut.length === 0 ? [] : [finding(about, "file/not-checked-out", sparse)]),
    ...ignored.map((file) => finding(startOf(file), "file/ignored", "git ignores this file: no commit has it, and no controller sees it")),
    ...unfiltered.map((file) => finding(startOf(file), "file/unfiltered", failing)),
  ];
}

/** Pins of versions that contain what the operator does not allow in their environment. */
async function flowFindings(reading: RepositoryReading, { processes, environments }: ReadCommit): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { name, pins } of environments.records.values()) {
    for (const [process, pin] of pins) {
      const record = processes.records.get(process);
      if (record?.versions.get(pin.version)?.kind !== "good") continue;
      const permit = permitOf(reading, name, record);
      if (permit === null) continue;
      const whole = await readVersion(reading, record, pin.version);
      const reasons = whole.kind === "version" ? whyNotFlow(permit, whole.version.definition) : [];
      findings.push(
        ...reasons.map((why) => finding({ ...pin, pointer: `/${process}` }, "pin/not-allowed", `${process} ${pin.version}: ${why}`)),
      );
    }
  }
  return findings;
}

function permitOf({ permits }: RepositoryReading, environment: EnvironmentName, { catalogue }: ProcessRecord): FlowsPermit | null {
  return permits?.flows(environment, catalogue.engine) ?? null;
}

function versionFindings({ processes }: ReadCommit): readonly Finding[] {
  return [...processes.records.values()].flatMap((record) => [
    ...unlistedVersions(record).flatMap((version) => unreadable(record, version)),
    ...[...record.catalogue.versions.values()].flatMap((entry) => {
      const known = record.versions.get(entry.version);
      return known === undefined ? [] : contentFindings(processes, record, entry, known);
    }),
  ]);
}

/** Versions with a file of their own that the catalogue does not list (yet). */
function unlistedVersions({ findings }: ProcessRecord): readonly Version[] {
  const files = findings.filter(({ code }) => code === "version/not-listed").map(({ file }) => file);
  return files.map((file) => file.replace(/^.*\/|\.yaml$/g, "")).filter(isVersion);
}

function unreadable(record: ProcessRecord, version: Version): readonly Finding[] {
  const known = record.versions.get(version);
  return known?.kind === "bad" ? known.findings : [];
}
