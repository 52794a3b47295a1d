import type { CommitId, EnvironmentName, Instant, ProcessId, Version } from "../domain/names.ts";
import type { ProcessVersion } from "../domain/desired/version.ts";
import type { EnvironmentSnapshot, Snapshot } from "../domain/desired/snapshot.ts";

/** Turns the files of the config repository into domain values. Bad files become findings, never exceptions. */
export interface Manifests {
  /** Reads only what differs from the snapshot before; unchanged parts are shared with it. @throws `git/object-missing`. */
  snapshot(commit: CommitId, committedAt: Instant): Promise<Snapshot>;

  /** An environment as it was at an earlier commit, beside the newest snapshot; null: it had none such. @throws `git/object-missing`. */
  earlier(commit: CommitId, environment: EnvironmentName): Promise<EnvironmentSnapshot | null>;

  /** One whole version as of the newest snapshot. @throws `manifest/invalid` with its findings. */
  version(process: ProcessId, version: Version): Promise<ProcessVersion>;
}
