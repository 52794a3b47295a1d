/** Commands on their way through a decision: for the environment as a whole, for each process, and what is answered. */

import { codeUnderWay } from "./deployment-reason.ts";
import type { Action } from "../journal/actions.ts";
import type { ProcessDecision } from "../journal/case.ts";
import type { Desired } from "../desired/resolve.ts";
import type { Instant, ProcessId } from "../names.ts";
import { freezeForLostJournal } from "./lost-journal.ts";
import { execute } from "../commands/execute.ts";
import type { Executed } from "../commands/executed.ts";
import { describeFreeze, type Freeze, type Command, type CommandResult, signature } from "../journal/commands.ts";
import { describePerson } from "../journal/people.ts";
import type { Observation } from "../observed/observation.ts";
import type { DeploymentUpdate, EnvironmentState, ProcessState } from "../journal/state.ts";

/** What was commanded for the environment as a whole. */
export interface FreezeOutcome {
  readonly freeze: Freeze | null;
  readonly isNews: boolean;
  /** How long it was frozen until it was lifted just now, while somebody ran, in milliseconds; 0: nothing was lifted. */
  readonly unfrozenAfterMs: number;
  readonly results: readonly CommandResult[];
}

/** Freezing and unfreezing, in the order in which the commands came. */
export function applyFreezeCommands(state: EnvironmentState, observation: Observation): FreezeOutcome {
  const { commands, freeze: before } = state;
  const { now } = observation;
  const results: CommandResult[] = [];
  let freeze = before ?? freezeForLostJournal(state, observation);
  let unfrozenAfterMs = 0;
  for (const command of commands) {
    const { kind } = command.spec;
    if (kind === "freeze") {
      results.push(resultOfFreeze(command, freeze, now));
      freeze ??= { by: command.by, why: command.why, at: now, lostMs: observation.lostMs };
    } else if (kind === "unfreeze") {
      results.push(
        freeze
          ? done(command, `the freeze by ${describePerson(freeze.by)} is lifted; deployments continue`, now)
          : refused(command, "it is not frozen", now),
      );
      if (freeze) unfrozenAfterMs += frozenMs(freeze, observation);
      freeze = null;
    }
  }
  return { freeze, isNews: freeze !== before, unfrozenAfterMs, results };
}

/** Without the time in which no controller ran: that is added separately. */
function frozenMs({ at, lostMs }: Freeze, observation: Observation): number {
  return Math.max(0, observation.now - at - (observation.lostMs - (lostMs ?? observation.lostMs)));
}

function resultOfFreeze(command: Command, freeze: Freeze | null, now: Instant): CommandResult {
  if (freeze) return refused(command, `frozen already, by ${signature(freeze)}`, now);
  return done(command, "nothing new is deployed here until it is unfrozen", now);
}

/** Time that a deployment stood still in a freeze does not count. */
export function unfrozen(process: ProcessState, afterMs: number): ProcessState {
  if (afterMs === 0 || !process.rollout) return process;
  return { ...process, rollout: { ...process.rollout, deadline: process.rollout.deadline + afterMs } };
}

export function commandsFor({ commands }: EnvironmentState, process: ProcessId): readonly Command[] {
  if (commands.length === 0) return commands;
  return commands.filter(({ spec }) => "process" in spec && spec.process === process);
}

/** What the commands about one process have done to it. */
export interface Given {
  readonly after: ProcessState;
  readonly actions: readonly Action[];
  readonly timeline: readonly DeploymentUpdate[];
  /** Whether what was owed before is void. */
  readonly hasActed: boolean;
  readonly results: readonly CommandResult[];
}

/** What commands about a process are held against. */
export interface Circumstances {
  readonly desired: Desired | null;
  readonly observation: Observation;
  readonly freeze: Freeze | null;
  /** All processes of the environment, as remembered. */
  readonly processes: ReadonlyMap<ProcessId, ProcessState>;
}

export function applyCommands(commands: readonly Command[], before: ProcessState, around: Circumstances): Given {
  let given: Given = { after: before, actions: [], timeline: [], hasActed: false, results: [] };
  for (const command of commands) given = carryOut(given, command, around);
  return given;
}

function carryOut(given: Given, command: Command, { desired, observation, freeze, processes }: Circumstances): Given {
  const executed: Executed =
    freeze && isPromotion(command, given.after)
      ? { kind: "refused", why: `${describeFreeze(freeze)}; nothing gets more traffic until it is unfrozen` }
      : execute({ command, before: given.after, desired, observation, processes });
  if (executed.kind === "refused") return { ...given, results: [...given.results, refused(command, executed.why, observation.now)] };
  const hasMoved = executed.after.rollout?.state !== given.after.rollout?.state;
  return {
    after: executed.after,
    actions: hasMoved ? executed.actions : [...given.actions, ...executed.actions],
    timeline: [...given.timeline, ...(executed.deployments ?? []), ...timelineOf(executed.after, executed.timeline, observation.now)],
    hasActed: given.hasActed || hasMoved,
    results: [...given.results, done(command, executed.why, observation.now)],
  };
}

/** What waits for a person is taken further by resuming it, too. */
function isPromotion({ spec }: Command, { rollout }: ProcessState): boolean {
  return spec.kind === "promote" || (spec.kind === "resume" && rollout !== null && !rollout.paused);
}

function timelineOf({ rollout }: ProcessState, why: string, at: Instant): readonly DeploymentUpdate[] {
  if (!rollout || why === "") return [];
  const { state } = rollout;
  const rejected = state.kind === "rejected" ? { trigger: state.trigger } : {};
  return [
    {
      id: rollout.deployment,
      phase: "Running",
      step: { at, state: state.kind, code: codeUnderWay(rollout), why },
      endedAt: null,
      ...rejected,
    },
  ];
}

/** The decision with what the commands asked for: their story first; their actions, unless the decision has gone beyond them. */
export function withCommands(given: Given, decision: ProcessDecision): ProcessDecision {
  const deployments = given.timeline.length === 0 ? decision.deployments : [...given.timeline, ...decision.deployments];
  if (!given.hasActed) return { ...decision, deployments };
  const actions = decision.replacesOwed ? decision.actions : [...given.actions, ...decision.actions];
  return { ...decision, deployments, actions, replacesOwed: true };
}

/** Commands about processes that do not exist. */
export function resultsForUnknown(
  { commands }: EnvironmentState,
  results: readonly CommandResult[],
  { now }: Observation,
): readonly CommandResult[] {
  const known = new Set(results.map(({ id }) => id));
  return commands.filter(({ id }) => !known.has(id)).map((command) => refused(command, "no such process is pinned or runs here", now));
}

function done({ id }: Command, why: string, at: Instant): CommandResult {
  return { id, kind: "done", why, at };
}

function refused({ id }: Command, why: string, at: Instant): CommandResult {
  return { id, kind: "refused", why, at };
}
