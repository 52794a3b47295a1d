/**
 * The instances of every environment's engine as they were seen last, for those who look: a look waits for nobody. What passes see is
 * remembered, and a look that finds it older than a second asks anew, for the next one.
 */

import type { EnvironmentName, Instant } from "../domain/names.ts";
import type { EngineInstance } from "../domain/desired/unit.ts";
import type { Ports } from "./ports.ts";

/** As an engine answered last, or failed to. */
export interface ObservedInstances {
  readonly instances: readonly EngineInstance[];
  /** Null: never yet. */
  readonly at: Instant | null;
}

export interface InstancesKnown {
  /** At once. */
  last(environment: EnvironmentName): ObservedInstances;
  note(environment: EnvironmentName, instances: readonly EngineInstance[]): void;
}

const freshMs = 1_000;
const never: ObservedInstances = { instances: [], at: null };

export function createInstancesKnown({ engine, clock }: Pick<Ports, "engine" | "clock">): InstancesKnown {
  const seen = new Map<EnvironmentName, ObservedInstances>();
  const asking = new Set<EnvironmentName>();
  const note = (environment: EnvironmentName, instances: readonly EngineInstance[]): void =>
    void seen.set(environment, { instances, at: clock.now() });

  async function askAnew(environment: EnvironmentName): Promise<void> {
    asking.add(environment);
    try {
      note(environment, (await engine(environment).inventory()).instances);
    } catch (error) {
      note(environment, [{ id: "all", state: "down", why: error instanceof Error ? error.message : String(error) }]);
    } finally {
      asking.delete(environment);
    }
  }

  return {
    note,
    last(environment) {
      const known = seen.get(environment) ?? never;
      if (!asking.has(environment) && (known.at === null || clock.now() - known.at >= freshMs)) void askAnew(environment);
      return known;
    },
  };
}
