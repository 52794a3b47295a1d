/** The config repository at one commit, as far as deciding needs it: environments, their pins, and what is wrong with them. */

import type { Finding } from "../finding.ts";
import type { CommitId, Digest, EngineKind, EnvironmentName, Instant, ListedDigest, ProcessId, Version } from "../names.ts";
import type { Dependency } from "./version.ts";
import type { EnvironmentSpec } from "./environment.ts";
import type { PublicEndpoint } from "./unit.ts";

export type VersionStatus = "draft" | "published" | "deprecated" | "archived";

/** One line of a process's catalogue of versions. */
export interface CatalogueEntry {
  readonly version: Version;
  readonly status: VersionStatus;
  /** Required once published. */
  readonly digest?: ListedDigest;
}

export interface ProcessCatalogue {
  readonly process: ProcessId;
  readonly engine: EngineKind;
  readonly owner: string;
  readonly versions: ReadonlyMap<Version, CatalogueEntry>;
  /** Errors that spoil the whole process; such a process is `Degraded` and what runs of it keeps running. */
  readonly findings: readonly Finding[];
}

/** What deciding needs of a pinned version; the definition itself is loaded when it is deployed. */
export interface VersionSummary {
  readonly process: ProcessId;
  /** What runs the process. */
  readonly engine: EngineKind;
  readonly version: Version;
  readonly definitionDigest: Digest;
  readonly dependencies: readonly Dependency[];
  readonly hasChecks: boolean;
  /** Where it is called from outside. */
  readonly endpoints: readonly PublicEndpoint[];
}

/** A pin, resolved against the catalogue: runnable, or broken with the reasons. */
export type PinnedVersion =
  | { readonly kind: "runnable"; readonly summary: VersionSummary; readonly status: VersionStatus }
  | { readonly kind: "broken"; readonly process: ProcessId; readonly version: Version; readonly findings: readonly Finding[] };

export interface EnvironmentSnapshot {
  readonly name: EnvironmentName;
  /** Null when environment.yaml cannot be used, and never could as far as is known; then nothing in it is touched. */
  readonly spec: EnvironmentSpec | null;
  /** The earlier commit of which settings and pins are, while environment.yaml cannot be used; absent: this one. */
  readonly settingsOf?: CommitId;
  readonly pins: ReadonlyMap<ProcessId, PinnedVersion>;
  /** Entries of quarantine.yaml, with the digests of their definitions. */
  readonly quarantine: readonly { readonly process: ProcessId; readonly version: Version; readonly digest: Digest }[];
  /** Errors that spoil the whole environment: a broken environment.yaml or pins file. */
  readonly findings: readonly Finding[];
}

export interface Snapshot {
  readonly commit: CommitId;
  readonly committedAt: Instant;
  readonly environments: ReadonlyMap<EnvironmentName, EnvironmentSnapshot>;
  /** All findings, each once, in order of file and line. */
  readonly findings: readonly Finding[];
}
