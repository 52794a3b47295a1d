/** The words in which git and its servers say what became of a push; some of them say that it failed though it was taken. */

import type { Ended } from "../../src/adapters/git/transport/run-git.ts";
import { PinionError } from "../../src/domain/errors.ts";
import type { Pushed, Verdict } from "./played-git.ts";
import type { Random } from "./random.ts";

export type Answered = Verdict | "taken, but denied";

const protection = "protected branch hook declined";

/** What the git program says. @throws PinionError when the connection is lost. */
export function answerOfGit(verdict: Answered, push: Pushed, random: Random): Ended {
  switch (verdict) {
    case "taken":
      return { exitCode: 0, output: "" };
    case "not on top":
      return failed(rejectedHere(push, "fetch first"));
    case "protected":
      return failed(`remote: error: GH006: Protected branch update failed.\n${rejectedThere(push, protection)}`);
    case "stale":
      return failed(random.pick(lostRaces(push)));
    case "taken, but denied":
      return random.pick([
        () => failed(random.pick(lostRaces(push))),
        () => failed(rejectedThere(push, "internal server error")),
        hungUp,
        lost,
      ])();
  }
}

function lostRaces(push: Pushed): readonly string[] {
  const atServer = `cannot lock ref 'refs/heads/${push.branch}': is at ${push.commit.id} but expected ${push.seen ?? ""}`;
  return [rejectedHere(push, "stale info"), rejectedThere(push, "failed to update ref"), rejectedThere(push, atServer)];
}

function rejectedHere({ commit, branch }: Pushed, why: string): string {
  return ` ! [rejected]        ${commit.id} -> ${branch} (${why})\n`;
}

function rejectedThere({ commit, branch }: Pushed, why: string): string {
  return ` ! [remote rejected] ${commit.id} -> ${branch} (${why})\n`;
}

function failed(output: string): Ended {
  return { exitCode: 1, output };
}

function hungUp(): Ended {
  return { exitCode: 128, output: "fatal: the remote end hung up unexpectedly\n" };
}

function lost(): never {
  throw new PinionError("git/unreachable", "the answer was lost (simulated)");
}
