/** A person takes a version back: by a commit that puts the pin back, or traffic first. Who changed paths with it goes back with it. */

import { reopened } from "../rollback/rejected-with.ts";
import { describeGroup } from "../rollback/together.ts";
import { describeFinding } from "../finding.ts";
import type { Digest, ProcessId, UnitRef, Version } from "../names.ts";
import { done, type Given, type Executed, refuse, type CommandSpecOf } from "./executed.ts";
import { type Command, signature } from "../journal/commands.ts";
import { describePerson } from "../journal/people.ts";
import { findQuarantined, isInQuarantine, pinnedDefinition } from "../rollback/quarantine.ts";
import { pinnedVersion, whatIsPinned } from "../desired/resolve.ts";
import type { PinBack, Revert, RevertRequest } from "../journal/revert.ts";
import { afterRejection, withRevertOwed, toQuarantine } from "../rollback/policy.ts";
import type { Rollout } from "../journal/rollout.ts";
import type { Observation } from "../observed/observation.ts";
import type { ProcessState } from "../journal/state.ts";
import { giveTraffic, reject } from "../strategies/steps.ts";
import {
  describeKeeper,
  exchangedWith,
  type Group,
  groupOf,
  hasPredecessor,
  pinsBack,
  surroundings,
  type WayBack,
} from "../rollback/ways-back.ts";

/** A commit by the writer of all reverts, which names the person; the pin that is fetched then does the rest. */
export function rollBack(given: Given, { to }: CommandSpecOf<"rollback">): Executed {
  const { before, desired } = given;
  const from = pinnedVersion(desired);
  if (from === null) return refuse("it is not pinned here");
  const target = to ?? otherGood(given, from);
  const not = whyNotRolledBack(given, from, target);
  if (target === null || not !== null) return refuse(not ?? noOtherGood(given, from));
  const group = groupBack(given, target);
  const held = group && whyNotByCommit(group);
  if (held) return refuse(held);
  return byCommit(given, { process: before.process, from, to: target }, group);
}

function byCommit({ command, before, observation }: Given, pin: PinBack, group: Group | null): Executed {
  const mode = observation.spec?.rollback.manual.approvalRequired ? "propose" : "push";
  const along = group ? pinsBack(pin.process, group, observation) : [];
  const what = { ...pin, ...(along.length > 0 && { along }) };
  const after = withRevertOwed(before, { ...revertBy(command, observation, what), trigger: "manual", mode });
  const how = mode === "push" ? "a commit restores the pin" : "a commit that restores the pin is proposed on a branch, for approval";
  const why = `${how}: ${pin.from} → ${pin.to}${ofUnjudged(before, pin.to)}${besides(group, pin.process)}`;
  return { kind: "done", why, after, actions: [], timeline: "" };
}

/** The processes that go back with it; null: that is not known, or there are none. */
function groupBack(given: Given, target: Version): Group | null {
  const { before, observation, processes } = given;
  const around = surroundings(observation, (process) => (process === before.process ? before : processes.get(process)));
  const way = wayBackTo(given, target);
  return around && way ? groupOf(before.process, way, around) : null;
}

function wayBackTo({ before, desired }: Given, target: Version): WayBack | null {
  if (desired?.kind !== "run") return null;
  const { unit: from } = desired;
  const { rollout } = before;
  const isUnderWay = rollout?.candidate?.digest === from.digest && rollout.stable?.version === target;
  return isUnderWay ? { kind: "reject", rollout } : wayBackFrom(before, from, target);
}

/** Its deployment is over. */
function wayBackFrom(before: ProcessState, from: UnitRef, target: Version): WayBack | null {
  const exchanged = exchangedWith(before, from.digest);
  const own = exchanged.find(({ process }) => process === before.process)?.before;
  if (own?.version === target) return { kind: "reopen", from, to: own, exchanged };
  const to = before.knownGood.find(({ version }) => version === target);
  return to ? { kind: "reopen", from, to: { process: to.process, version: to.version, digest: to.digest }, exchanged: [] } : null;
}

/** A commit puts pins back, and cannot bring back what has none. */
function whyNotByCommit({ keeper, members }: Group): string | null {
  if (keeper !== null) return describeKeeper(keeper);
  const gone = [...members].find(([, { kind }]) => kind === "return")?.[0];
  return gone === undefined ? null : `${gone} was taken out by the commit that moved its paths here: revert that commit`;
}

function besides(group: Group | null, process: ProcessId): string {
  const more = group ? describeGroup(process, group) : "";
  return more === "" ? "" : `; ${more}`;
}

/** A person who goes back to a version is told if it had no request while it baked. */
function ofUnjudged({ knownGood }: ProcessState, target: Version): string {
  const unjudged = knownGood.find(({ version }) => version === target)?.unjudged;
  return unjudged === undefined ? "" : ` (${target} was not judged: ${unjudged})`;
}

function noOtherGood({ before }: Given, pinned: string): string {
  const held = before.knownGood.filter(({ version }) => version !== pinned).map(({ version }) => version);
  if (held.length === 0) return "no other version was ever found good here; pin one by a pull request";
  return `what was found good here is in quarantine (${held.join(", ")}): remove an entry from quarantine.yaml first, or pin another version by a pull request`;
}

function whyNotRolledBack(given: Given, from: string, target: string | null): string | null {
  const { before, observation } = given;
  if (observation.settingsOf !== undefined) return withoutEffect(observation);
  if (!observation.spec?.rollback.manual.enabled) return "manual rollback is off here (rollbackPolicy.manual.enabled)";
  if (target === null) return noOtherGood(given, from);
  if (target === from) return `${from} is pinned already`;
  if (isInQuarantine(before, { version: target }, observation))
    return `${target} is in quarantine here: remove its entry from quarantine.yaml first`;
  if (!before.knownGood.some((good) => good.version === target)) return `${target} was never found good here; pin it by a pull request`;
  return whyNotRevertedTwice(before.revert, from, target);
}

/** The commit would be written, and the version would keep its traffic: the pins of an earlier commit are in force. */
function withoutEffect({ environment, findings }: Observation): string {
  const [error] = findings.filter(({ severity }) => severity === "error");
  const why = error === undefined ? "" : ` (${describeFinding(error)})`;
  return `environment.yaml of ${environment} cannot be used${why}, and a commit that restores a pin has no effect until then; \`pinion recover\` moves the traffic back at once`;
}

function whyNotRevertedTwice(revert: Revert | null, from: Version, target: Version | null): string | null {
  if (!revert) return null;
  const { request, outcome } = revert;
  if (outcome === null) return `a revert to ${request.to} is owed already`;
  const isSame = request.from === from && request.to === target;
  return isSame && outcome.kind === "proposed" ? `a revert to ${request.to} is proposed already: merge branch ${outcome.branch}` : null;
}

/** Stops what is under way and goes to the last good version, traffic first; the pin follows. */
export function recover(given: Given): Executed {
  const { rollout } = given.before;
  if (!rollout || rollout.kind === "self-heal") return recoverFromPinned(given);
  if (rollout.state.kind === "rejected") return refuse(`it is going back already: ${rollout.state.why}`);
  if (rollout.kind !== "deploy") return refuse(`it is going back already: ${rollout.kind}`);
  return rollout.stable || hasPredecessor(rollout, given.observation)
    ? recoverFrom(given, rollout)
    : refuse("no version ran here before it; `pinion abort` stops it");
}

function recoverFrom({ before, desired, observation, command }: Given, rollout: Rollout): Executed {
  const reason = { trigger: "emergency", why: emergency(command) };
  const step = reject(rollout, reason, observation.now);
  const after = afterRejection(before, { rollout, reason, desired, observation, by: command.by });
  const to = `stops ${rollout.candidate?.version ?? "what is under way"} and goes back to ${rollout.stable?.version ?? "the process that served its paths before"}`;
  return { ...done(after, { ...rollout, paused: null, state: step.state }, reason.why, step.actions), why: to };
}

function recoverFromPinned(given: Given): Executed {
  const { before, desired, observation, command } = given;
  const definition = pinnedDefinition(desired);
  const from = pinnedVersion(desired);
  const target = from === null ? null : otherGood(given, from);
  if (from === null) return refuse("it is not pinned here");
  if (definition === null)
    return refuse(`it goes back from what is pinned, and that cannot be deployed: ${whatIsPinned(desired)}; correct the pin by a commit`);
  if (target === null) return refuse(noOtherGood(given, from));
  const gone = whyGone(given, definition);
  if (gone !== null) return refuse(gone);
  const revert = revertBy(command, observation, { process: before.process, from, to: target });
  const after = withRevertOwed(before, {
    ...revert,
    quarantine: toQuarantine(before, definition, target),
    trigger: "emergency",
    why: emergency(command),
  });
  const answer = { kind: "done", why: `goes back from ${from} to ${target}`, after, actions: [], timeline: "" } as const;
  return { ...answer, ...withOthers(given, target, after) };
}

/** Where others must go back in the same write, it does so as what is under way does: rejected, with them. */
function withOthers(given: Given, target: Version, after: ProcessState): Partial<Extract<Executed, { kind: "done" }>> {
  const { before, observation, command } = given;
  const way = wayBackTo(given, target);
  const group = groupBack(given, target);
  if (!group || way?.kind !== "reopen" || before.rollout) return {};
  if (group.keeper === null && group.members.size === 1 && group.orphans.length === 0) return {};
  const begun = reopened(way, before.process, { trigger: "emergency", why: emergency(command) }, observation);
  if (!begun) return {};
  return { after: { ...after, rollout: begun.rollout }, actions: giveTraffic(before.process, way.to), deployments: begun.deployments };
}

/** It went back before: a second time would only overwrite what rejected it. */
function whyGone({ before, observation: { routes } }: Given, definition: Digest): string | null {
  const held = findQuarantined(before, definition);
  if (!held || routes.kind === "unknown") return null;
  const shares = routes.value.get(before.process)?.shares ?? [];
  const isServed = shares.some(({ version, weight }) => weight > 0 && version === held.version);
  return isServed ? null : `it has gone back already: ${held.version} has no traffic and is in quarantine: ${held.why}`;
}

function emergency(command: Command): string {
  return `emergency: ${signature(command)}`;
}

/** The version that was found good last, of those that are neither pinned nor in quarantine. */
function otherGood({ before, observation }: Given, pinned: Version): Version | null {
  return before.knownGood.find((good) => good.version !== pinned && !isInQuarantine(before, good, observation))?.version ?? null;
}

function revertBy(
  command: Command,
  observation: Observation,
  what: Pick<RevertRequest, "process" | "from" | "to" | "along">,
): Omit<RevertRequest, "trigger"> {
  const about = {
    at: observation.now,
    commit: observation.commit,
    deployment: null,
    by: command.by,
    quarantine: null,
    mode: "push" as const,
  };
  return {
    id: `order.${command.id}`,
    environment: observation.environment,
    ...what,
    ...about,
    why: command.why || `rolled back by ${describePerson(command.by)}`,
  };
}
