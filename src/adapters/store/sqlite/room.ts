/** What is written while the disk is full: nothing but what protects callers, into the room that was kept for it. */

import { PinionError } from "../../../domain/errors.ts";
import type { StoreFailure } from "../../../domain/status/store-failure.ts";
import type { Log } from "../../../ports/log.ts";
import { onDisk } from "./database.ts";
import type { Reserve } from "./reserve.ts";

export interface Room {
  /** Runs what writes. What is urgent may use the reserve. @throws `store/full`, `store/failed`, and what `work` throws. */
  write<T>(isUrgent: boolean, work: () => T): T;
  /** Why nothing can be recorded; null: all is well. Looks again by itself, at most once a second. */
  trouble(): StoreFailure | null;
}

export interface RoomOptions {
  readonly path: string;
  readonly reserve: Reserve;
  /** Writes a little to the journal itself: a disk with room is not all that it takes. @throws SQLite's error. */
  readonly probe: () => void;
  readonly log: Log;
  /** Milliseconds UTC, for what people read. */
  readonly now: () => number;
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number;
}

const lookEveryMs = 1_000;

export function createRoom({ path, reserve, probe, log, now, elapsed }: RoomOptions): Room {
  let trouble: StoreFailure | null = null;
  let lookedAt = -lookEveryMs;

  function failed(error: unknown): void {
    if (trouble !== null || !isOfTheDisk(error)) return;
    trouble = { since: now(), code: error.code, why: error.message };
    log.error({ code: error.code }, `nothing can be recorded: ${error.message}; traffic is still taken from what fails`);
  }

  /** Whether there is room for everybody again. */
  function look(): void {
    if (elapsed() < lookedAt + lookEveryMs) return;
    lookedAt = elapsed();
    try {
      onDisk(path, () => (reserve.isHeld() ? reserve.probe() : reserve.take()));
      onDisk(path, probe);
      if (trouble !== null) log.info({}, "the journal can be written again");
      trouble = null;
    } catch (error) {
      failed(error);
    }
  }

  function attempt<T>(work: () => T): T {
    try {
      return onDisk(path, work);
    } catch (error) {
      failed(error);
      throw error;
    }
  }

  return {
    write(isUrgent, work) {
      if (trouble !== null) look();
      if (isUrgent) return insist(() => attempt(work), reserve);
      if (trouble !== null && !reserve.isHeld()) throw onlyUrgent(path);
      return attempt(work);
    },
    trouble() {
      if (trouble !== null) look();
      return trouble;
    },
  };
}

function insist<T>(work: () => T, reserve: Reserve): T {
  try {
    return work();
  } catch (error) {
    if (!isOfTheDisk(error) || error.code !== "store/full" || !reserve.giveUp()) throw error;
    return work();
  }
}

function onlyUrgent(path: string): PinionError {
  return new PinionError("store/full", `${path}: the disk is full; until there is room only what protects callers is recorded`);
}

function isOfTheDisk(error: unknown): error is PinionError & { readonly code: StoreFailure["code"] } {
  return error instanceof PinionError && (error.code === "store/full" || error.code === "store/failed");
}
