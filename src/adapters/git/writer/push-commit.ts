/** Pushes one commit to one branch, only from where the branch was seen, and says what the server made of it. */

import type { CommitId } from "../../../domain/names.ts";
import { PinionError } from "../../../domain/errors.ts";
import { failureOf } from "../transport/failure.ts";
import type { TryGit } from "../transport/run-git.ts";
import { oneLine } from "./commit-message.ts";

export type PushResult =
  | { readonly kind: "accepted" }
  /** The branch is somewhere else than it was seen. */
  | { readonly kind: "moved" }
  /** A rule of the server's forbids it; trying again changes nothing. */
  | { readonly kind: "declined"; readonly why: string };

export interface Push {
  readonly url: string;
  readonly commit: CommitId;
  readonly branch: string;
  /** Where it was seen; null: it was not there. */
  readonly seen: CommitId | null;
}

const flags = ["--no-verify", "--no-signed", "--no-follow-tags", "--recurse-submodules=no", "--progress"];

/** Lost against another push, at the client's comparison or at the server's. */
const race = /failed to update ref|cannot lock ref|incorrect old value|reference already exists|fetch first|non-fast-forward|stale info/i;
const serverTrouble = /internal (server )?error|unpack|index-pack|missing necessary|no space|disk|quota|time[d-]? ?out|temporar/i;
const telling = /GH\d{3}|protected|declined|denied|not allowed|refus|forbid|error|violat/i;
const maxWhy = 200;

/** @throws `git/unreachable`, `git/refused`, `git/failed`; the commit may have arrived nevertheless. */
export async function pushCommit(talk: TryGit, { url, commit, branch, seen }: Push, signal?: AbortSignal): Promise<PushResult> {
  const ref = `refs/heads/${branch}`;
  const lease = `--force-with-lease=${ref}:${seen ?? ""}`;
  const { exitCode, output } = await talk(["push", ...flags, lease, "--end-of-options", url, `${commit}:${ref}`], signal);
  return exitCode === 0 ? { kind: "accepted" } : judgeRefusal(output);
}

/** `output` is what git complained of, under LC_ALL=C. */
export function judgeRefusal(output: string): PushResult {
  if (/^ ! \[rejected\]/m.test(output)) return { kind: "moved" };
  const reason = /^ ! \[remote (?:rejected|failure)\].*?\((.*)\)\s*$/m.exec(output)?.[1];
  if (reason === undefined) return judgeFailure(output);
  if (isRace(reason)) return { kind: "moved" };
  if (serverTrouble.test(reason)) throw new PinionError("git/unreachable", `the server has an internal problem: ${oneLine(reason)}`);
  return { kind: "declined", why: whyDeclined(output, reason) };
}

/** Whether a reason of the server's means that somebody else was faster. */
function isRace(reason: string): boolean {
  return race.test(reason);
}

/** No word about the branch: the push as a whole came to nothing. */
function judgeFailure(output: string): PushResult {
  const failure = failureOf("push", output);
  const isForbidden = failure.code === "git/refused" && /may not write/.test(failure.message);
  if (isForbidden) return { kind: "declined", why: oneLine(failure.message).slice(0, maxWhy) };
  throw failure;
}

/** The server's own words where it gives any. */
function whyDeclined(output: string, reason: string): string {
  const said = output
    .split(/[\r\n]+/)
    .flatMap((line) => /^remote:\s*(.*)$/.exec(line)?.[1] ?? [])
    .map((line) => oneLine(line))
    .filter((line) => telling.test(line));
  return [...new Set([...said.slice(0, 2), oneLine(reason)])].join("; ").slice(0, maxWhy);
}
