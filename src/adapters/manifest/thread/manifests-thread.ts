/**
 * The `Manifests` port over a thread of its own: whatever the repository holds, only change lists reach this thread. The other one is ended
 * where it takes too long, and replaced when it is gone; what was good stays as it is.
 */

import { PinionError } from "../../../domain/errors.ts";
import type { EnvironmentSnapshot, Snapshot } from "../../../domain/desired/snapshot.ts";
import type { ProcessVersion } from "../../../domain/desired/version.ts";
import type { CommitId, EnvironmentName, Instant, ProcessId, Version } from "../../../domain/names.ts";
import type { Log } from "../../../ports/log.ts";
import type { Manifests } from "../../../ports/manifests.ts";
import { defaultBudgetMs, firstTimes, type ManifestsOptions } from "../manifests.ts";
import { type AnswerLog, Calls, type Thread, type ThreadListener } from "./calls.ts";
import { gatherEnvironment, type Gathering, gatherNothing, gatherSnapshot, gatherVersion } from "./gather.ts";
import type { Request } from "./messages.ts";
import { ThreadEnded, TookTooLong } from "./thread-errors.ts";

export interface ManifestsThreadOptions extends Pick<ManifestsOptions, "memory"> {
  /** Starts a thread that serves `serveManifests`. `published`: what is remembered of published versions. */
  start(listener: ThreadListener, published: string | null): Thread;
  /** What is kept of a commit from an earlier run, as long as nothing else was read: it needs no thread. */
  first?(commit: CommitId, committedAt: Instant): Snapshot | null;
  readonly history?: Pick<NonNullable<ManifestsOptions["history"]>, "log">;
  /** The mirror lacks an object: the next fetch checks it. */
  readonly onMissing: () => void;
  readonly log: Log;
  /** Milliseconds of work that a commit may take; the thread itself stops before by its own measure. */
  readonly limitMs?: number;
  /** How often is looked whether that is over. */
  readonly watchEveryMs?: number;
}

export interface ManifestsThread extends Manifests {
  /** Keeps what was read last for the next start, where a thread has read it. */
  keep(): Promise<void>;
  /** Resolves when the thread is gone. */
  close(): Promise<void>;
}

/** A thread is started when something is asked for the first time, and another one each time that it is gone. */
export function createManifestsThread(options: ManifestsThreadOptions): ManifestsThread {
  return new ManifestsInThread(options);
}

/** A thread that dies so often over one request is not replaced for it again. */
const mostTries = 2;

class ManifestsInThread implements ManifestsThread {
  readonly #options: ManifestsThreadOptions;
  readonly #limitMs: number;
  readonly #watching: NodeJS.Timeout;
  #newest: Snapshot | null = null;
  #calls: Calls | null = null;
  /** The same, once the thread has read what is known here. */
  #opening: Promise<Calls> | null = null;
  #isClosed = false;

  constructor(options: ManifestsThreadOptions) {
    this.#options = options;
    this.#limitMs = options.limitMs ?? 2 * defaultBudgetMs;
    this.#watching = setInterval(() => this.#calls?.watch(), options.watchEveryMs ?? 1_000).unref();
  }

  async snapshot(commit: CommitId, committedAt: Instant): Promise<Snapshot> {
    const before = this.#newest;
    const kept = before ? null : this.#options.first?.(commit, committedAt);
    if (kept) return (this.#newest = kept);
    const request = { kind: "snapshot", commit, committedAt, base: before?.commit ?? null } as const;
    const { snapshot, published } = await this.#ask(request, () => gatherSnapshot(commit, committedAt, before));
    if (published !== null) this.#options.memory?.write(published);
    this.#newest = snapshot;
    return snapshot;
  }

  earlier(commit: CommitId, environment: EnvironmentName): Promise<EnvironmentSnapshot | null> {
    return this.#ask({ kind: "earlier", commit, environment }, gatherEnvironment);
  }

  version(process: ProcessId, version: Version): Promise<ProcessVersion> {
    return this.#ask({ kind: "version", process, version }, gatherVersion);
  }

  async keep(): Promise<void> {
    if (this.#calls?.whyEnded === null) await this.#ask({ kind: "keep" }, gatherNothing);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#watching);
    await this.#calls?.end("it is closed");
  }

  async #ask<T>(request: Request, begin: () => Gathering<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#try(request, begin());
      } catch (error) {
        if (error instanceof TookTooLong) throw tooMuch(`too much to read in ${Math.round(error.limitMs / 1000)} s`);
        if (error instanceof PinionError && error.code === "git/object-missing") this.#options.onMissing();
        if (!(error instanceof ThreadEnded) || this.#isClosed) throw error;
        if (tries >= mostTries) throw tooMuch(`what reads the repository ended over it: ${error.message}`);
      }
    }
  }

  async #try<T>(request: Request, gathering: Gathering<T>): Promise<T> {
    const calls = await this.#open();
    const isFirst = request.kind !== "version" && (this.#newest === null || request.kind === "earlier");
    await calls.ask(request, (part) => gathering.take(part), isFirst ? this.#limitMs * firstTimes : this.#limitMs);
    return gathering.result();
  }

  async #open(): Promise<Calls> {
    if (this.#isClosed) throw new ThreadEnded("it is closed");
    const opening = (this.#opening ??= this.#start());
    const calls = await opening;
    if (calls.whyEnded === null) return calls;
    if (this.#opening !== opening) return this.#open();
    this.#options.log.warn({ why: calls.whyEnded }, "what reads the repository has ended; it is started again");
    this.#opening = null;
    return this.#open();
  }

  /** A thread that knows what is known here. */
  async #start(): Promise<Calls> {
    const { start, memory } = this.#options;
    const calls = new Calls((listener) => start(listener, memory?.read() ?? null), this.#log);
    this.#calls = calls;
    const newest = this.#newest;
    if (newest === null) return calls;
    const { take } = gatherNothing();
    try {
      await calls.ask({ kind: "restore", commit: newest.commit, committedAt: newest.committedAt }, take, this.#limitMs * firstTimes);
      return calls;
    } catch (error) {
      this.#opening = null;
      await calls.end("it could not be restored");
      throw error;
    }
  }

  readonly #log: AnswerLog = ({ commit, pathspec, most }) => this.#options.history?.log(commit, pathspec, most) ?? Promise.resolve("");
}

function tooMuch(why: string): PinionError {
  return new PinionError("manifest/too-much", `${why}; the last good commit stays in use`);
}
