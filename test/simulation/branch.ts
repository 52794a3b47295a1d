/** The branch as the pin writer in memory meets it. */

import { PinionError } from "../../src/domain/errors.ts";
import type { RevertOrder } from "../../src/domain/journal/revert.ts";
import type { PinBranch } from "../fakes/pin-writer.ts";
import { isBroken, pinsPath, quarantinePath, readPins, withPin, withQuarantine } from "./files.ts";
import type { SimCommit, SimGit } from "./git.ts";
import type { SimWorld } from "./sim-world.ts";

export function createSimBranch({ git, time }: Pick<SimWorld, "git" | "time">): PinBranch {
  /** Where the branch was when an order was looked into last. */
  const looked = new Map<string, SimCommit>();
  const make = (order: RevertOrder): SimCommit => {
    const base = looked.get(order.id) ?? git.head;
    return git.make(base, { by: "pinion", message: `revert\n\nRollback-Id: ${order.id}`, files: changed(base, order), at: time.now() });
  };
  return {
    read(order) {
      reach(git);
      expectReadable(git, order);
      looked.set(order.id, git.head);
      const pin = readPins(git.head.files.get(pinsPath(order.environment)) ?? "").get(order.process) ?? null;
      const written = git.commits.find((commit) => commit.rollbackId === order.id)?.id ?? null;
      return { head: git.head.id, pin, written, proposed: git.branches.get(proposalOf(order)) ?? null };
    },
    write(order, seen) {
      reach(git);
      if (git.head.id !== seen) return { kind: "moved" };
      if (git.isProtected) {
        git.onDecline(order.id);
        return { kind: "declined" };
      }
      git.move(make(order));
      return { kind: "accepted", commit: git.head.id };
    },
    propose(order) {
      reach(git);
      const there = git.branches.get(proposalOf(order));
      if (there !== undefined) return there;
      const commit = make(order);
      git.propose(proposalOf(order), commit);
      return commit.id;
    },
  };
}

function proposalOf({ environment, id }: RevertOrder): string {
  return `rollback/${environment}/${id}`;
}

/** Nobody adds a line to what nobody can read. */
function expectReadable({ head: { files } }: SimGit, { environment }: RevertOrder): void {
  const broken = [pinsPath(environment), quarantinePath(environment)].find((path) => isBroken(files.get(path) ?? ""));
  if (broken !== undefined) throw new PinionError("git/failed", `${broken} cannot be read (simulated)`);
}

function reach({ isDown }: SimGit): void {
  if (isDown) throw new PinionError("git/unreachable", "the git server is down");
}

function changed({ files }: SimCommit, order: RevertOrder): ReadonlyMap<string, string> {
  const [pins, quarantine] = [pinsPath(order.environment), quarantinePath(order.environment)];
  const before = files.get(pins) ?? "";
  const along = (order.along ?? []).filter(({ process, from }) => readPins(before).get(process) === from);
  const others = along.reduce((text, { process, to }) => withPin(text, process, to), before);
  return new Map(files)
    .set(pins, withPin(others, order.process, order.to))
    .set(quarantine, withQuarantine(files.get(quarantine) ?? "", order));
}
