/**
 * Recording a decision, also when nothing can be recorded, as on a full disk. What protects callers does not wait for the disk: the
 * traffic goes back first, then that part of the decision is recorded from the journal's reserve, and as long as that fails too it
 * is kept in memory, on top of what the journal remembers.
 */

import { PinionError } from "../domain/errors.ts";
import { protectivePart } from "../domain/decision/protection.ts";
import { type EnvironmentState, isNothingNew, type OwedAction, type Step } from "../domain/journal/state.ts";
import { eventOf } from "../domain/events/decision-events.ts";
import type { Ports } from "./ports.ts";
import { shiftTraffic } from "./shift-traffic.ts";

/**
 * Records a decision with all that waits for it. `before`: what it was decided on. @throws `store/full`, `store/failed`, after
 * callers are protected.
 */
export async function record(step: Step, before: EnvironmentState, ports: Ports): Promise<void> {
  try {
    await ports.journal.record(ports.unrecorded.joined(step));
    ports.unrecorded.clear(step.environment);
    ports.unrecorded.recovered(step.environment, ports.clock.now());
  } catch (error) {
    if (!isOfTheDisk(error)) throw error;
    ports.unrecorded.failed(step.environment, ports.clock.now());
    await protect(step, before, { ports, error });
    throw error;
  }
}

/** Whether an error says that nothing can be recorded. */
export function isOfTheDisk(error: unknown): error is PinionError {
  return error instanceof PinionError && (error.code === "store/full" || error.code === "store/failed");
}

interface Failing {
  readonly ports: Ports;
  readonly error: PinionError;
}

/** What was carried out from memory stays so until it is recorded: what is decided on top of it, and protects nobody, waits. */
async function protect(step: Step, before: EnvironmentState, { ports, error }: Failing): Promise<void> {
  const { unrecorded, log } = ports;
  const { environment } = step;
  const part: Step = { ...unrecorded.joined(protectivePart(step, before)), isUrgent: true };
  const urgent = withNews(part, unrecorded.isNews(environment) ? error : null);
  if (isNothingNew(urgent)) return;
  unrecorded.keep(urgent);
  await takeBack(urgent, ports);
  try {
    await ports.journal.record(urgent);
    unrecorded.clear(environment);
    if (urgent.events.length > 0) ports.telling.ring();
  } catch (second) {
    log.warn({ environment, error: second }, "what protects callers is done, and cannot be recorded yet");
  }
}

/** Traffic first: what the decision owes to the router is done from memory. */
async function takeBack(part: Step, ports: Ports): Promise<void> {
  const { environment } = part;
  const actions = [...part.owed.values()].flat().filter((action) => action.kind === "ensure-weights");
  const owed = actions.map((action): OwedAction => ({ id: 0, action, notBefore: 0, stuck: null }));
  const journal = { ...ports.journal, settled: () => Promise.resolve() };
  for (const { owed: refused, error } of await shiftTraffic(environment, owed, { ...ports, journal }))
    ports.log.warn({ environment, action: refused.action.kind, error }, "traffic cannot be taken back yet");
}

/** The same failure is told once. */
function withNews(step: Step, error: PinionError | null): Step {
  if (!error) return step;
  const why = `nothing can be recorded: ${error.message}`;
  return { ...step, events: [...step.events, eventOf(step, step.environment, { kind: "store-failing", why })] };
}
