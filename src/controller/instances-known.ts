/**
 * The instances of every environment's engine as they were seen last, for readers, who must not wait for an engine. What passes see is
 * remembered, and a look that finds it older than a second asks anew, for the next one.
 */

import type { EngineKind, EnvironmentName, Instant } from "../domain/names.ts";
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
  note(environment: EnvironmentName, kind: EngineKind, instances: readonly EngineInstance[]): void;
}

const freshMs = 1_000;
const never: ObservedInstances = { instances: [], at: null };

export function createInstancesKnown({ engine, engineKinds, clock }: Pick<Ports, "engine" | "engineKinds" | "clock">): InstancesKnown {
  const seen = new Map<string, ObservedInstances>();
  const asking = new Set<string>();
  const note: InstancesKnown["note"] = (environment, kind, instances) =>
    void seen.set(`${environment} ${kind}`, { instances, at: clock.now() });

  async function askAnew(environment: EnvironmentName, kind: EngineKind): Promise<void> {
    const key = `${environment} ${kind}`;
    asking.add(key);
    try {
      note(environment, kind, (await engine(environment, kind).inventory(new Set())).instances);
    } catch (error) {
      const id = engineKinds(environment).length === 1 ? "all" : kind;
      note(environment, kind, [{ id, state: "down", why: error instanceof Error ? error.message : String(error) }]);
    } finally {
      asking.delete(key);
    }
  }

  function lastOf(environment: EnvironmentName, kind: EngineKind): ObservedInstances {
    const key = `${environment} ${kind}`;
    const known = seen.get(key) ?? never;
    if (!asking.has(key) && (known.at === null || clock.now() - known.at >= freshMs)) void askAnew(environment, kind);
    return known;
  }

  return { note, last: (environment) => joined(engineKinds(environment).map((kind) => lastOf(environment, kind))) };
}

/** As old as the oldest. */
function joined(all: readonly ObservedInstances[]): ObservedInstances {
  const [first = never, ...others] = all;
  if (others.length === 0) return first;
  const instants = all.map(({ at }) => at);
  const at = instants.reduce((oldest, each) => (oldest === null || each === null ? null : Math.min(oldest, each)));
  return { instances: all.flatMap(({ instances }) => instances), at };
}
