/** The plain values that everything else is spelled with. */

/** Lower-case words joined by hyphens: `order-intake`. */
export type ProcessId = string;
/** Of a workflow engine: `node-red`. */
export type EngineKind = string;
/** Of what shares traffic out: `gateway`. */
export type RouterKind = string;
/** Of where is remembered what happened: `sqlite`. */
export type StoreKind = string;
/** Lower-case words joined by hyphens: `production`. */
export type EnvironmentName = string;
/** A semantic version without a leading `v`: `1.4.2`. */
export type Version = string;
/** `sha256-` and 64 hexadecimal digits. */
export type Digest = `sha256-${string}`;
/** Of a whole version file: `version-sha256-` and 64 hexadecimal digits. */
export type VersionDigest = `version-sha256-${string}`;
/** What a catalogue may list: older ones have the digest of the definition alone. */
export type ListedDigest = Digest | VersionDigest;
/** A full git object id of a commit. */
export type CommitId = string;
/** Milliseconds since 1970-01-01 UTC. */
export type Instant = number;
/** A share of traffic, 0..100. */
export type Percent = number;

/** A version of a process as it runs in one environment: `digest` covers the definition and the environment's variables. */
export interface UnitRef {
  readonly process: ProcessId;
  readonly version: Version;
  readonly digest: Digest;
}

/** Computes a digest of a text; handed in, because hashing is the outside's business. */
export type Hash = (text: string) => Digest;

/** Makes a forgotten kind of a union a compile error. @throws Error always: reaching it is a bug. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
