/** The config repository as its server has it: a linear history of small text files, with real git objects under it. */

import { createHash } from "node:crypto";
import type { CommitId, Instant } from "../../src/domain/names.ts";

export type Files = ReadonlyMap<string, string>;

export interface SimCommit {
  readonly id: CommitId;
  readonly parent: CommitId | null;
  readonly tree: string;
  readonly by: "person" | "pinion";
  readonly message: string;
  /** Of the trailer; null: it is no rollback. */
  readonly rollbackId: string | null;
  readonly files: Files;
  readonly at: Instant;
}

export interface StoredObject {
  readonly type: "blob" | "tree" | "commit";
  readonly bytes: Uint8Array;
}

export interface SimGit {
  /** The branch, oldest first. */
  readonly commits: readonly SimCommit[];
  readonly head: SimCommit;
  /** Branches beside it. */
  readonly branches: ReadonlyMap<string, CommitId>;
  readonly objects: ReadonlyMap<string, StoredObject>;
  isDown: boolean;
  /** The branch takes no pushes of the bot. */
  isProtected: boolean;
  find(id: CommitId): SimCommit | null;
  /** Makes a commit without putting it anywhere. */
  make(parent: SimCommit | null, draft: Pick<SimCommit, "by" | "message" | "files" | "at">): SimCommit;
  /** Takes a commit that was made elsewhere, such as by the real writer. */
  take(commit: SimCommit): void;
  /** Moves the branch. It is the pusher's business that nobody is overwritten; the invariants look at it. */
  move(to: SimCommit): void;
  /** Puts a commit on a branch beside it. */
  propose(branch: string, commit: SimCommit): void;
  /** Called whenever the branch moves. */
  onMove: (to: SimCommit, from: SimCommit) => void;
  /** Called for every branch beside it. */
  onPropose: (branch: string, commit: SimCommit) => void;
  /** Called when a push of the bot is turned away because the branch is protected. */
  onDecline: (rollbackId: string | null) => void;
}

export function createSimGit(files: Files, at: Instant): SimGit {
  const known = new Map<CommitId, SimCommit>();
  const objects = new Map<string, StoredObject>();
  const store: Store = ({ id, object }) => {
    objects.set(id, object);
    return id;
  };
  const branches = new Map<string, CommitId>();
  let commits: readonly SimCommit[] = [];

  const git: SimGit = {
    get commits() {
      return commits;
    },
    get head() {
      const head = commits.at(-1);
      if (!head) throw new Error("a repository always has a commit");
      return head;
    },
    branches,
    objects,
    isDown: false,
    isProtected: false,
    find: (id) => known.get(id) ?? null,
    make(parent, { by, message, files: contents, at: when }) {
      const tree = storeTree(contents, store);
      const id = store(named("commit", commitBytes({ tree, parent: parent?.id ?? null, by, message, at: when })));
      const commit: SimCommit = {
        id,
        parent: parent?.id ?? null,
        tree,
        by,
        message,
        rollbackId: rollbackIdOf(message),
        files: contents,
        at: when,
      };
      known.set(id, commit);
      return commit;
    },
    take(commit) {
      known.set(commit.id, commit);
    },
    move(to) {
      const from = git.head;
      commits = historyOf(to, known);
      git.onMove(to, from);
    },
    propose(branch, commit) {
      branches.set(branch, commit.id);
      git.onPropose(branch, commit);
    },
    onMove: () => undefined,
    onPropose: () => undefined,
    onDecline: () => undefined,
  };
  commits = [git.make(null, { by: "person", message: "the beginning", files, at })];
  return git;
}

export function rollbackIdOf(message: string): string | null {
  return /^Rollback-Id: (.*)$/m.exec(message)?.[1] ?? null;
}

export function idOf(type: string, bytes: Uint8Array): string {
  return createHash("sha1").update(`${type} ${bytes.length}\0`).update(bytes).digest("hex");
}

function historyOf(head: SimCommit, known: ReadonlyMap<CommitId, SimCommit>): readonly SimCommit[] {
  const history: SimCommit[] = [];
  for (let commit: SimCommit | undefined = head; commit; commit = known.get(commit.parent ?? "")) history.push(commit);
  return history.toReversed();
}

interface Named {
  readonly id: string;
  readonly object: StoredObject;
}

type Store = (named: Named) => string;

function named(type: StoredObject["type"], bytes: Uint8Array): Named {
  return { id: idOf(type, bytes), object: { type, bytes } };
}

/** Every commit holds nearly all the files of the one before, and worlds hold the same ones. */
const blobs = new Map<string, Named>();
const mostBlobs = 2_000;

function blobOf(text: string): Named {
  const blob = blobs.get(text) ?? named("blob", Buffer.from(text));
  if (blobs.size >= mostBlobs) blobs.clear();
  blobs.set(text, blob);
  return blob;
}

function storeTree(files: Files, store: Store): string {
  const inner = new Map<string, Map<string, string>>();
  const entries: { readonly mode: string; readonly name: string; readonly id: string }[] = [];
  for (const [path, text] of files) {
    const [first = "", ...rest] = path.split("/");
    if (rest.length === 0) entries.push({ mode: "100644", name: first, id: store(blobOf(text)) });
    else inner.set(first, (inner.get(first) ?? new Map<string, string>()).set(rest.join("/"), text));
  }
  for (const [name, below] of inner) entries.push({ mode: "40000", name, id: storeTree(below, store) });
  const sorted = entries.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const lines = sorted.map(({ mode, name, id }) => Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]));
  return store(named("tree", Buffer.concat(lines)));
}

function commitBytes({ tree, parent, by, message, at }: Pick<SimCommit, "tree" | "parent" | "by" | "message" | "at">): Uint8Array {
  const who = `${by === "person" ? "Somebody" : "Pinion"} <${by}@example.com> ${Math.floor(at / 1000)} +0000`;
  const lines = [`tree ${tree}`, ...(parent === null ? [] : [`parent ${parent}`]), `author ${who}`, `committer ${who}`, "", message, ""];
  return Buffer.from(lines.join("\n"));
}
