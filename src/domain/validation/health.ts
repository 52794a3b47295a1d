/** What a process is asked for its health. */

import { type EnvironmentSpec, strategyFor } from "../desired/environment.ts";
import type { ProcessId } from "../names.ts";
import { traitsOf } from "../strategies/traits.ts";

/** The strategy's own path comes before the environment's. Null: nothing is asked. */
export function healthCheckOf(spec: EnvironmentSpec, process: ProcessId): EnvironmentSpec["validation"]["healthCheck"] {
  const strategy = strategyFor(spec, process);
  return traitsOf(strategy).healthCheck(strategy) ?? spec.validation.healthCheck;
}
