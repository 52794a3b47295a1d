/** What the filters of a repository's own configuration make of files when they are committed: encrypted ones, for example. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environmentForGit } from "./ask-git.ts";

const maxBytes = 64 * 1024 * 1024;

/** By name, as `git add` would have it. Nothing is written into the repository. Empty where a filter fails. */
export function cleaned(directory: string, names: readonly string[]): ReadonlyMap<string, Uint8Array> {
  const known = names.filter((name) => !name.includes("\n"));
  if (known.length === 0) return new Map();
  const objects = mkdtempSync(join(tmpdir(), "pinion-objects-"));
  const git = (args: readonly string[], input = ""): Buffer =>
    execFileSync("git", ["-c", "core.fsmonitor=false", ...args], {
      cwd: directory,
      env: { ...environmentForGit(), GIT_OBJECT_DIRECTORY: objects },
      input,
      maxBuffer: maxBytes,
      stdio: "pipe",
    });
  try {
    const ids = git(["hash-object", "-w", "--stdin-paths"], `${known.join("\n")}\n`).toString();
    const blobs = blobsIn(git(["cat-file", "--batch"], ids));
    return new Map(known.flatMap((name, at) => (blobs[at] === undefined ? [] : [[name, blobs[at]] as const])));
  } catch {
    return new Map();
  } finally {
    rmSync(objects, { recursive: true, force: true });
  }
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
