/** Looks at what is waited for, again and again: remembers which versions were wanted, so that a rollback in between is not missed. */

import type { Overview, ProcessView } from "../../../api/views.ts";
import type { CommitId, ProcessId, Version } from "../../../domain/names.ts";
import type { ControllerClient } from "../../../api/client.ts";
import { describeTarget, type Target } from "./target.ts";
import { describeUntil, findLoss, type Judged, judgeProcess, type WaitGoal } from "../../../api/wait-goal.ts";
import type { GitProgram } from "../terminal/world.ts";

export interface Waiting extends WaitGoal {
  readonly client: ControllerClient;
  readonly target: Target;
  /** Null: whatever is in force. May be shortened. */
  readonly commit: CommitId | null;
  /** Asks the repository at hand whether one commit contains another. */
  readonly git: GitProgram;
  readonly directory: string;
}

export interface JudgedProcess {
  readonly view: ProcessView;
  readonly judged: Judged;
}

export interface Look {
  readonly judged: Judged;
  readonly processes: readonly JudgedProcess[];
}

/** One look after the other. */
export function createWaiting(waiting: Waiting): (overview: Overview) => Promise<Look> {
  const wanted = new Map<ProcessId, Version>();
  const hasCommit = createCommitQuestion(waiting);
  return async (overview) => {
    const { target } = waiting;
    const environment = overview.environments.find(({ name }) => name === target.environment);
    const views = (environment?.processes ?? []).filter(({ process }) => target.process === null || process === target.process);
    const not = await hasCommit(overview);
    if (not !== null) return { judged: { kind: "waiting", why: not }, processes: [] };
    if (views.length === 0) return { judged: nothingThere(target, waiting), processes: [] };
    const processes: JudgedProcess[] = [];
    for (const view of views) processes.push({ view, judged: await judge(view, waiting, wanted) });
    return { judged: sum(processes, waiting), processes };
  };
}

/** A version that is named may be pinned by the next commit; a commit that is in force has said all that it says. */
function nothingThere({ process, environment }: Target, { version, commit }: WaitGoal & Pick<Waiting, "commit">): Judged {
  if (process === null) return { kind: "reached", why: `nothing is pinned in ${environment}` };
  return { kind: version === null && commit !== null ? "failed" : "waiting", why: `${process} is not pinned in ${environment}` };
}

async function judge(view: ProcessView, waiting: Waiting, wanted: Map<ProcessId, Version>): Promise<Judged> {
  const { process, desired, sync } = view;
  const moved = await judgeMoved(view, waiting, wanted.get(process) ?? null);
  if (moved) return moved;
  const isWanted = waiting.version === null || waiting.version === desired;
  if (desired !== null && sync !== "Unknown" && isWanted) wanted.set(process, desired);
  return judgeProcess(view, waiting);
}

/** The pin has left a version that it named while we looked: null where it is followed to the next one. */
async function judgeMoved({ process, desired }: ProcessView, waiting: Waiting, before: Version | null): Promise<Judged | null> {
  if (before === null || before === desired) return null;
  const { client, target, version } = waiting;
  const loss = findLoss(before, await client.history({ environment: target.environment, process, limit: 20 }));
  if (loss !== null) return { kind: "failed", why: loss };
  return version === null ? null : { kind: "failed", why: `${before} is superseded: ${desired ?? "nothing"} is pinned now` };
}

/** All must be reached; the first one that failed tells why. */
function sum(processes: readonly JudgedProcess[], { target, until }: Waiting): Judged {
  const failed = processes.find(({ judged }) => judged.kind === "failed");
  if (failed) return { kind: "failed", why: named(failed, target) };
  const open = processes.filter(({ judged }) => judged.kind === "waiting");
  const [first] = open;
  if (!first)
    return processes.length === 1 && processes[0] ? processes[0].judged : { kind: "reached", why: `all is ${describeUntil(until)}` };
  return { kind: "waiting", why: `${named(first, target)}${open.length > 1 ? ` (and ${open.length - 1} more)` : ""}` };
}

function named({ view, judged }: JudgedProcess, { environment, process }: Target): string {
  return process === null ? `${describeTarget({ environment, process: view.process })}: ${judged.why}` : judged.why;
}

/** Gives null once the commit is in force, or one that contains it; else why not. */
function createCommitQuestion({ commit, git, directory, client, target }: Waiting): (overview: Overview) => Promise<string | null> {
  let isInForce = commit === null;
  return async ({ repository }) => {
    if (isInForce || commit === null) return null;
    const head = repository.commit;
    isInForce = head !== null && (head.startsWith(commit) || (await contains(head, commit)) || (await wasDeployed(commit)));
    if (isInForce) return null;
    return `commit ${commit.slice(0, 8)} is not in force yet: ${head === null ? "nothing is" : `${head.slice(0, 8)} is`}`;
  };

  async function contains(head: CommitId, older: CommitId): Promise<boolean> {
    return (await git(directory, ["merge-base", "--is-ancestor", older, head])).status === 0;
  }

  async function wasDeployed(sought: CommitId): Promise<boolean> {
    const deployments = await client.history({ environment: target.environment, limit: 50 });
    return deployments.some((one) => one.commit.startsWith(sought));
  }
}
