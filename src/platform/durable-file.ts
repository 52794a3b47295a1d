/** Writes a file so that a crash or a power cut leaves either the old one or the new one, whole. */

import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** An open file or folder. */
export interface OpenFile {
  writeFile(text: string): Promise<void>;
  /** Resolves once everything is on the disk, not only with the system. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The file system. */
export interface Files {
  mkdir(directory: string, options: { readonly recursive: true; readonly mode: number }): Promise<unknown>;
  open(path: string, flags: "w" | "r", mode?: number): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { readonly force: true }): Promise<void>;
}

/** The same calls that wait. */
export interface SyncFiles {
  mkdirSync(directory: string, options: { readonly recursive: true; readonly mode: number }): unknown;
  openSync(path: string, flags: "w" | "r", mode?: number): number;
  writeFileSync(handle: number, text: string): void;
  fsyncSync(handle: number): void;
  closeSync(handle: number): void;
  renameSync(from: string, to: string): void;
  rmSync(path: string, options: { readonly force: true }): void;
}

const realSyncFiles: SyncFiles = { mkdirSync, openSync, writeFileSync, fsyncSync, closeSync, renameSync, rmSync };

const realFiles: Files = { mkdir, open, rename, rm };

/** Resolves once the file is there for good: its content, then its name. */
export async function writeDurably(file: string, text: string, mode: number, files: Files = realFiles): Promise<void> {
  const directory = dirname(file);
  await files.mkdir(directory, { recursive: true, mode: 0o700 });
  const temporary = besideOf(file);
  const handle = await files.open(temporary, "w", mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    // What is left of it would take the room that others need.
    await files.rm(temporary, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  await files.rename(temporary, file);
  await syncDirectory(directory, files);
}

/** The same at once, for what is written before anything else goes on. */
export function writeDurablySync(file: string, text: string, mode: number, files: SyncFiles = realSyncFiles): void {
  const directory = dirname(file);
  files.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const temporary = besideOf(file);
  const handle = files.openSync(temporary, "w", mode);
  try {
    files.writeFileSync(handle, text);
    files.fsyncSync(handle);
  } catch (error) {
    files.rmSync(temporary, { force: true });
    throw error;
  } finally {
    files.closeSync(handle);
  }
  files.renameSync(temporary, file);
  const folder = files.openSync(directory, "r");
  try {
    files.fsyncSync(folder);
  } finally {
    files.closeSync(folder);
  }
}

/** Of this process alone, so that two that write the same file do not write into one another's. */
function besideOf(file: string): string {
  return join(dirname(file), `.${process.pid}.${basename(file)}.new`);
}

async function syncDirectory(directory: string, files: Files): Promise<void> {
  const handle = await files.open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
