/** One version of a catalogue: the digest that is listed, and the one that should be. */

import type { ListedDigest, ProcessId, Version, VersionDigest } from "../names.ts";

export interface DigestLine {
  readonly process: ProcessId;
  readonly version: Version;
  /** The process's file, and the line of the digest, or of the version where it has none. */
  readonly file: string;
  readonly line: number;
  /** Null: none. */
  readonly listed: ListedDigest | null;
  /** What it should be. */
  readonly computed: VersionDigest;
  /** `old`: as older releases wrote it, and true. */
  readonly state: "right" | "missing" | "old" | "wrong";
}
