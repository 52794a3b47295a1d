/** Log lines for everything that was decided, with the same words that history and surfaces show, and always with what it is about. */

import type { EventKind, PinionEvent } from "../domain/journal/events.ts";
import { describePerson } from "../domain/journal/people.ts";
import type { Rollout } from "../domain/journal/rollout.ts";
import type { DeploymentUpdate, EnvironmentState, ProcessState, Decision } from "../domain/journal/state.ts";
import type { Log } from "../ports/log.ts";

/** `before`: what was remembered when it was decided. */
export function report(decision: Decision, before: EnvironmentState, log: Log): void {
  reportLine(decision, log);
  reportAnswers(decision, before, log);
  for (const update of decision.deployments) reportDeployment(update, decision, { before, log });
  reportReverts(decision, before, log);
  for (const event of decision.events) reportEvent(event, log);
}

interface Around {
  readonly before: EnvironmentState;
  readonly log: Log;
}

function reportLine({ environment, freezing: line }: Decision, log: Log): void {
  if (!line) return;
  if (line.freeze) log.warn({ environment, by: describePerson(line.freeze.by) }, `frozen: ${line.freeze.why}`);
  else log.info({ environment }, "no longer frozen");
}

function reportAnswers({ environment, results }: Decision, before: EnvironmentState, log: Log): void {
  for (const { id, kind, why } of results) {
    const command = before.commands.find((given) => given.id === id);
    const about = command
      ? { kind: command.spec.kind, process: "process" in command.spec ? command.spec.process : null, by: describePerson(command.by) }
      : {};
    log.info({ environment, command: id, result: kind, ...about }, why);
  }
}

function reportDeployment(update: DeploymentUpdate, { environment, processes }: Decision, { before, log }: Around): void {
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
function reportReverts({ environment, processes }: Decision, before: EnvironmentState, log: Log): void {
  for (const { process, revert } of processes) {
    if (!revert || revert.request.id === before.processes.get(process)?.revert?.request.id) continue;
    const { id, from, to, deployment, trigger, mode, why } = revert.request;
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
