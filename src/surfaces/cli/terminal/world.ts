/**
 * Everything a command needs of the outside, handed in by the composition root: commands parse, ask and print, and never
 * know an adapter.
 */

import type { GatewaySettings } from "../../../domain/config/config.ts";
import type { Definition, JsonObject } from "../../../domain/desired/definition.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { DigestLine } from "../../../domain/desired/digest-line.ts";
import type { Instant, ProcessId, Version, VersionDigest } from "../../../domain/names.ts";
import type { ProcessVersion } from "../../../domain/desired/version.ts";
import type { Snapshot } from "../../../domain/desired/snapshot.ts";
import type { ControllerTarget } from "../../../api/client.ts";
import type { EndedProcess } from "../../../ports/router-adapter.ts";

/** Where a command prints. */
export interface TextOutput {
  write(text: string): unknown;
}

export interface RunOptions {
  /** Absolute path of pinion.yaml. */
  readonly configFile: string;
  /** Follow the branch once although it no longer contains the deployed commit. */
  readonly acceptRewrite: boolean;
  /** What becomes of the gateway and the engines that it started when it is told to stop. */
  readonly onExit: "keep" | "stop";
}

export interface GatewayOptions {
  /** Absolute path of the folder that keeps the gateway's table and identity. */
  readonly stateDirectory: string;
  readonly host: string;
  /** 0: the one it had before in this folder, else any free one. */
  readonly port: number;
  /** The same, for the control API. */
  readonly controlPort: number;
  readonly settings: GatewaySettings;
  /** The token of the control API comes on standard input; else one is kept in the folder. */
  readonly tokenFromStdin: boolean;
}

export interface DemoOptions {
  /** Play the story, check each chapter and leave. */
  readonly tour: boolean;
  /** Absolute path of the folder for all of the demo's state; null: a new one. */
  readonly directory: string | null;
}

/** A version file, or the engine's own export, which has a definition and nothing else. */
export type VersionFile =
  | { readonly kind: "version"; readonly version: ProcessVersion }
  | { readonly kind: "export"; readonly definition: Definition };

/** Where a config repository is read from. Paths are absolute. */
export type RepositoryPlace =
  /** The files as they are on disk, committed or not; what `base` has published, a commit, counts as published too. */
  | { readonly kind: "work-tree"; readonly directory: string; readonly base: string | null }
  /** A commit of the git repository at `directory`; `path` is the folder in it that holds processes/ and environments/, "" for its root. */
  | { readonly kind: "commit"; readonly directory: string; readonly commit: string; readonly path: string };

export interface OpenRepository {
  readonly snapshot: Snapshot;
  /** One whole version as of this snapshot. @throws PinionError `manifest/invalid`. */
  version(process: ProcessId, version: Version): Promise<ProcessVersion>;
  /** What is wrong with going from there to this snapshot. */
  findingsSince(base: Snapshot): readonly Finding[];
  close(): Promise<void>;
}

/** Runs the git program in a folder. A git that is missing counts as a failure with status -1. */
export interface GitProgram {
  (directory: string, args: readonly string[]): Promise<GitAnswer>;
}

export interface GitAnswer {
  /** 0: fine. */
  readonly status: number;
  /** Trimmed. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface Interrupts {
  readonly signal: AbortSignal;
  release(): void;
}

/** What `validate` looks at beside the files. */
export interface ValidateOptions {
  /** A pinion.yaml; null: none. */
  readonly configFile: string | null;
  /** What the change starts from; null: only the files are looked at. */
  readonly base: RepositoryPlace | null;
}

/** What the composition root hands to `runCli`. Every function may throw a `PinionError`, which is printed and makes exit code 2. */
export interface CliWorld {
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths of the command line start here. */
  readonly cwd: string;
  /** Whether stdout is a terminal. */
  readonly isTerminal: boolean;
  /** Width of the terminal, as of now; null when unknown or none: then nothing is wrapped or cut. */
  readonly columns: number | null;
  /** Height of the terminal, as of now; null when unknown or none. */
  readonly rows: number | null;
  /** Of Pinion itself, for `--version`. */
  readonly pinionVersion: string;
  readonly git: GitProgram;
  now(): Instant;
  /** Resolves after so many milliseconds, or at once when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls back when the terminal has another size; gives back what ends that. */
  onResize(listener: () => void): () => void;
  /** Calls back with every key that is pressed, such as `up`, `page-down` or `q`; gives what ends that. Null: nobody can press any. */
  readonly onKey: ((listener: (key: string) => void) => () => void) | null;
  /** Until it is released, Ctrl-C, SIGTERM and a terminal that is closed abort the signal instead of ending the process. */
  catchInterrupts(): Interrupts;
  /** Who is logged in here; null when the system does not say. */
  userName(): string | null;
  /** Unlike any other. */
  randomId(): string;

  /** Runs the controller until it is told to stop; resolves with the exit code. @throws `config/not-found`, `config/invalid`, `store/locked`, … */
  run(options: RunOptions): Promise<number>;
  /** Ends what controllers with this pinion.yaml have left running. @throws `store/locked` while one runs, `config/not-found`, … */
  down(configFile: string): Promise<readonly EndedProcess[]>;
  /** Runs a gateway in this process until it is told to stop; resolves with the exit code. */
  gateway(options: GatewayOptions): Promise<number>;
  /** Resolves with the exit code: 0 when all chapters of a tour came true, or the demo was ended by hand. */
  demo(options: DemoOptions): Promise<number>;

  /**
   * All findings of a config repository's work tree, sorted; with a pinion.yaml, also what the operator does not allow.
   * @throws `usage/invalid` when the folder is none, `config/not-found`, `config/invalid`.
   */
  validate(directory: string, how: ValidateOptions): Promise<{ readonly findings: readonly Finding[] }>;
  /**
   * Digests of all listed versions of a work tree, as they are; `isWritten`: those that are missing or of an older format are
   * written into its files afterwards. @throws `usage/invalid` when the folder is none.
   */
  digests(directory: string, isWritten: boolean): Promise<readonly DigestLine[]>;
  /** Reads one version file (*.yaml, with its definitionFrom) or an engine's export (*.json). @throws `manifest/invalid`, `usage/invalid`. */
  readVersionFile(file: string): Promise<VersionFile>;
  /**
   * Bad files are findings of the snapshot. A commit that holds no config repository at the path is an empty snapshot.
   * @throws `usage/invalid` when a work tree holds none.
   */
  openRepository(place: RepositoryPlace): Promise<OpenRepository>;
  /** The controller that was started with this pinion.yaml. @throws `config/not-found`, `config/invalid`, `controller/unreachable`. */
  controllerAddress(configFile: string): Promise<ControllerTarget>;
  /** The digest that a catalogue lists for a version whose file is this, definition and all. */
  digestOfFile(file: JsonObject): VersionDigest;
}
