/** One version of a process, whole: definition, metadata, dependencies and checks. */

import type { Definition, Json } from "./definition.ts";
import type { Digest, ProcessId, Version } from "../names.ts";

export interface ChangelogEntry {
  readonly type: "added" | "changed" | "deprecated" | "removed" | "fixed" | "security";
  readonly description: string;
  readonly impact: "breaking" | "feature" | "bugfix";
  readonly affectedComponents: readonly string[];
}

export interface VersionMetadata {
  readonly title: string;
  readonly description: string;
  readonly author: string;
  readonly changelog: readonly ChangelogEntry[];
  readonly tags: readonly string[];
}

/** What a version needs beside it. `version` is a semver range; a `workflow` is another process of the repository. */
export interface Dependency {
  readonly type: "workflow" | "node" | "service" | "library";
  readonly name: string;
  readonly version: string;
  readonly required: boolean;
}

/** One HTTP request and what its answer must look like. */
export interface Check {
  readonly name: string;
  /** `integration`: goes through processes that it depends on, so it says something about them as well. */
  readonly kind: "smoke" | "integration";
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    /** Sent as JSON unless it is a string. */
    readonly body?: Json;
  };
  readonly expect: {
    readonly status: number;
    /** Header names in lower case; the value must be equal. */
    readonly headers: Readonly<Record<string, string>>;
    /** The answer must contain this: objects by subset, lists and scalars by equality. */
    readonly json?: Json;
  };
  readonly timeoutMs: number;
}

export interface ProcessVersion {
  readonly process: ProcessId;
  readonly version: Version;
  readonly metadata: VersionMetadata;
  readonly dependencies: readonly Dependency[];
  readonly checks: readonly Check[];
  readonly definition: Definition;
  /** Of the definition alone, in canonical form. */
  readonly definitionDigest: Digest;
}
