/** The statuses of an environment, with those processes that the newest commit pins and no pass has looked at yet. */

import type { DesiredState, Pinned } from "../desired/resolve.ts";
import type { EnvironmentName, Instant, ProcessId } from "../names.ts";
import type { Reason } from "../journal/reason.ts";
import type { ProcessState } from "../journal/state.ts";
import type { ProcessStatus } from "../journal/status.ts";

export interface StatusSources {
  readonly environment: EnvironmentName;
  /** Null when environment.yaml cannot be used. */
  readonly desired: DesiredState | null;
  readonly processes: ReadonlyMap<ProcessId, ProcessState>;
  readonly now: Instant;
}

/** Shown of what no pass has looked at yet. */
const notComparedYet: Reason = { code: "NotComparedYet", text: "the newest commit has not been compared yet" };

/** In order of process id. If the newest commit's pin of a process is not compared yet, the status is unknown, not healthy. */
export function listStatuses({ environment, desired, processes, now }: StatusSources): readonly ProcessStatus[] {
  const statuses = [...processes.values()].flatMap(({ status }) => (status ? [status] : []));
  const seen = new Map(statuses.map((status) => [status.process, status]));
  for (const [process, pinned] of desired?.processes ?? []) {
    const status = seen.get(process);
    if (status?.desired !== versionOf(pinned)) seen.set(process, notLookedAt(status ?? blank(environment, process, now), pinned));
  }
  return [...seen.values()].sort((a, b) => (a.process < b.process ? -1 : 1));
}

function versionOf(pinned: Pinned): string {
  return pinned.kind === "run" ? pinned.unit.version : pinned.version;
}

function notLookedAt(status: ProcessStatus, pinned: Pinned): ProcessStatus {
  return { ...status, desired: versionOf(pinned), sync: "Unknown", reason: notComparedYet };
}

function blank(environment: EnvironmentName, process: ProcessId, now: Instant): ProcessStatus {
  return {
    environment,
    process,
    desired: null,
    actual: [],
    sync: "Unknown",
    health: "Missing",
    phase: null,
    reason: notComparedYet,
    since: now,
  };
}
