/** The picture as it changes, for pipes and logs: one line for everything that is new, and none twice. */

import type { EnvironmentStatus, Overview, ProcessView, RepositoryStatus } from "../../../api/views.ts";
import type { Instant } from "../../../domain/names.ts";
import { describePerson } from "../../../domain/journal/people.ts";
import { renderActual } from "../render/processes.ts";
import { describeQuarantined, describeRevert } from "../../../api/describe-revert.ts";
import { describeStep } from "../render/rollout.ts";
import { byStage } from "../terminal/stages.ts";
import { clockTime } from "../terminal/time.ts";
import { printable } from "../../../domain/safe-text.ts";

/** Lines for what has changed since it was asked last; at first for everything. */
export type ChangeLog = (overview: Overview, now: Instant) => readonly string[];

export function createChangeLog(): ChangeLog {
  const known = new Map<string, string>();
  return ({ gateway, repository, environments }, now) => {
    const outage = gateway?.state === "down" ? `down: ${printable(gateway.why)}` : "";
    const lines = [["gateway", outage] as const, describeRepository(repository), ...byStage(environments).flatMap(describeEnvironment)];
    return lines.flatMap(([subject, text]) => {
      const isNew = known.get(subject) !== text && (known.has(subject) || text !== "");
      known.set(subject, text);
      return isNew ? [`${clockTime(now)}  ${subject}  ${text === "" ? "no more" : text}`] : [];
    });
  };
}

type Line = readonly [subject: string, text: string];

function describeRepository({ state, commit, subject, code, reason }: RepositoryStatus): Line {
  const head = commit === null ? "nothing fetched yet" : `${commit.slice(0, 8)} ${printable(subject ?? "")}`;
  return ["repository", `${head}  ${state}${state === "ok" ? "" : ` ${code === null ? "" : `${code}: `}${printable(reason)}`}`];
}

function describeEnvironment({ name, freeze, findings, processes }: EnvironmentStatus): readonly Line[] {
  const errors = findings.filter(({ severity }) => severity === "error");
  return [
    [`${name} frozen`, freeze ? `by ${printable(describePerson(freeze.by))}: ${printable(freeze.why)}` : ""],
    [`${name} errors`, errors.map(({ file, line, message }) => `${printable(file)}:${line} ${printable(message)}`).join("; ")],
    ...processes.flatMap((process) => describeProcess(name, process)),
  ];
}

function describeProcess(environment: string, process: ProcessView): readonly Line[] {
  const subject = `${environment}/${printable(process.process)}`;
  const quarantine = process.quarantined.map((one) => describeQuarantined(one, environment)).join("; ");
  return [
    [subject, describeState(process)],
    [`${subject} revert`, process.revert ? describeRevert(process.revert) : ""],
    [`${subject} quarantine`, quarantine],
  ];
}

/** `1.5.0 100%  Synced  Healthy  Succeeded  has all traffic`, on one line and without anything that changes by itself. */
export function describeState(process: ProcessView): string {
  const { progress, sync, health, phase, reason } = process;
  const steps = progress ? `  ${describeStep(progress)}${progress.paused ? ", paused" : ""}` : "";
  return `${renderActual(process)}  ${sync}  ${health}  ${phase ?? "-"}${steps}  ${printable(reason.text)}`;
}
