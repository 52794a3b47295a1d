/** The branch as the pin writer in memory meets it. */

import { PinionError } from "../../src/domain/errors.ts";
import type { RevertRequest } from "../../src/domain/journal/revert.ts";
import type { PinBranch } from "../fakes/pin-writer.ts";
import { isBroken, pinsPath, quarantinePath, readPins, withPin, withQuarantine } from "./files.ts";
import type { SimCommit, SimGit } from "./git.ts";
import type { SimWorld } from "./sim-world.ts";

export function createSimBranch({ git, time }: Pick<SimWorld, "git" | "time">): PinBranch {
  /** Where the branch was when a command was looked into last. */
  const looked = new Map<string, SimCommit>();
  const make = (request: RevertRequest): SimCommit => {
    const base = looked.get(request.id) ?? git.head;
    return git.make(base, { by: "pinion", message: `revert\n\nRollback-Id: ${request.id}`, files: changed(base, request), at: time.now() });
  };
  return {
    read(request) {
      reach(git);
      expectReadable(git, request);
      looked.set(request.id, git.head);
      const pin = readPins(git.head.files.get(pinsPath(request.environment)) ?? "").get(request.process) ?? null;
      const written = git.commits.find((commit) => commit.rollbackId === request.id)?.id ?? null;
      return { head: git.head.id, pin, written, proposed: git.branches.get(proposalOf(request)) ?? null };
    },
    write(request, seen) {
      reach(git);
      if (git.head.id !== seen) return { kind: "moved" };
      if (git.isProtected) {
        git.onDecline(request.id);
        return { kind: "declined" };
      }
      git.move(make(request));
      return { kind: "accepted", commit: git.head.id };
    },
    propose(request) {
      reach(git);
      const there = git.branches.get(proposalOf(request));
      if (there !== undefined) return there;
      const commit = make(request);
      git.propose(proposalOf(request), commit);
      return commit.id;
    },
  };
}

function proposalOf({ environment, id }: RevertRequest): string {
  return `rollback/${environment}/${id}`;
}

/** Nobody adds a line to what nobody can read. */
function expectReadable({ head: { files } }: SimGit, { environment }: RevertRequest): void {
  const broken = [pinsPath(environment), quarantinePath(environment)].find((path) => isBroken(files.get(path) ?? ""));
  if (broken !== undefined) throw new PinionError("git/failed", `${broken} cannot be read (simulated)`);
}

function reach({ isDown }: SimGit): void {
  if (isDown) throw new PinionError("git/unreachable", "the git server is down");
}

function changed({ files }: SimCommit, request: RevertRequest): ReadonlyMap<string, string> {
  const [pins, quarantine] = [pinsPath(request.environment), quarantinePath(request.environment)];
  const before = files.get(pins) ?? "";
  const along = (request.along ?? []).filter(({ process, from }) => readPins(before).get(process) === from);
  const others = along.reduce((text, { process, to }) => withPin(text, process, to), before);
  return new Map(files)
    .set(pins, withPin(others, request.process, request.to))
    .set(quarantine, withQuarantine(files.get(quarantine) ?? "", request));
}
