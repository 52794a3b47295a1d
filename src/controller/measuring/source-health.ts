/** Logs when a metric stops to say anything, and when it speaks again: once each, not at every measurement. */

import type { Measured } from "../../domain/analysis/metrics.ts";
import type { EnvironmentName } from "../../domain/names.ts";
import type { Log } from "../../ports/log.ts";

export interface SourceErrors {
  note(measured: Measured): void;
}

/** Sources beyond this number are not kept. */
const most = 1_000;

/** The troubles of one environment. */
export function createSourceErrors(log: Log, environment: EnvironmentName): SourceErrors {
  const known = new Map<string, string>();
  return {
    note({ check: { source, name, windowMs, minRequests }, candidate }) {
      // A metric and a trigger may have one name.
      const key = `${source} ${name} ${windowMs} ${minRequests}`;
      const before = known.get(key);
      if (candidate.kind !== "none") {
        if (before !== undefined) log.info({ environment, source, metric: name }, `${name} is measured again`);
        known.delete(key);
      } else if (before !== candidate.why && known.size < most) {
        const { why, isQuiet } = candidate;
        known.set(key, why);
        const level = isQuiet === true ? "info" : "warn";
        log[level]({ environment, source, metric: name, why }, `${name} has nothing to say: ${why}`);
      }
    },
  };
}
