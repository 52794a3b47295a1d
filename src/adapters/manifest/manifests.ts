/** The `Manifests` port over any `Objects`: snapshots that share what did not change, and whole versions on demand. */

import type { EnvironmentDefaults } from "../../domain/config/config.ts";
import { PinionError } from "../../domain/errors.ts";
import { describeFinding, type Finding } from "../../domain/finding.ts";
import type { CommitId, Hash, Instant, ProcessId, Version } from "../../domain/names.ts";
import type { Permits } from "../../domain/config/permits.ts";
import type { ProcessVersion } from "../../domain/desired/version.ts";
import type { Snapshot } from "../../domain/desired/snapshot.ts";
import { deadlockFindings } from "./deadlocks.ts";
import type { Dialect } from "../../ports/dialect.ts";
import type { Manifests } from "../../ports/manifests.ts";
import type { Objects, ParseCache } from "../../ports/objects.ts";
import { sha256 } from "./process/digest.ts";
import { noDefaults } from "./environment/environment-file.ts";
import { readVersion, toRecord } from "./process/read-process.ts";
import { createRecentVersions, type RecentVersions } from "./process/recent-versions.ts";
import { type ReadCommit, readCommit, type RepositoryReading } from "./repository-reader.ts";
import { type History, publishedBefore } from "./history.ts";
import { readPublished, writePublished } from "./process/published.ts";
import { KeptRowLost } from "./kept-row-lost.ts";
import { readText, writeText } from "./kept-text.ts";
import { createPace, type Pace } from "./document/slices.ts";
import { contentFindings } from "./pin-rules.ts";

export interface ManifestsOptions {
  readonly objects: Objects;
  readonly cache: ParseCache;
  /** One for each kind of engine whose exports can be read. */
  readonly dialects: readonly Dialect[];
  /** Kinds of engines that a process may name; those of the dialects by default. */
  readonly engines?: readonly string[];
  readonly hash?: Hash;
  /** The folder within the repository; its root by default. */
  readonly path?: string;
  /** What holds for environments that do not say. */
  readonly defaults?: EnvironmentDefaults;
  /** What the operator allows; left out where nobody has said so. */
  readonly permits?: Permits;
  /** Milliseconds of work that one commit may take; 20 s by default. */
  readonly budgetMs?: number;
  /** Milliseconds, for measuring the work. */
  readonly now?: () => number;
  /** Keeps what was published across restarts. */
  readonly memory?: { read(): string | null; write(text: string): void };
  /** Where it is found when nothing is remembered. */
  readonly history?: History;
  /** The version of this program: the newest snapshot is kept as a text in the cache, and a start with the same program reads that. Left out: none is kept. */
  readonly program?: string;
}

/** Milliseconds of work that a commit may take. */
export const defaultBudgetMs = 20_000;
/** The first reading has no good commit to go on with, and perhaps no cache: it may take so many times longer. */
export const firstTimes = 60;

/** About what two thousand versions of middling size take. */
const recentCharacters = 4_000_000;

export interface ComparingManifests extends Manifests {
  /** What is wrong with going from this one to the newest. */
  findingsSince(base: Snapshot): readonly Finding[];
  /** Keeps the newest snapshot for the next start, unless that is done. */
  keep(): Promise<void>;
}

/** A reader that remembers its newest snapshot. Ask for one snapshot at a time. */
export function createManifests(options: ManifestsOptions): ComparingManifests {
  const reader = new RememberingReader(options);
  const recent = createRecentVersions(recentCharacters);
  return {
    async snapshot(commit, committedAt) {
      return toSnapshot(await reader.read(commit), commit, committedAt);
    },
    findingsSince: (base) => (reader.newest === null ? [] : deadlockFindings(reader.newest.read, base)),
    earlier: (commit, environment) =>
      reader.unlessLost(async () => (await reader.beside(commit)).resolved.get(environment)?.snapshot ?? null),
    version: (process, version) =>
      reader.unlessLost(() => wholeVersion({ reading: reader.reading(), recent, newest: reader.newest?.read ?? null }, process, version)),
    keep: () => reader.keep(),
  };
}

interface Newest {
  readonly commit: CommitId;
  readonly read: ReadCommit;
}

/** The newest commit that was read: from the text that is kept of it, if it is the first, or else from the files. */
class RememberingReader {
  readonly #options: ManifestsOptions;
  readonly #reading: RepositoryReading;
  readonly #budgetMs: number;
  #newest: Newest | null = null;
  /** Of which the cache has a text. */
  #kept: CommitId | null = null;

  constructor(options: ManifestsOptions) {
    this.#options = options;
    this.#budgetMs = options.budgetMs ?? defaultBudgetMs;
    this.#reading = toReading(options, createPace(this.#budgetMs, options.now));
  }

  get newest(): Newest | null {
    return this.#newest;
  }

  /** With the budget of one piece of work. */
  reading(budgetMs = this.#budgetMs): RepositoryReading {
    return { ...this.#reading, pace: createPace(budgetMs, this.#options.now) };
  }

  async read(commit: CommitId): Promise<ReadCommit> {
    const kept = this.#newest === null ? readKept(this.#options, this.#reading, commit) : null;
    if (kept !== null) {
      this.#newest = { commit, read: kept };
      this.#kept = commit;
      return kept;
    }
    return this.unlessLost(() => this.#readFiles(commit));
  }

  /** Without becoming the newest. */
  async beside(commit: CommitId): Promise<ReadCommit> {
    return readCommit(this.reading(this.#budgetMs * firstTimes), commit, this.#newest?.read ?? null);
  }

  /** Where the cache has lost what the text left to it, all is read anew. */
  async unlessLost<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof KeptRowLost) || this.#newest === null) throw error;
      const { commit } = this.#newest;
      this.#newest = null;
      await this.#readFiles(commit);
      return work();
    }
  }

  async keep(): Promise<void> {
    const { program } = this.#options;
    if (program === undefined || this.#newest === null || this.#newest.commit === this.#kept) return;
    const { commit, read } = this.#newest;
    this.#kept = commit;
    const reading = this.reading();
    await reading.pace.run(writeText({ reading, program }, commit, read));
  }

  async #readFiles(commit: CommitId): Promise<ReadCommit> {
    const before = this.#newest?.read ?? null;
    const reading = this.reading(before === null ? this.#budgetMs * firstTimes : this.#budgetMs);
    const read = await readAfter(reading, this.#options, { commit, before });
    this.#options.memory?.write(writePublished(commit, read.processes.published));
    this.#newest = { commit, read };
    return read;
  }
}

/** Only with what was published as it is remembered: who has lost that must look through the history. */
function readKept(
  { program, memory }: Pick<ManifestsOptions, "program" | "memory">,
  reading: RepositoryReading,
  commit: CommitId,
): ReadCommit | null {
  const kept = program === undefined ? null : readText({ reading, program }, commit);
  if (kept === null || memory === undefined) return kept;
  return memory.read() === writePublished(commit, kept.processes.published) ? kept : null;
}

/** The snapshot of a commit as an earlier run has kept it; null: nothing is kept of it that may be believed. */
export function keptSnapshot(about: Omit<ManifestsOptions, "objects">, commit: CommitId, committedAt: Instant): Snapshot | null {
  const kept = readKept(about, toReading({ ...about, objects: noObjects }, createPace(Infinity)), commit);
  return kept && toSnapshot(kept, commit, committedAt);
}

/** What is kept needs none. */
const none = (): Promise<never> => Promise.reject(new Error("no object is read"));
const noObjects: Objects = { root: none, directory: none, size: none, file: none };

/** The first reading knows what was published from the memory, or else from the history. */
async function readAfter(
  reading: RepositoryReading,
  { memory, history }: ManifestsOptions,
  { commit, before }: { readonly commit: CommitId; readonly before: ReadCommit | null },
): Promise<ReadCommit> {
  const remembered = before === null ? readPublished(memory?.read() ?? null, commit) : null;
  const read = await readCommit({ ...reading, promised: remembered ?? reading.promised }, commit, before);
  if (before !== null || remembered !== null || history === undefined) return read;
  const promised = await publishedBefore(reading, history, { commit, records: read.processes.records });
  return promised.size === 0 ? read : readCommit({ ...reading, promised }, commit, null);
}

/** The options with their defaults. */
export function toReading(options: ManifestsOptions, pace: Pace): RepositoryReading {
  return {
    pace,
    promised: new Map(),
    objects: options.objects,
    cache: options.cache,
    dialects: options.dialects,
    engines: options.engines ?? options.dialects.map(({ engine }) => engine),
    hash: options.hash ?? sha256,
    path: options.path ?? "",
    defaults: options.defaults ?? noDefaults,
    permits: options.permits ?? null,
  };
}

function toSnapshot(read: ReadCommit, commit: CommitId, committedAt: Instant): Snapshot {
  const environments = new Map(Array.from(read.resolved, ([name, { snapshot }]) => [name, snapshot]));
  return { commit, committedAt, environments, findings: read.findings };
}

interface Loading {
  readonly reading: RepositoryReading;
  readonly recent: RecentVersions;
  readonly newest: ReadCommit | null;
}

async function wholeVersion({ reading, recent, newest }: Loading, process: ProcessId, version: Version): Promise<ProcessVersion> {
  const record = newest?.processes.records.get(process);
  const entry = record?.catalogue.versions.get(version);
  if (newest === null || record === undefined || entry === undefined) {
    throw new PinionError("manifest/invalid", `${process} ${version} is not in the catalogue`, {
      findings: record?.catalogue.findings ?? [],
    });
  }
  const whole = await recent.get(record, version, () => readVersion(reading, record, version));
  if (whole.kind === "refused") throw invalid(process, version, whole.findings);
  const broken = contentFindings(newest.processes, record, entry, toRecord(whole, record)).filter(({ severity }) => severity === "error");
  if (broken.length > 0) throw invalid(process, version, broken);
  return whole.version;
}

function invalid(process: ProcessId, version: Version, findings: readonly Finding[]): PinionError {
  const [first] = findings;
  const message = first === undefined ? "it cannot be read" : describeFinding(first);
  return new PinionError("manifest/invalid", `${process} ${version}: ${message}`, { findings });
}
