/** A config repository in this process's memory: polled, edited and written to as one over git, without git. */

import { createHash } from "node:crypto";
import { PinionError } from "../../domain/errors.ts";
import { describeFinding, type Finding } from "../../domain/finding.ts";
import type { CommitId } from "../../domain/names.ts";
import { describePerson, type Person } from "../../domain/journal/people.ts";
import type { RevertRequest, RevertOutcome } from "../../domain/journal/revert.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ConfigEditor } from "../../ports/config-editor.ts";
import type { ConfigRepository, Head } from "../../ports/config-repository.ts";
import type { Objects } from "../../ports/objects.ts";
import type { PinWriter } from "../../ports/pin-writer.ts";
import { catalogueIn, type Documents, edited, environmentIn, filesOf, pinnedIn, reverted } from "./documents.ts";
import { type ObjectTree, plantTree, type StoredObject } from "./object-tree.ts";

/** Everything that is to be kept of it. */
export interface MemoryState {
  readonly documents: Documents;
  readonly head: Head;
  /** Commits by the ids of the rollbacks that they are, newest last. */
  readonly written: ReadonlyMap<string, CommitId>;
  /** Rollbacks that wait for approval, by the branches they are proposed on. */
  readonly proposed: ReadonlyMap<string, RevertRequest>;
}

export interface MemoryRepositoryOptions {
  readonly clock: Clock;
  /** All errors of the repository at a commit. */
  readonly check: (objects: Objects, commit: CommitId) => Promise<readonly Finding[]>;
  /** What an earlier one kept; null: it starts empty. */
  readonly before: MemoryState | null;
  /** Called with every commit, before anybody sees it. */
  readonly keep: (state: MemoryState) => void;
}

export interface MemoryRepository extends ConfigRepository, ConfigEditor {
  readonly objects: Objects;
  /** For people. */
  readonly url: string;
  writer(): PinWriter;
}

/** Readers may still be at an older commit while a newer one comes. */
const keptTrees = 8;
const keptRollbacks = 1_000;

/** @throws nothing; each of its calls says what it throws. */
export function createMemoryRepository(options: MemoryRepositoryOptions): MemoryRepository {
  return new InMemory(options);
}

class InMemory implements MemoryRepository {
  readonly url = "memory";
  readonly objects: Objects;
  readonly #options: MemoryRepositoryOptions;
  readonly #trees = new Map<CommitId, ObjectTree>();
  #state: MemoryState;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: MemoryRepositoryOptions) {
    this.#options = options;
    this.objects = objectsOf(this.#trees);
    this.#state = options.before ?? emptyAt(options.clock.now());
    this.#plant(this.#state);
  }

  async poll(): Promise<CommitId> {
    return this.#state.head.commit;
  }

  async fetch(): Promise<Head> {
    return this.#state.head;
  }

  async mirrored(): Promise<Head> {
    return this.#state.head;
  }

  pinned(environment: string, process: string): string | null {
    return pinnedIn(this.#state.documents, environment, process);
  }

  environment(name: string): ReturnType<ConfigEditor["environment"]> {
    return environmentIn(this.#state.documents, name);
  }

  catalogue(process: string): ReturnType<ConfigEditor["catalogue"]> {
    return catalogueIn(this.#state.documents, process);
  }

  commit(edit: Parameters<ConfigEditor["commit"]>[0]): Promise<CommitId> {
    return this.#inTurn(async () => {
      const documents = edited(this.#state.documents, edit);
      await this.#refuseErrors(documents);
      return this.#add({ ...this.#state, documents }, edit.subject, edit.by.name);
    });
  }

  approve(branch: string, by: Person): Promise<CommitId> {
    return this.#inTurn(async () => {
      const request = this.#state.proposed.get(branch);
      if (!request) throw new PinionError("usage/invalid", `no rollback waits for approval on "${branch}"`);
      const proposed = new Map([...this.#state.proposed].filter(([other]) => other !== branch));
      if (this.pinned(request.environment, request.process) === request.from)
        return this.#write({ ...this.#state, proposed }, request, `, approved by ${describePerson(by)}`);
      this.#state = { ...this.#state, proposed };
      throw new PinionError("usage/invalid", `${request.process} is not pinned to ${request.from} any more: there is nothing to roll back`);
    });
  }

  writer(): PinWriter {
    return {
      revert: (request, signal) =>
        this.#inTurn(async () => {
          if (signal?.aborted) throw new PinionError("git/failed", `rollback ${request.id} was interrupted`);
          return this.#revert(request);
        }),
    };
  }

  #revert(request: RevertRequest): RevertOutcome {
    const commit = this.#state.written.get(request.id);
    if (commit !== undefined) return { kind: "committed", commit };
    const pin = this.pinned(request.environment, request.process);
    if (pin !== request.from) return { kind: "superseded", why: `${request.process} is pinned to ${pin ?? "nothing"} meanwhile` };
    if (request.mode === "push") return { kind: "committed", commit: this.#write(this.#state, request) };
    const branch = `rollback/${request.environment}/${request.id}`;
    this.#state = { ...this.#state, proposed: new Map(this.#state.proposed).set(branch, request) };
    this.#options.keep(this.#state);
    return { kind: "proposed", branch, commit: this.#state.head.commit, why: "rollbackPolicy.manual.approvalRequired is set" };
  }

  /** By Pinion; the subject names the person who wanted it. */
  #write(state: MemoryState, request: RevertRequest, approved = ""): CommitId {
    const { process, from, to, environment, by } = request;
    const wanted = by === null ? "" : `, by command of ${describePerson(by)}`;
    const subject = `Roll ${process} back from ${from} to ${to} in ${environment}${wanted}${approved}`;
    const documents = reverted(state.documents, request);
    return this.#add({ ...state, documents }, subject, "Pinion", (commit) => [...state.written, [request.id, commit]]);
  }

  /** What was wrong before is no reason to refuse what comes now. */
  async #refuseErrors(documents: Documents): Promise<void> {
    const known = new Set((await this.#errorsOf(this.#state.documents)).map(keyOf));
    const findings = (await this.#errorsOf(documents)).filter((finding) => !known.has(keyOf(finding)));
    if (findings.length === 0) return;
    throw new PinionError("manifest/invalid", findings.map(describeFinding).join("\n"), { findings });
  }

  async #errorsOf(documents: Documents): Promise<readonly Finding[]> {
    const tree = plantTree(filesOf(documents));
    const findings = await this.#options.check(objectsOf(new Map([[tree.root, tree]])), tree.root);
    return findings.filter(({ severity }) => severity === "error");
  }

  #add(
    next: Omit<MemoryState, "head">,
    subject: string,
    author: string,
    writtenWith: (commit: CommitId) => readonly (readonly [string, CommitId])[] = () => [...next.written],
  ): CommitId {
    const { root } = plantTree(filesOf(next.documents));
    if (root === this.#trees.get(this.#state.head.commit)?.root) return this.#state.head.commit;
    const committedAt = this.#options.clock.now();
    const text = `${this.#state.head.commit}\n${root}\n${committedAt}\n${author}\n${subject}`;
    const commit = createHash("sha1").update(text).digest("hex");
    const written = new Map(writtenWith(commit).slice(-keptRollbacks));
    const state = { ...next, written, head: { commit, committedAt, subject, author } };
    this.#options.keep(state);
    this.#state = state;
    this.#plant(state);
    return commit;
  }

  #plant({ head, documents }: MemoryState): void {
    this.#trees.set(head.commit, plantTree(filesOf(documents)));
    const [oldest] = this.#trees.keys();
    if (this.#trees.size > keptTrees && oldest !== undefined) this.#trees.delete(oldest);
  }

  /** One change after the other: none is made of what another has just replaced. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(change);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

function emptyAt(committedAt: number): MemoryState {
  const head = { commit: "0".repeat(40), committedAt, subject: "an empty repository", author: "Pinion" };
  return { documents: new Map(), head, written: new Map(), proposed: new Map() };
}

function keyOf({ file, pointer, code, message }: Finding): string {
  return `${file} ${pointer} ${code} ${message}`;
}

/** Reads these trees by their commits. */
export function objectsOf(trees: ReadonlyMap<CommitId, ObjectTree>): Objects {
  const find = (id: string): StoredObject => {
    for (const { objects } of trees.values()) {
      const object = objects.get(id);
      if (object) return object;
    }
    throw new PinionError("git/object-missing", `the repository in memory has no object ${id} any more`);
  };
  const bytesOf = (id: string): Uint8Array => {
    const object = find(id);
    if (object.kind !== "file") throw new PinionError("git/object-missing", `${id} is no file`);
    return object.bytes;
  };
  return {
    async root(commit) {
      const tree = trees.get(commit);
      if (!tree) throw new PinionError("git/object-missing", `the repository in memory has no commit ${commit} any more`);
      return tree.root;
    },
    async directory(id) {
      const object = find(id);
      return object.kind === "directory" ? object.entries : [];
    },
    size: async (id) => bytesOf(id).length,
    file: async (id) => bytesOf(id),
  };
}
