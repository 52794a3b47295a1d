/**
 * Recording a decision, also when nothing can be recorded, as on a full disk. What protects callers does not wait for the disk: the
 * traffic goes back first, and schedules with it, then that part of the decision is recorded from the journal's reserve, and as long as
 * that fails too it is kept in memory, on top of what the journal remembers.
 */

import type { PinionError } from "../domain/errors.ts";
import { type Action, processOf } from "../domain/journal/actions.ts";
import type { EnvironmentName } from "../domain/names.ts";
import { protectivePart } from "../domain/decision/protection.ts";
import { type EnvironmentState, isNothingNew, type OwedAction, type Decision } from "../domain/journal/state.ts";
import { isBeforeInstalling } from "../domain/strategies/steps.ts";
import { eventOf } from "../domain/events/decision-events.ts";
import type { Refusal } from "./owed.ts";
import { arm, install, remove, stuckBy } from "./perform.ts";
import type { Ports } from "./ports.ts";
import { shiftTraffic, type Unsaid } from "./shift-traffic.ts";
import { isOfTheDisk } from "./unrecorded.ts";

/**
 * Records a decision with all that waits for it. `before`: what it was decided on. @throws `store/full`, `store/failed`, after
 * callers are protected.
 */
export async function record(decision: Decision, before: EnvironmentState, ports: Ports): Promise<void> {
  try {
    await ports.journal.record(ports.unrecorded.joined(decision));
    ports.unrecorded.clear(decision.environment);
    ports.unrecorded.recovered(decision.environment, ports.clock.now());
  } catch (error) {
    if (!isOfTheDisk(error)) throw error;
    ports.unrecorded.failed(decision.environment, ports.clock.now());
    await protect(decision, before, { ports, error });
    throw error;
  }
}

interface Failing {
  readonly ports: Ports;
  readonly error: PinionError;
}

/** What was carried out from memory stays so until it is recorded: what is decided on top of it, and does not protect callers, waits. */
async function protect(decision: Decision, before: EnvironmentState, { ports, error }: Failing): Promise<void> {
  const { unrecorded, log } = ports;
  const { environment } = decision;
  const part: Decision = { ...unrecorded.joined(protectivePart(decision, before)), isUrgent: true };
  const urgent = withNews(part, unrecorded.isNews(environment) ? error : null);
  if (isNothingNew(urgent)) return;
  const left = await takeBack(urgent, ports);
  unrecorded.keep(left);
  try {
    await ports.journal.record(left);
    unrecorded.clear(environment);
    if (urgent.events.length > 0) ports.dispatcher.notify();
  } catch (second) {
    log.warn({ environment, error: second }, "protective actions are done, but cannot be recorded yet");
  }
}

/** What the decision owes is done from memory, as far as it protects callers. What is left is owed still. */
async function takeBack(part: Decision, ports: Ports): Promise<Decision> {
  const { environment } = part;
  const owed = [...part.owed.values()].flat().map((action, id): OwedAction => ({ id, action, notBefore: 0, stuck: null }));
  const done = new Set<Action>();
  const settled = async (_: string, ids: readonly number[]): Promise<void> => {
    for (const { id, action } of owed) if (ids.includes(id)) done.add(action);
  };
  const state = async (): Promise<EnvironmentState> => withOwed(await ports.journal.state(environment), part, owed);
  const inMemory: Ports = { ...ports, journal: { ...ports.journal, acknowledged: settled, state } };
  const protective: Protective = { owed, isMakingRoom: makingRoom(part), unsaid: whyTakenBack(part) };
  for (const refusal of await performProtective(environment, protective, inMemory)) {
    const stuck = stuckBy(environment, refusal, ports);
    ports.unrecorded.refused(environment, stuck);
    ports.log.warn({ environment, action: stuck.action.kind, code: stuck.code }, `cannot be rolled back yet: ${stuck.detail}`);
  }
  return { ...part, owed: new Map([...part.owed].map(([process, actions]) => [process, actions.filter((action) => !done.has(action))])) };
}

interface Protective {
  readonly owed: readonly OwedAction[];
  readonly isMakingRoom: (owed: OwedAction) => boolean;
  readonly unsaid: Unsaid;
}

/** Traffic first; schedules fire where it goes; then the good version is brought in where it is not there, for the next pass. */
async function performProtective(
  environment: EnvironmentName,
  { owed, isMakingRoom, unsaid }: Protective,
  ports: Ports,
): Promise<readonly Refusal[]> {
  const unshifted = await shiftTraffic(environment, owed, ports, unsaid);
  const waiting = new Set(unshifted.map((refusal) => processOf(refusal.owed.action)));
  const shifted = owed.filter(({ action }) => !waiting.has(processOf(action)));
  return [
    ...unshifted,
    ...(await arm(environment, shifted, ports)),
    ...(await install(environment, owed, ports)),
    ...(await remove(environment, owed.filter(isMakingRoom), ports)),
  ];
}

/** Of what is rejected: if this controller ends before there is room, the next one reads it in the router's table. */
function whyTakenBack({ processes }: Decision): Unsaid {
  return new Map(
    processes.flatMap(({ process, rollout }) => {
      if (rollout?.state.kind !== "rejected") return [];
      const { trigger, why } = rollout.state;
      return [[process, { deployment: rollout.deployment, trigger, why }] as const];
    }),
  );
}

/** A rollback by `recreate` takes out the installed version before the good one comes in. All other removals can wait. */
function makingRoom({ processes }: Decision): (owed: OwedAction) => boolean {
  const rollouts = new Map(processes.map(({ process, rollout }) => [process, rollout]));
  return ({ action }) => {
    const rollout = rollouts.get(processOf(action)) ?? null;
    return rollout !== null && isBeforeInstalling(rollout);
  };
}

/** What is remembered, as if the decision were recorded: who changes paths with whom waits for that one, as it does on a disk with room. */
function withOwed(remembered: EnvironmentState, part: Decision, owed: readonly OwedAction[]): EnvironmentState {
  return { ...remembered, owed: [...remembered.owed.filter(({ action }) => !part.owed.has(processOf(action))), ...owed] };
}

/** The same failure is told once. */
function withNews(decision: Decision, error: PinionError | null): Decision {
  if (!error) return decision;
  const why = `nothing can be recorded: ${error.message}`;
  return { ...decision, events: [...decision.events, eventOf(decision, decision.environment, { kind: "store-failing", why })] };
}
