/** Room on the disk that is kept for the worst case: a file that is given up when the disk is full, so that what protects callers can still be recorded. */

import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Enough for some hundred decisions; the journal's write-ahead log is used again after 4 MB. */
export const reserveBytes = 4 * 1024 * 1024;

export interface Reserve {
  isHeld(): boolean;
  /** Frees the room. False when there was none to free. */
  giveUp(): boolean;
  /** Takes the room again, for good. @throws the file system's error, such as `ENOSPC`. */
  take(): void;
  /** Whether the disk takes a little more; nothing of it stays. @throws the file system's error. */
  probe(): void;
}

/** The file `journal.reserve` of a state folder. It holds random bytes: a file system that compresses would keep no room for zeros. */
export function createReserve(directory: string, sync: (handle: number) => void = fsyncSync): Reserve {
  const file = join(directory, "journal.reserve");
  const fill = (path: string, bytes: number): void => {
    try {
      writeDurably(path, bytes, sync);
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    }
  };
  return {
    isHeld: () => existsSync(file),
    giveUp() {
      const wasHeld = existsSync(file);
      rmSync(file, { force: true });
      return wasHeld;
    },
    take() {
      fill(`${file}.new`, reserveBytes);
      renameSync(`${file}.new`, file);
    },
    probe() {
      fill(`${file}.probe`, reserveBytes / 16);
      rmSync(`${file}.probe`);
    },
  };
}

function writeDurably(path: string, bytes: number, sync: (handle: number) => void): void {
  const handle = openSync(path, "w", 0o600);
  try {
    writeFileSync(handle, randomBytes(bytes));
    sync(handle);
  } finally {
    closeSync(handle);
  }
}
