/** What git would say: pushes with leases, logs, ancestors, and the objects of both sides. */

import type { GitObjects } from "../../src/adapters/git/mirror/git-objects.ts";
import { rawEntries, readCommit, readRawTree, readTree } from "../../src/adapters/git/mirror/read-object.ts";
import type { CommitId } from "../../src/domain/names.ts";
import { rollbackIdOf, type SimCommit, type StoredObject } from "./git.ts";
import type { SimWorld } from "./sim-world.ts";

export type Load = (id: string) => StoredObject;
export type CommitOf = (id: CommitId) => SimCommit;

export function objectsOver(load: Load): GitObjects {
  const commit: GitObjects["commit"] = async (id) => readCommit(id, load(id).bytes);
  return {
    commit,
    root: async (id) => (await commit(id)).tree,
    rawTree: async (id) => readRawTree(load(id).bytes, 20, "latin1"),
    directory: async (id) => readTree(load(id).bytes, 20),
    size: async (id) => load(id).bytes.length,
    file: async (id) => load(id).bytes,
  };
}

/** Makes the server know a commit that was made by the writer. */
export function takeCommit({ git }: SimWorld, id: CommitId, load: Load): SimCommit {
  const { bytes } = load(id);
  const { tree, parents, committedAt } = readCommit(id, bytes);
  const text = Buffer.from(bytes).toString("utf8");
  const message = text.slice(text.indexOf("\n\n") + 2).trimEnd();
  const files = new Map(filesIn(tree, "", load));
  const commit: SimCommit = {
    id,
    parent: parents[0] ?? null,
    tree,
    by: "pinion",
    message,
    rollbackId: rollbackIdOf(message),
    files,
    at: committedAt,
  };
  git.take(commit);
  return commit;
}

function* filesIn(tree: string, prefix: string, load: Load): Iterable<readonly [string, string]> {
  for (const { mode, name, id } of rawEntries(load(tree).bytes, 20, "utf8")) {
    if (mode === "40000") yield* filesIn(id, `${prefix}${name}/`, load);
    else yield [`${prefix}${name}`, Buffer.from(load(id).bytes).toString("utf8")];
  }
}

/** What became of a push at the server. */
export type Verdict = "taken" | "stale" | "not on top" | "protected";

export interface Pushed {
  readonly branch: string;
  readonly commit: SimCommit;
  /** Where the pusher has seen the branch; "": there was none, null: it does not say. */
  readonly seen: CommitId | null;
  readonly isForced: boolean;
}

/** What `git push …` sends. */
export function readPush(args: readonly string[], commitOf: CommitOf): Pushed {
  const [source = "", target = ""] = (args.at(-1) ?? "").split(":");
  const lease = args.find((arg) => arg.startsWith("--force-with-lease="));
  return {
    branch: target.replace(/^refs\/heads\//, ""),
    commit: commitOf(source.replace(/^\+/, "")),
    seen: lease === undefined ? null : lease.slice(lease.lastIndexOf(":") + 1),
    isForced: source.startsWith("+") || args.includes("--force") || args.includes("-f"),
  };
}

/** A push as the server takes it: what is forced is forced, whoever is overwritten. */
export function receivePush({ git }: SimWorld, push: Pushed): Verdict {
  const { branch, commit } = push;
  const there = branch === "main" ? git.head.id : (git.branches.get(branch) ?? "");
  const objection = objectionTo(push, there);
  if (objection !== null) return objection;
  if (branch === "main" && git.isProtected) {
    git.onDecline(commit.rollbackId);
    return "protected";
  }
  if (branch !== "main") git.propose(branch, commit);
  else if (commit.id !== there) git.move(commit);
  return "taken";
}

/** `there` is where the branch is; "": there is none. */
function objectionTo({ commit, seen, isForced }: Pushed, there: CommitId): Verdict | null {
  if (seen !== null) return seen === there ? null : "stale";
  const isOnTop = there === "" || commit.parent === there || commit.id === there;
  return isForced || isOnTop ? null : "not on top";
}

export function historyOf(from: CommitId, commitOf: CommitOf): readonly SimCommit[] {
  const history: SimCommit[] = [];
  for (let id: CommitId | null = from; id !== null && id !== "";) {
    const commit: SimCommit = commitOf(id);
    history.push(commit);
    id = commit.parent;
  }
  return history;
}

/** `git log -z --format=%H%n%B --grep=… head ^other…`, newest first. */
export function searchLog(args: readonly string[], commitOf: CommitOf): string {
  const wanted = args.find((arg) => arg.startsWith("--grep="))?.slice("--grep=".length) ?? "";
  const [head = "", ...others] = args.slice(args.indexOf("--end-of-options") + 1);
  const without = new Set(others.flatMap((other) => historyOf(other.slice(1), commitOf).map(({ id }) => id)));
  const found = historyOf(head, commitOf).filter(({ id, message }) => !without.has(id) && message.includes(wanted));
  return found.map(({ id, message }) => `${id}\n${message}\0`).join("");
}
