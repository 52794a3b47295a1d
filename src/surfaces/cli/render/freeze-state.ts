/** What a freeze, or its end, means for callers and for git just now. Pure. */

import type { EnvironmentStatus, ProcessView } from "../../../api/views.ts";
import { sharesOf } from "../../../api/recovery.ts";
import { describeRevert } from "../../../api/describe-revert.ts";

export interface FreezeState {
  /** Whether the environment is as the command asked for. */
  readonly isDone: boolean;
  /** What is under way, each in one line. */
  readonly traffic: readonly string[];
  /** What is pinned and not deployed, or deployed and not pinned. */
  readonly git: readonly string[];
}

const mostLines = 10;

export function judgeFreeze(environment: EnvironmentStatus | null, kind: "freeze" | "unfreeze"): FreezeState {
  if (!environment) return { isDone: false, traffic: [], git: [] };
  const { processes, freeze } = environment;
  const moving = processes.filter(({ progress }) => progress !== null);
  const waiting = processes.filter(({ sync, progress, revert }) => sync === "OutOfSync" && progress === null && revert === null);
  const isFrozen = kind === "freeze";
  return {
    isDone: (freeze !== null) === isFrozen,
    traffic: shortened(
      moving.map((process) => describeMoving(process, isFrozen)),
      "stays as it is",
    ),
    git: shortened([...waiting.map((process) => describeWaiting(process, isFrozen)), ...owedOf(processes)], "says what runs"),
  };
}

function describeMoving({ process, actual, progress }: ProcessView, isFrozen: boolean): string {
  const isGoingBack = progress?.state === "rejected";
  const how = isGoingBack ? "goes back, frozen or not" : isFrozen ? "gets no more of it" : "continues";
  return `${process} ${progress?.version ?? ""} ${how}; ${sharesOf(actual)}`;
}

function describeWaiting({ process, desired, reason }: ProcessView, isFrozen: boolean): string {
  return isFrozen
    ? `${process} ${desired ?? "nothing"} is pinned and waits`
    : `${process} ${desired ?? "nothing"} is pinned: ${reason.text}`;
}

function owedOf(processes: readonly ProcessView[]): readonly string[] {
  return processes.flatMap(({ process, revert }) =>
    revert && revert.outcome === null ? [`${process}: ${describeRevert(revert).replace(/^git: /u, "")}`] : [],
  );
}

function shortened(lines: readonly string[], none: string): readonly string[] {
  if (lines.length === 0) return [none];
  return lines.length <= mostLines
    ? lines
    : [...lines.slice(0, mostLines), `and ${lines.length - mostLines} more; \`pinion status\` shows them`];
}
