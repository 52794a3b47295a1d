/** One log line for everything that happened to a deployment, with the same words that history and surfaces show. */

import type { Step } from "../domain/state.ts";
import type { Log } from "../ports/log.ts";

export function report(step: Step, log: Log): void {
  for (const update of step.deployments) {
    const about = update.opened
      ? { process: update.opened.process, version: update.opened.version, kind: update.opened.kind, commit: update.opened.commit }
      : {};
    const fields = { environment: step.environment, deployment: update.id, phase: update.phase, state: update.step.state, ...about };
    if (update.phase === "Failed" || update.phase === "RolledBack") log.warn(fields, update.step.why);
    else log.info(fields, update.step.why);
  }
}
