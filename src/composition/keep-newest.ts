/** Keeps the newest snapshot for the next start: a while after it was read, so that commits in a row are kept once, and in the end. */

import type { ComparingManifests } from "../adapters/manifest/manifests.ts";
import type { Log } from "../ports/log.ts";
import type { Manifests } from "../ports/manifests.ts";

/** Milliseconds after a snapshot. */
const keepAfterMs = 30_000;

/** A reader that can keep what was read last. */
export type KeptManifests = Manifests & Pick<ComparingManifests, "keep">;

export interface KeepingManifests extends Manifests {
  /** Resolves once the newest is kept. */
  close(): Promise<void>;
}

export function keepNewest(manifests: KeptManifests, log: Log): KeepingManifests {
  let timer: NodeJS.Timeout | null = null;
  const keep = async (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    await manifests
      .keep()
      .catch((error: unknown) => log.warn({ error }, "the next start reads the repository anew: this one could not be kept"));
  };
  return {
    async snapshot(commit, committedAt) {
      const snapshot = await manifests.snapshot(commit, committedAt);
      timer ??= setTimeout(() => void keep(), keepAfterMs).unref();
      return snapshot;
    },
    earlier: (commit, environment) => manifests.earlier(commit, environment),
    version: (process, version) => manifests.version(process, version),
    close: keep,
  };
}
