import type { CommitId, Instant, ProcessId, Version } from "../domain/names.ts";
import type { ProcessVersion } from "../domain/desired/version.ts";
import type { Snapshot } from "../domain/desired/snapshot.ts";

/** Turns the files of the config repository into domain values. Bad files become findings, never exceptions. */
export interface Manifests {
  /** Reads only what differs from the snapshot before; unchanged parts are shared with it. @throws `git/object-missing`. */
  snapshot(commit: CommitId, committedAt: Instant): Promise<Snapshot>;

  /** One whole version as of the newest snapshot. @throws `manifest/invalid` with its findings. */
  version(process: ProcessId, version: Version): Promise<ProcessVersion>;
}
