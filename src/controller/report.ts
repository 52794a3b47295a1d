/** Log lines for everything that was decided, with the same words that history and surfaces show, and always with what it is about. */

import type { EventKind, PinionEvent } from "../domain/journal/events.ts";
import { describePerson } from "../domain/journal/people.ts";
import type { Rollout } from "../domain/journal/rollout.ts";
import type { DeploymentUpdate, EnvironmentState, ProcessState, Step } from "../domain/journal/state.ts";
import type { Log } from "../ports/log.ts";

/** `before`: what was remembered when it was decided. */
export function report(step: Step, before: EnvironmentState, log: Log): void {
  reportLine(step, log);
  reportAnswers(step, before, log);
  for (const update of step.deployments) reportDeployment(update, step, { before, log });
  reportReverts(step, before, log);
  for (const event of step.events) reportEvent(event, log);
}

interface Around {
  readonly before: EnvironmentState;
  readonly log: Log;
}

function reportLine({ environment, line }: Step, log: Log): void {
  if (!line) return;
  if (line.freeze) log.warn({ environment, by: describePerson(line.freeze.by) }, `frozen: ${line.freeze.why}`);
  else log.info({ environment }, "no longer frozen");
}

function reportAnswers({ environment, answers }: Step, before: EnvironmentState, log: Log): void {
  for (const { id, kind, why } of answers) {
    const order = before.orders.find((given) => given.id === id);
    const about = order
      ? { wish: order.wish.kind, process: "process" in order.wish ? order.wish.process : null, by: describePerson(order.by) }
      : {};
    log.info({ environment, order: id, answer: kind, ...about }, why);
  }
}

function reportDeployment(update: DeploymentUpdate, { environment, processes }: Step, { before, log }: Around): void {
  const rollout = update.opened ? null : rolloutOf(update.id, [...before.processes.values(), ...processes]);
  const { phase, trigger } = update;
  const about = { environment, ...subjectOf(update, rollout), deployment: update.id };
  const fields = { ...about, phase, state: update.step.state, ...(trigger === undefined ? {} : { trigger }) };
  if (phase === "Failed" || phase === "RolledBack" || trigger !== undefined) log.warn(fields, update.step.why);
  else log.info(fields, update.step.why);
}

function subjectOf({ opened }: DeploymentUpdate, rollout: Rollout | null) {
  if (opened) return { process: opened.process, version: opened.version, from: opened.from, kind: opened.kind, commit: opened.commit };
  return rollout ? { process: rollout.process, version: rollout.candidate?.version ?? null } : {};
}

function rolloutOf(deployment: string, rows: readonly ProcessState[]): Rollout | null {
  return rows.find(({ rollout }) => rollout?.deployment === deployment)?.rollout ?? null;
}

/** That a pin is to be put back; what became of it is told by who writes it. */
function reportReverts({ environment, processes }: Step, before: EnvironmentState, log: Log): void {
  for (const { process, revert } of processes) {
    if (!revert || revert.order.id === before.processes.get(process)?.revert?.order.id) continue;
    const { id, from, to, deployment, trigger, mode, why } = revert.order;
    log.warn({ environment, process, version: from, to, deployment, rollback: id, trigger, mode }, `the pin goes back to ${to}: ${why}`);
  }
}

/** How loud an event is logged; null: another line says it. */
const levels: Readonly<Record<EventKind, "info" | "warn" | null>> = {
  started: null,
  "taken-out": null,
  held: "info",
  succeeded: null,
  failed: null,
  "rolled-back": null,
  drift: "warn",
  "git-lags": "warn",
  "store-failing": null,
  "gateway-down": null,
  "gateway-up": null,
  "engine-down": null,
  "engine-up": null,
  "secrets-changed": null,
  frozen: null,
  unfrozen: null,
};

function reportEvent({ environment, process, version, deployment, kind, why }: PinionEvent, log: Log): void {
  const level = levels[kind];
  if (level !== null) log[level]({ environment, process, version, deployment, event: kind }, why);
}
