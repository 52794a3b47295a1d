/** Reads the repository in a thread of its own, so that nothing in it can hold the controller up. */

import { extname } from "node:path";
import { type MessagePort, Worker } from "node:worker_threads";
import type { Thread, ThreadListener } from "../adapters/manifest/thread/calls.ts";
import type { FromThread } from "../adapters/manifest/thread/messages.ts";
import { createManifestsThread, type ManifestsThread } from "../adapters/manifest/thread/manifests-thread.ts";
import { noDefaults } from "../adapters/manifest/environment/environment-file.ts";
import { keptSnapshot, type ManifestsOptions } from "../adapters/manifest/manifests.ts";
import { offerCache } from "../adapters/manifest/thread/distant-cache.ts";
import type { GitRepository } from "../adapters/git/repository.ts";
import type { Log } from "../ports/log.ts";
import { type ReadingData, sentPermits } from "./reading-data.ts";

export interface ReadingParts {
  /** As a reader in this thread is given it. */
  readonly about: Omit<ManifestsOptions, "objects" | "history">;
  readonly repository: Pick<GitRepository, "directory" | "suspect" | "log">;
  readonly log: Log;
}

/** A repository of 100,000 processes takes half of it. */
const mostMegabytes = 1_024;
/** Small, since what is read is garbage soon. */
const youngMegabytes = 16;

const readingProgram = new URL(`./reading-program${extname(import.meta.url)}`, import.meta.url);

/** What the repository's mirror holds. */
export function readInThread({ about, repository, log }: ReadingParts): ManifestsThread {
  const { path = "", defaults = noDefaults, permits = null, program = null, memory, cache } = about;
  const data = { directory: repository.directory, path, defaults, permits: permits && sentPermits(permits), program };
  return createManifestsThread({
    ...(memory && { memory }),
    log,
    first: (commit, committedAt) => keptSnapshot(about, commit, committedAt),
    start(listener, published) {
      const access = offerCache(cache);
      const whole: ReadingData = { ...data, published, cache: access };
      return startThread({ program: readingProgram, data: whole, transfer: [access.port] }, listener);
    },
    history: { log: (...of) => repository.log(...of) },
    onMissing: () => repository.suspect(),
  });
}

interface Started {
  readonly program: URL;
  readonly data: unknown;
  /** What is moved into it, and not copied. */
  readonly transfer?: readonly MessagePort[];
  /** The most memory that it may take. */
  readonly megabytes?: number;
}

/** It keeps the process from ending, until it is terminated. */
export function startThread({ program, data, transfer = [], megabytes = mostMegabytes }: Started, listener: ThreadListener): Thread {
  const worker = new Worker(program, {
    workerData: data,
    transferList: [...transfer],
    resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: youngMegabytes },
  });
  worker.on("message", (message: FromThread) => listener.message(message));
  worker.on("messageerror", (error) => {
    listener.ended(`what it said cannot be read: ${error.message}`);
    void worker.terminate();
  });
  worker.on("error", (error) => listener.ended(error.message));
  worker.on("exit", (code) => listener.ended(`it has ended with the code ${code}`));
  return {
    post: (message) => worker.postMessage(message, []),
    activeMs: () => worker.performance.eventLoopUtilization().active,
    terminate: async () => void (await worker.terminate()),
  };
}
