/** A pin writer in memory, without timers or chance of its own: it looks, and pushes when nobody came first. */

import { PinionError } from "../../src/domain/errors.ts";
import type { ErrorCode } from "../../src/domain/errors.ts";
import type { CommitId, EnvironmentName, ProcessId, Version } from "../../src/domain/names.ts";
import type { RevertRequest, RevertOutcome } from "../../src/domain/journal/revert.ts";
import type { PinWriter } from "../../src/ports/pin-writer.ts";

/** A branch as the writer meets it; a simulation brings its own, or takes `createFakePinBranch`. */
export interface PinBranch {
  /** What is there now. @throws PinionError while the remote fails. */
  read(request: RevertRequest): PinBranchView;
  /**
   * One commit that puts the pin to `order.to` and enters the quarantine: only while the branch is still at `base`.
   * @throws PinionError while the remote fails, also after the commit has arrived.
   */
  write(request: RevertRequest, base: CommitId): FakePush;
  /** The same commit on a branch beside it; the one that is there when there is one. */
  propose(request: RevertRequest): CommitId;
}

export type FakePush =
  | { readonly kind: "accepted"; readonly commit: CommitId }
  | { readonly kind: "moved" }
  | { readonly kind: "declined" };

export interface PinBranchView {
  readonly head: CommitId;
  /** Null: the process is not pinned. */
  readonly pin: Version | null;
  /** The commit that has the request's id. */
  readonly written: CommitId | null;
  /** The commit of the request's own branch. */
  readonly proposed: CommitId | null;
}

export interface FakePinWriterOptions {
  readonly branch: PinBranch;
  /** Runs between look and push: where a simulation lets time pass and others come first. */
  readonly between?: () => Promise<void>;
}

export function createFakePinWriter({ branch, between = async () => undefined }: FakePinWriterOptions): PinWriter {
  async function revert(request: RevertRequest, signal?: AbortSignal): Promise<RevertOutcome> {
    for (;;) {
      if (signal?.aborted === true) throw new PinionError("git/failed", `rollback ${request.id} was interrupted`);
      const view = branch.read(request);
      const known = alreadyKnown(request, view);
      if (known !== null) return known;
      await between();
      if (request.mode === "propose") return asProposed(request, branch.propose(request), "rollbackPolicy.manual.approvalRequired is set");
      const pushed = branch.write(request, view.head);
      if (pushed.kind === "accepted") return { kind: "committed", commit: pushed.commit };
      if (pushed.kind === "declined") return asProposed(request, branch.propose(request), "the branch is protected");
    }
  }
  return { revert };
}

function alreadyKnown(request: RevertRequest, { pin, written, proposed }: PinBranchView): RevertOutcome | null {
  if (written !== null) return { kind: "committed", commit: written };
  if (pin !== request.from) return { kind: "superseded", why: `the pin of ${request.process} is ${pin ?? "gone"}` };
  return proposed === null ? null : asProposed(request, proposed, "an earlier try has proposed it");
}

function asProposed({ environment, id }: RevertRequest, commit: CommitId, why: string): RevertOutcome {
  return { kind: "proposed", branch: `rollback/${environment}/${id}`, commit, why };
}

export interface FakePinCommit {
  readonly commit: CommitId;
  /** Null: a person's. */
  readonly request: RevertRequest | null;
  /** By environment and process, as in `pinKey`. */
  readonly pins: ReadonlyMap<string, Version>;
  readonly quarantine: readonly RevertRequest[];
}

export interface FakePinBranch extends PinBranch {
  /** Oldest first. */
  readonly commits: readonly FakePinCommit[];
  readonly proposals: ReadonlyMap<string, CommitId>;
  /** A person's commit. */
  pin(environment: EnvironmentName, process: ProcessId, version: Version | null): CommitId;
  pinned(environment: EnvironmentName, process: ProcessId): Version | null;
  protect(isProtected: boolean): void;
  /** Every call fails so until it is null again. */
  fail(code: ErrorCode | null): void;
  /** The next commit arrives, and its answer does not. */
  loseAnswer(): void;
}

export function createFakePinBranch(): FakePinBranch {
  let commits: readonly FakePinCommit[] = [{ commit: commitId(0), request: null, pins: new Map(), quarantine: [] }];
  const proposals = new Map<string, CommitId>();
  let failing: ErrorCode | null = null;
  let isProtected = false;
  let isLossy = false;

  const head = (): FakePinCommit => commits.at(-1) as FakePinCommit;

  function add(next: Omit<FakePinCommit, "commit">): CommitId {
    const commit = commitId(commits.length + proposals.size);
    commits = [...commits, { ...next, commit }];
    return commit;
  }

  function reach(): void {
    if (failing !== null) throw new PinionError(failing, `the fake remote fails with ${failing}`);
  }

  function answer<T>(value: T): T {
    if (!isLossy) return value;
    isLossy = false;
    throw new PinionError("git/unreachable", "the answer of the fake remote was lost");
  }

  return {
    get commits() {
      return commits;
    },
    proposals,
    read: (request) => {
      reach();
      return {
        head: head().commit,
        pin: head().pins.get(pinKey(request)) ?? null,
        written: commits.find((each) => each.request?.id === request.id)?.commit ?? null,
        proposed: proposals.get(proposalName(request)) ?? null,
      };
    },
    write: (request, base) => {
      reach();
      if (isProtected) return { kind: "declined" };
      if (base !== head().commit) return { kind: "moved" };
      const pins = new Map(head().pins).set(pinKey(request), request.to);
      for (const { process, from, to } of request.along ?? []) {
        const key = pinKey({ environment: request.environment, process });
        if (pins.get(key) === from) pins.set(key, to);
      }
      return answer({ kind: "accepted", commit: add({ request, pins, quarantine: withOrder(head().quarantine, request) }) });
    },
    propose: (request) => {
      reach();
      const commit = proposals.get(proposalName(request)) ?? commitId(commits.length + proposals.size);
      proposals.set(proposalName(request), commit);
      return answer(commit);
    },
    pin: (environment, process, version) => {
      const pins = new Map(head().pins);
      if (version === null) pins.delete(pinKey({ environment, process }));
      else pins.set(pinKey({ environment, process }), version);
      return add({ request: null, pins, quarantine: head().quarantine });
    },
    pinned: (environment, process) => head().pins.get(pinKey({ environment, process })) ?? null,
    protect: (next) => void (isProtected = next),
    fail: (code) => void (failing = code),
    loseAnswer: () => void (isLossy = true),
  };
}

function withOrder(quarantine: readonly RevertRequest[], request: RevertRequest): readonly RevertRequest[] {
  const key = ({ environment, process, from, quarantine: digest }: RevertRequest): string => [environment, process, from, digest].join(" ");
  const isKnown = request.quarantine === null || quarantine.some((known) => key(known) === key(request));
  return isKnown ? quarantine : [...quarantine, request];
}

function proposalName({ environment, id }: RevertRequest): string {
  return `rollback/${environment}/${id}`;
}

function pinKey({ environment, process }: { readonly environment: EnvironmentName; readonly process: ProcessId }): string {
  return `${environment}/${process}`;
}

function commitId(count: number): CommitId {
  return (count + 1).toString(16).padStart(40, "0");
}
