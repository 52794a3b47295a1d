/** The idle poll of a big config repository beside `git ls-remote`, over the same http remote, in turns. */

import { execFile } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createGitRepository, type GitRepository } from "../src/adapters/git/repository.ts";
import { startGitServer } from "../src/demo/git-http-server.ts";
import { cleanGitEnvironment } from "../test/support/git.ts";
import { median, timed } from "./big-figures.ts";
import { createBigRepository } from "./big-repository.ts";
import type { BenchResult } from "./result.ts";

const rounds = 41;
const warmUpRounds = 5;
const budget = 0.7;
const run = promisify(execFile);
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Takes about 20 s. */
export async function pollBench(): Promise<readonly BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), "pinion-bench-"));
  const big = await createBigRepository({ folder, processes: 10_000, pins: "by-team" });
  const server = await startGitServer({ root: folder });
  const url = `${server.url}/config.git`;
  const repository = createGitRepository({ url, branch: "main", directory: join(folder, "mirror"), log: quiet });
  try {
    await expectIdle(repository, big.head(), () => server.requests.length);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds + warmUpRounds; round += 1) {
      const one = await timed(() => repository.poll());
      const other = await timed(() => run("git", ["ls-remote", "--quiet", url, "refs/heads/main"], { env: cleanGitEnvironment }));
      if (round < warmUpRounds) continue;
      ours.push(one);
      theirs.push(other);
    }
    return [row(median(ours), median(theirs))];
  } finally {
    await repository.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function row(ours: number, baseline: number): BenchResult {
  const ratio = ours / baseline;
  const what = { name: "idle poll, 10,000 processes x 3", unit: "ms", baselineName: "git ls-remote" };
  return { ...what, ours, baseline, ratio, budget: `<= ${budget}`, ok: ratio <= budget };
}

/** One poll is one request, starts no child of the poller and asks the object reader nothing. */
async function expectIdle(repository: GitRepository, head: string, requests: () => number): Promise<void> {
  await repository.poll();
  const children: Started[] = [];
  const note = (message: unknown) => void children.push((message as { readonly process: Started }).process);
  subscribe("child_process", note);
  const before = requests();
  const commit = await repository.poll();
  unsubscribe("child_process", note);
  if (commit !== head) throw new Error(`the poll says ${commit}, the branch is at ${head}`);
  if (requests() - before !== 1) throw new Error(`an idle poll took ${requests() - before} requests`);
  const foreign = children.map(programOf).filter((program) => program !== "git http-backend");
  if (foreign.length > 0) throw new Error(`an idle poll started ${foreign.join(", ")}`);
  if (repository.readerPid() !== null) throw new Error("an idle poll started the object reader");
}

interface Started {
  readonly spawnargs?: readonly string[];
}

/** The server, which shares this process, starts `git http-backend`; that one is not the poller's. */
function programOf({ spawnargs }: Started): string {
  return spawnargs?.slice(0, 2).join(" ") ?? "a child";
}
