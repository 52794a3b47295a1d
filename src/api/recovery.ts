/** How an emergency recovery goes: what it has done since the command was given, and whether the good version is back and verified. Pure. */

import type { ProcessView } from "./views.ts";
import { validationScope } from "../domain/journal/actions.ts";
import type { ValidationResult } from "../domain/validation-result.ts";
import type { Instant, Version } from "../domain/names.ts";
import type { Deployment } from "../domain/journal/state.ts";
import { lastTry } from "./describe-revert.ts";

export interface RecoveryStep {
  readonly at: Instant;
  readonly what: string;
  readonly why: string;
}

export interface Recovery {
  /** Whether all traffic is on one version that is not the bad one, and nothing is under way any more. */
  readonly traffic: Fact;
  /** Whether that version was shown to work since. */
  readonly verification: Fact;
  /** Whether the pin says so too. */
  readonly git: Fact;
  readonly steps: readonly RecoveryStep[];
}

export interface Fact {
  /** `waiting`: for people, so that no time brings it. */
  readonly state: "done" | "open" | "waiting" | "failed";
  readonly why: string;
}

/** The view of a process before, and when the command was given. */
export interface RecoveryStart {
  /** The version to get away from; null: not known. */
  readonly bad: Version | null;
  readonly at: Instant;
}

const verificationScope = validationScope({ isRollback: true });

/** What is bad: the version on its way in, else the one that has the traffic. */
export function badVersion({ progress, actual }: ProcessView): Version | null {
  if (progress && progress.version !== progress.from) return progress.version;
  return actual.find(({ weight }) => weight > 0)?.version ?? null;
}

/** Everything about it as of now. `deployments`: of this process, newest first. */
export function judgeRecovery(view: ProcessView, deployments: readonly Deployment[], start: RecoveryStart): Recovery {
  const since = deployments.filter(({ endedAt }) => endedAt === null || endedAt >= start.at);
  const verifications = since.flatMap(({ validations }) =>
    validations.filter(({ scope, at }) => scope === verificationScope && at >= start.at),
  );
  const traffic = judgeTraffic(view, start);
  return {
    traffic,
    verification: judgeVerification(view, traffic, verifications),
    git: judgeGit(view, start),
    steps: stepsOf(since, verifications, start),
  };
}

function judgeTraffic(view: ProcessView, start: RecoveryStart): Fact {
  const { actual, progress, reason } = view;
  const good = actual.find(({ version, weight }) => weight === 100 && version !== start.bad);
  if (isGivenUp(view, start)) return { state: "waiting", why: `traffic: none; ${reason.text}` };
  if (!good) return { state: "open", why: `traffic: ${sharesOf(actual)}; ${reason.text}` };
  const isOver = progress === null || progress.state === "baking";
  return isOver
    ? { state: "done", why: `all traffic on ${good.version}` }
    : { state: "open", why: `all traffic on ${good.version}; ${progress.why}` };
}

/** Nothing of it serves, and nothing is under way or owed that would change it: as where its paths are with another process again. */
function isGivenUp(view: ProcessView, start: RecoveryStart): boolean {
  return view.progress === null && isLeftToPeople(view, start) && view.actual.every(({ weight }) => weight === 0);
}

function isLeftToPeople({ revert, desired }: ProcessView, { bad }: RecoveryStart): boolean {
  return !revert && bad !== null && desired === bad;
}

/** `60 % on 1.4.0, 40 % on 1.5.0`. */
export function sharesOf(actual: ProcessView["actual"]): string {
  const serving = actual.filter(({ weight }) => weight > 0);
  return serving.length === 0 ? "none" : serving.map(({ version, weight }) => `${weight} % on ${version}`).join(", ");
}

/** Where nothing is to be asked after a rollback, the controller's own look at every instance must do. */
function judgeVerification({ sync, health, reason }: ProcessView, traffic: Fact, verifications: readonly ValidationResult[]): Fact {
  const failed = verifications.find(({ result }) => result === "failed");
  if (failed) return { state: "failed", why: `${nameOf(failed)} failed: ${failed.detail}` };
  const unknown = verifications.find(({ result }) => result === "unknown");
  if (unknown) return { state: "open", why: `${nameOf(unknown)} is unknown: ${unknown.detail}` };
  if (traffic.state !== "done") return { state: "open", why: "not verified yet" };
  if (verifications.length > 0) return { state: "done", why: `verified: ${verifications.map(nameOf).join(", ")}` };
  if (sync === "Synced" && health === "Healthy") return { state: "done", why: "verified: answers on every engine instance" };
  return { state: "open", why: `not verified yet: ${reason.text}` };
}

function nameOf({ validation, subject }: ValidationResult): string {
  return subject === "" ? validation : `${validation} "${subject}"`;
}

function judgeGit(view: ProcessView, start: RecoveryStart): Fact {
  const { revert, desired } = view;
  if (isLeftToPeople(view, start))
    return { state: "waiting", why: `git: ${desired} is pinned still, and Pinion writes no commit for it: revert the one that pinned it` };
  if (!revert) return { state: "done", why: `git: ${desired ?? "nothing"} is pinned` };
  const { outcome, request, refusal } = revert;
  if (outcome === null)
    return { state: "open", why: `git lags runtime: pin ${request.from} → ${request.to} is owed as a commit${lastTry(refusal)}` };
  if (outcome.kind === "committed")
    return { state: "done", why: `git: pin ${request.from} → ${request.to} by commit ${outcome.commit.slice(0, 8)}` };
  if (outcome.kind === "proposed")
    return { state: "waiting", why: `git: pin ${request.from} → ${request.to} is proposed on branch ${outcome.branch}; merge it` };
  return { state: "done", why: `git: ${outcome.why}` };
}

/** In the order in which it happened. */
function stepsOf(
  deployments: readonly Deployment[],
  verifications: readonly ValidationResult[],
  { at: from }: RecoveryStart,
): readonly RecoveryStep[] {
  const taken = deployments.flatMap(({ steps }) =>
    steps.filter(({ at }) => at >= from).map(({ at, state, why }) => ({ at, what: state, why })),
  );
  const proven = verifications.map((verification) => ({
    at: verification.at,
    what: verification.result,
    why: `${nameOf(verification)}: ${verification.detail}`,
  }));
  return [...taken, ...proven].sort((a, b) => a.at - b.at);
}
