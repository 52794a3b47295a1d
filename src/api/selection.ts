/** The part of the overview that somebody asked for. */

import type { Overview } from "./views.ts";
import { PinionError } from "../domain/errors.ts";
import type { EnvironmentName, ProcessId } from "../domain/names.ts";

export interface Selection {
  readonly environment?: EnvironmentName | undefined;
  readonly process?: ProcessId | undefined;
}

/** Only the environment and the process named. @throws `environment/unknown`, `process/unknown` when there is no such thing. */
export function selectFrom(overview: Overview, { environment, process }: Selection): Overview {
  const environments = overview.environments.filter(({ name }) => environment === undefined || name === environment);
  if (environment !== undefined && environments.length === 0) {
    throw new PinionError(
      "environment/unknown",
      `no environment is called "${environment}"; ${thereAre(overview.environments.map(({ name }) => name))}`,
    );
  }
  if (process === undefined) return { ...overview, environments };
  const narrowed = environments.map((one) => ({ ...one, processes: one.processes.filter((status) => status.process === process) }));
  if (narrowed.every(({ processes }) => processes.length === 0)) {
    throw new PinionError("process/unknown", `no process is called "${process}"${environment === undefined ? "" : ` in ${environment}`}`);
  }
  return { ...overview, environments: narrowed };
}

function thereAre(names: readonly string[]): string {
  return names.length === 0 ? "there is none yet" : `there are: ${names.join(", ")}`;
}
