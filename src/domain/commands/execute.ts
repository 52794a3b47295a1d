/** What becomes of a person's command: carried out on what is remembered, or refused with the reason. Pure, like every decision. */

import { pinnedDefinition } from "../rollback/quarantine.ts";
import { done, type Given, type Executed, refuse, type CommandSpecOf } from "./executed.ts";
import { assertNever } from "../names.ts";
import { signature } from "../journal/commands.ts";
import { describePerson } from "../journal/people.ts";
import type { Rollout, RolloutState } from "../journal/rollout.ts";
import { isByStrategy, rolloutStates } from "../strategies/rollout-states.ts";
import { isBeforeInstalling, reject } from "../strategies/steps.ts";
import { waitedForPersonMs } from "../strategies/deadline.ts";
import { isWaitingForPerson, traitsOf } from "../strategies/traits.ts";
import { recover, rollBack } from "./take-back.ts";

export function execute(given: Given): Executed {
  const { spec } = given.command;
  switch (spec.kind) {
    case "pause":
      return pause(given);
    case "resume":
      return resume(given);
    case "promote":
      return acceptUnjudged(given) ?? promote(given, spec);
    case "abort":
      return abort(given);
    case "retry":
      return retry(given);
    case "rollback":
      return rollBack(given, spec);
    case "recover":
      return recover(given);
    case "freeze":
    case "unfreeze":
      return refuse(`${spec.kind} is a command for a whole environment`);
    default:
      return assertNever(spec);
  }
}

function pause({ command, before, observation }: Given): Executed {
  const { rollout } = before;
  const not = whyNotStoppable(rollout);
  if (!rollout || not) return refuse(not ?? nothing);
  if (rollout.paused) return refuse(`it is paused already, by ${describePerson(rollout.paused.by)}`);
  const why = `paused by ${signature(command)}`;
  return done(before, { ...rollout, paused: { by: command.by, why: command.why, at: observation.now } }, why);
}

function resume(given: Given): Executed {
  const { command, before, observation } = given;
  const { rollout } = before;
  if (!rollout) return refuse(nothing);
  if (!rollout.paused)
    return isWaitingForPerson(rollout)
      ? promote(given, { kind: "promote", process: before.process, isFull: false })
      : refuse("it is not paused");
  return done(before, resumed(rollout, observation.now), `resumed by ${signature(command)}`);
}

/** The time for a verdict is over, and there was none: a person's word takes its place. Null: it does not wait for that. */
function acceptUnjudged({ command, before, observation }: Given): Executed | null {
  const state = before.rollout?.state;
  if (!before.rollout || state?.kind !== "baking" || observation.now < state.until) return null;
  return done(before, { ...before.rollout, state: { ...state, isAccepted: true } }, `accepted as good by ${signature(command)}`);
}

function promote({ command, before, observation }: Given, { isFull }: CommandSpecOf<"promote">): Executed {
  const { rollout } = before;
  const not = whyNotStoppable(rollout);
  if (!rollout?.candidate || not) return refuse(not ?? nothing);
  const state = promoted(rollout, isFull, observation.now);
  if (!state) return refuse(whyNotPromoted(rollout, isFull, observation.now));
  const why = `${"hasPassed" in state ? "promoted to all the traffic" : "promoted to its next step"} by ${signature(command)}`;
  return done(before, { ...promotedAt(rollout, observation.now), state }, why);
}

/** Past what waits; null: nothing waits. */
function promoted({ state, strategy }: Rollout, isFull: boolean, now: number): RolloutState | null {
  return traitsOf(strategy).promoted(strategy, state, { now, isFull });
}

function whyNotPromoted(rollout: Rollout, isFull: boolean, now: number): string {
  if (isFull && promoted(rollout, false, now) !== null)
    return "the other instances have not been checked, and checks are never skipped: promote it without --full";
  return `it is ${rollout.state.kind}: there is no wait that a promotion could skip, and checks are never skipped`;
}

function abort({ command, before, observation }: Given): Executed {
  const { rollout } = before;
  const not = whyNotStoppable(rollout);
  if (!rollout || not) return refuse(not ?? nothing);
  const why = `aborted by ${signature(command)}`;
  const step = reject(rollout, { trigger: "abort", why }, observation.now);
  return done(before, { ...rollout, paused: null, state: step.state }, why, step.actions);
}

function retry({ command, before, desired }: Given): Executed {
  if (before.rollout) return refuse("it is being deployed already");
  const definition = pinnedDefinition(desired);
  const held = before.quarantined.find((entry) => entry.digest === definition);
  if (held?.isInGit) return refuse(`${held.version} is in quarantine.yaml: remove its entry by a commit`);
  if (!held && !before.refused) return refuse("nothing was refused here");
  // It is being written: it would land while the version has the traffic again.
  if (before.revert?.outcome === null && !before.revert.doubt)
    return refuse(`the commit that restores ${before.revert.request.to} is not written yet; try again after that`);
  const quarantined = before.quarantined.filter((entry) => entry !== held);
  const why = `tried again by ${signature(command)}`;
  return {
    kind: "done",
    why,
    after: { ...before, refused: null, quarantined, revert: held ? null : before.revert },
    actions: [],
    timeline: "",
  };
}

const nothing = "nothing is under way";

function whyNotStoppable(rollout: Rollout | null): string | null {
  if (!rollout) return nothing;
  if (!isByStrategy[rollout.kind]) return `commands cannot control a deployment of kind ${rollout.kind}`;
  if (rollout.state.kind === "rejected") return "it is going back already";
  if (rolloutStates[rollout.state.kind].isStoppable || isBeforeInstalling(rollout)) return null;
  return `${rollout.candidate?.version ?? "it"} has all the traffic already; use \`pinion rollback\``;
}

/** Time that it stood still for a person does not count: all of a step that waits for one, paused in it or not. */
function promotedAt(rollout: Rollout, now: number): Rollout {
  if (!isWaitingForPerson(rollout)) return resumed(rollout, now);
  return { ...rollout, paused: null, deadline: rollout.deadline + waitedForPersonMs(rollout, now) };
}

/** Where it goes on waiting for a person, its promotion counts the pause. */
function resumed(rollout: Rollout, now: number): Rollout {
  const since = isWaitingForPerson(rollout) ? now : (rollout.paused?.at ?? now);
  return { ...rollout, paused: null, deadline: rollout.deadline + (now - since) };
}
