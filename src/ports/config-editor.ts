import type { Json, JsonObject } from "../domain/desired/definition.ts";
import type { CommitId, EnvironmentName, ProcessId, Version, VersionDigest } from "../domain/names.ts";
import type { Person } from "../domain/journal/people.ts";
import type { CatalogueEntry, VersionStatus } from "../domain/desired/snapshot.ts";

/** A version file with its line in the process's catalogue; the process comes with its first version. */
export interface VersionEdit {
  readonly process: ProcessId;
  readonly version: Version;
  readonly status: VersionStatus;
  /** Of the whole file. */
  readonly digest: VersionDigest;
  /** Of process.yaml; null: as it is there already. */
  readonly about: { readonly title: string | null; readonly owner: string | null; readonly engine: string | null };
  readonly file: JsonObject;
}

/** `version` null takes the pin out. */
export interface PinEdit {
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
  readonly version: Version | null;
  /** Only where this is pinned still: what somebody has pinned meanwhile stays. */
  readonly replacing?: Version;
}

/** What one commit changes. */
export interface ConfigEdit {
  /** First line of its message. */
  readonly subject: string;
  readonly by: Person;
  readonly versions?: readonly VersionEdit[];
  /** environment.yaml, whole; what single processes are given here beside it stays. */
  readonly environments?: readonly { readonly name: EnvironmentName; readonly file: JsonObject }[];
  /** How single processes are rolled out here; `strategy` null: as all others. */
  readonly strategies?: readonly { readonly environment: EnvironmentName; readonly process: ProcessId; readonly strategy: Json }[];
  readonly pins?: readonly PinEdit[];
  /** Takes a version out of quarantine. */
  readonly lifted?: readonly { readonly environment: EnvironmentName; readonly process: ProcessId; readonly version: Version }[];
}

/** Changes a config repository that belongs to this process alone. */
export interface ConfigEditor {
  /**
   * All of it in one commit, or none; the newest commit where nothing changes. @throws `manifest/invalid` with its findings
   * when it would bring an error into the repository; `usage/invalid` when it would change a version that is published.
   */
  commit(edit: ConfigEdit): Promise<CommitId>;
  /** Merges a rollback that was proposed for approval. @throws `usage/invalid` when no such branch waits. */
  approve(branch: string, by: Person): Promise<CommitId>;
  /** Null: it is not pinned there. */
  pinned(environment: EnvironmentName, process: ProcessId): Version | null;
  /** environment.yaml as it is now; null: there is none. */
  environment(name: EnvironmentName): JsonObject | null;
  /** The process's catalogue; empty when it is unknown. */
  catalogue(process: ProcessId): readonly CatalogueEntry[];
}
