/** Writes a file so that a crash or a power cut leaves either the old one or the new one, whole. */

import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

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

const realFiles: Files = { mkdir, open, rename, rm };

/** Resolves once the file is there for good: its content, then its name. */
export async function writeDurably(file: string, text: string, mode: number, files: Files = realFiles): Promise<void> {
  const directory = dirname(file);
  await files.mkdir(directory, { recursive: true, mode: 0o700 });
  const temporary = join(directory, `.${process.pid}.${file.slice(directory.length + 1)}.new`);
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

async function syncDirectory(directory: string, files: Files): Promise<void> {
  const handle = await files.open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
