/**
 * People who push to the same branch as fast as they can, and rollbacks that have to get through between them. Each person stops after so many commits: who
 * wins the race is luck, and no test may wait for it without end.
 */

import { execFile } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { CommitId } from "../../../../src/domain/names.ts";
import { revertOrder } from "../../../contracts/pin-writer.ts";
import { cleanGitEnvironment } from "../../../support/git.ts";
import { systemClock } from "../../../../src/adapters/system/system.ts";
import { createWriterWorld, identity } from "./writer-world.ts";

const run = promisify(execFile);

export interface Contest {
  readonly committed: number;
  /** How many commits on the branch have each order's id. */
  readonly perOrder: readonly number[];
  /** Commits whose push git has acknowledged to a person. */
  readonly pushed: number;
  /** Of them, those that are no longer on the branch. */
  readonly lost: readonly CommitId[];
  /** Processes whose pin is not the good version. */
  readonly stillBad: readonly string[];
  readonly inQuarantine: number;
  /** Of the rollbacks. */
  readonly elapsedMs: number;
  /** How often Pinion pushed for it. */
  readonly tries: number;
  /** How often people pushed, from their first taken push each to the last rollback. */
  readonly peopleTries: number;
  /** How many of those were taken. */
  readonly peopleTaken: number;
}

export interface Crowd {
  readonly rollbacks: number;
  readonly pushers: number;
  /** Commits that each of them pushes at most. */
  readonly most: number;
}

/** So many rollbacks of as many processes, against so many pushers. */
export async function rollbacksUnderPushers({ rollbacks, pushers, most }: Crowd): Promise<Contest> {
  const world = await createWriterWorld();
  symlinkSync(join(world.remote.folder, "config.git"), join(world.remote.folder, "bot.git"));
  await world.remote.reopen({ url: `${world.remote.server.url}/bot.git` });
  const writer = world.remote.repository.writer({ identity, signing: null, path: "", clock: systemClock });
  const orders = Array.from({ length: rollbacks }, (_, index) =>
    revertOrder({ id: `rb-${index}-`, process: `p-${index}`, at: Date.now() }),
  );
  world.write({ "pins.yaml": orders.map(({ process }) => `${process}: 1.5.0\n`).join("") });
  let isOver = false;
  const people = { tries: 0, taken: 0 };
  const folder = world.remote.folder;
  const hammering = Array.from({ length: pushers }, (_, index) =>
    hammer(`${world.remote.server.url}/config.git`, join(folder, `person-${index}`), {
      isOver: () => isOver,
      most,
      onPush: (isTaken) => {
        people.tries += 1;
        people.taken += isTaken ? 1 : 0;
      },
    }),
  );
  try {
    // On a busy machine people may need longer for a first push than all rollbacks take.
    await until(() => people.taken >= pushers, hammering);
    const before = { ...people };
    const startedAt = Date.now();
    const outcomes = [];
    for (const request of orders) outcomes.push(await writer.revert(request));
    const elapsedMs = Date.now() - startedAt;
    const meanwhile = { peopleTries: people.tries - before.tries, peopleTaken: people.taken - before.taken };
    isOver = true;
    const pushed = (await Promise.all(hammering)).flat();
    const commits = await world.commits();
    const onBranch = new Set(commits.map(({ commit }) => commit));
    const pins = (world.text("pins.yaml") ?? "").split("\n");
    return {
      committed: outcomes.filter(({ kind }) => kind === "committed").length,
      perOrder: orders.map(({ id }) => commits.filter(({ rollbackId }) => rollbackId === id).length),
      pushed: pushed.length,
      lost: pushed.filter((commit) => !onBranch.has(commit)),
      stillBad: orders.map(({ process }) => process).filter((process) => !pins.includes(`${process}: 1.4.2`)),
      inQuarantine: (await world.quarantined()).length,
      elapsedMs,
      tries: world.remote.server.requests.filter(({ path }) => path === "/bot.git/info/refs?service=git-receive-pack").length,
      ...meanwhile,
    };
  } finally {
    isOver = true;
    await Promise.allSettled(hammering);
    await world.dispose();
  }
}

/** Ends with whoever cannot go on. */
async function until(isSo: () => boolean, people: readonly Promise<unknown>[]): Promise<void> {
  while (!isSo()) await Promise.race([sleep(25), ...people]);
}

interface Hammering {
  readonly isOver: () => boolean;
  readonly most: number;
  readonly onPush: (isTaken: boolean) => void;
}

/** Fetch, commit, push, again and again. Gives back the commits that were taken. */
async function hammer(url: string, path: string, { isOver, most, onPush }: Hammering): Promise<readonly CommitId[]> {
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run("git", ["-C", path, ...args], { env: cleanGitEnvironment })).stdout.trim();
  await run("git", ["init", "--bare", "--quiet", path], { env: cleanGitEnvironment });
  const taken: CommitId[] = [];
  for (let count = 0; !isOver() && taken.length < most; count += 1) {
    await git("fetch", "--quiet", url, "+refs/heads/main:refs/heads/main");
    const commit = await git("commit-tree", "-p", "main", "-m", `by a person, ${path} ${count}`, "main^{tree}");
    const push = git("push", "--quiet", url, `${commit}:refs/heads/main`);
    const isTaken = await push.then(
      () => true,
      () => false,
    );
    onPush(isTaken);
    if (isTaken) taken.push(commit);
  }
  return taken;
}
