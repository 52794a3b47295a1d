/** What the filters of a repository's own configuration make of files when they are committed: encrypted ones, for example. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environmentForGit } from "./ask-git.ts";

const maxBytes = 64 * 1024 * 1024;
/** Where one of many fails, so many are looked at by themselves. */
const maxAlone = 200;

export interface Filtered {
  /** By name, as `git add` would have it. */
  readonly cleaned: ReadonlyMap<string, Uint8Array>;
  /** Names of files whose filter fails: what git would hold of them is not known. */
  readonly failed: readonly string[];
}

/** Nothing is written into the repository. */
export function filter(directory: string, names: readonly string[]): Filtered {
  const known = names.filter((name) => !name.includes("\n"));
  if (known.length === 0) return { cleaned: new Map(), failed: [] };
  const objects = mkdtempSync(join(tmpdir(), "pinion-objects-"));
  const git: Git = (args, input = "") =>
    spawnSync("git", ["-c", "core.fsmonitor=false", ...args], {
      cwd: directory,
      env: { ...environmentForGit(), GIT_OBJECT_DIRECTORY: objects, LC_ALL: "C" },
      input,
      maxBuffer: maxBytes,
    });
  try {
    const together = cleanAll(git, known);
    return together ? { cleaned: together, failed: [] } : oneByOne(git, known);
  } finally {
    rmSync(objects, { recursive: true, force: true });
  }
}

type Git = (
  args: readonly string[],
  input?: string,
) => { readonly status: number | null; readonly stdout: Buffer; readonly stderr: Buffer };

function oneByOne(git: Git, names: readonly string[]): Filtered {
  const cleaned = new Map(names.slice(0, maxAlone).flatMap((name) => [...(cleanAll(git, [name]) ?? [])]));
  return { cleaned, failed: names.filter((name) => !cleaned.has(name)) };
}

/** Null: a filter failed. Where it may fail, git says so, and takes the file as it is. */
function cleanAll(git: Git, names: readonly string[]): ReadonlyMap<string, Uint8Array> | null {
  const hashed = git(["hash-object", "-w", "--stdin-paths"], `${names.join("\n")}\n`);
  if (hashed.status !== 0 || hashed.stderr.includes("filter")) return null;
  const blobs = blobsIn(git(["cat-file", "--batch"], hashed.stdout.toString()).stdout);
  return new Map(names.flatMap((name, at) => (blobs[at] === undefined ? [] : [[name, blobs[at]] as const])));
}

/** What `git cat-file --batch` prints: a line with the size before each, and a line end behind it. */
function blobsIn(printed: Buffer): readonly Uint8Array[] {
  const blobs: Uint8Array[] = [];
  for (let at = 0; at < printed.length;) {
    const start = printed.indexOf("\n", at) + 1;
    const size = Number(printed.toString("latin1", at, start).split(" ")[2]);
    blobs.push(printed.subarray(start, start + size));
    at = start + size + 1;
  }
  return blobs;
}
