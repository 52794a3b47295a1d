/** What may happen to the branch: nobody's commit is lost, and each request ends as it says. What its commit contains is judged elsewhere. */

import type { RevertRequest, RevertOutcome } from "../../src/domain/journal/revert.ts";
import type { DecisionRules } from "./decision-rules.ts";
import type { SimCommit } from "./git.ts";
import { judgeWritten } from "./written-rules.ts";
import type { SimWorld } from "./sim-world.ts";

export interface GitRules {
  onMove(to: SimCommit, from: SimCommit): void;
  onOutcome(request: RevertRequest, outcome: RevertOutcome): void;
  /** A request that no decision of the controller's has recorded. */
  expect(request: RevertRequest): void;
  /** At the end, what became of each request is still so, and something became of each. */
  judge(): void;
}

export function createGitRules(world: SimWorld, decisions: DecisionRules): GitRules {
  const { trace, git } = world;
  const others = new Map<string, RevertRequest>();
  const outcomes = new Map<RevertRequest, RevertOutcome>();
  const declined = new Set<string | null>();
  const orderOf = ({ rollbackId }: SimCommit): RevertRequest | null => {
    const request = decisions.orders.get(rollbackId ?? "") ?? others.get(rollbackId ?? "");
    return request ?? null;
  };
  const commitsOf = ({ id }: RevertRequest) => git.commits.filter(({ rollbackId }) => rollbackId === id);

  git.onDecline = (rollbackId) => void declined.add(rollbackId);
  git.onPropose = (branch, commit) => {
    trace.say(`  ${branch}: ${commit.id.slice(0, 7)}`);
    const [request, parent] = [orderOf(commit), git.find(commit.parent ?? "")];
    if (!request || !parent) return trace.violate("the bot commits only what was ordered", commit.message);
    judgeWritten(trace, request, { to: commit, from: parent });
  };

  function judgeOutcome(request: RevertRequest, outcome: RevertOutcome): void {
    const commits = commitsOf(request);
    const what = `${request.id} is ${outcome.kind}: ${"why" in outcome ? outcome.why : outcome.commit}`;
    if (outcome.kind === "committed")
      return trace.expect(commits.length === 1 && commits[0]?.id === outcome.commit, "what is said to be committed is on the branch", what);
    trace.expect(commits.length === 0, "what is said not to be on the branch is not", what);
    if (outcome.kind !== "proposed") return;
    trace.expect(git.branches.get(outcome.branch) === outcome.commit, "what is said to be proposed is", what);
    const isAllowed = request.mode === "propose" || declined.has(request.id);
    trace.expect(isAllowed, "only what the branch does not take is proposed instead", what);
  }

  return {
    onMove(to, from) {
      trace.say(`  main: ${to.by} ${to.id.slice(0, 7)} ${to.message.split("\n", 1)[0] ?? ""}`);
      if (to.parent !== from.id) trace.violate("no commit is lost", `${to.id} by ${to.by} is not on top of ${from.id} by ${from.by}`);
      if (to.by !== "pinion") return;
      const request = orderOf(to);
      if (!request) return trace.violate("the bot commits only what was ordered", to.message);
      const times = commitsOf(request).length;
      if (times > 1) trace.violate("each rollback commits once", `${request.id} is there ${times} times`);
      if (request.mode === "propose") trace.violate("what is to be proposed is not pushed", request.id);
      judgeWritten(trace, request, { to, from });
    },
    onOutcome(request, outcome) {
      outcomes.set(request, outcome);
      judgeOutcome(request, outcome);
    },
    expect: (request) => void others.set(request.id, request),
    judge() {
      for (const [request, outcome] of outcomes) judgeOutcome(request, outcome);
      const open = [...others.values()].filter((request) => !outcomes.has(request));
      trace.expect(open.length === 0, "the neighbour comes to rest", open.map(({ id }) => id).join(", "));
    },
  };
}
