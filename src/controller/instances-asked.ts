/** The instances of an environment's engine for those who look at them often: a glance must not cost an inventory each time. */

import type { EnvironmentName } from "../domain/names.ts";
import type { EngineInstance } from "../domain/unit.ts";
import type { Ports } from "./ports.ts";

/** As they are, or were at most a second ago. */
export type InstancesAsked = (environment: EnvironmentName) => Promise<readonly EngineInstance[]>;

const freshMs = 1_000;

interface Asked {
  readonly answer: Promise<readonly EngineInstance[]>;
  /** Null while it is awaited. */
  answeredAt: number | null;
}

export function createInstancesAsked(ports: Pick<Ports, "engine" | "clock">): InstancesAsked {
  const last = new Map<EnvironmentName, Asked>();
  return (environment) => {
    const known = last.get(environment);
    if (known && (known.answeredAt === null || ports.clock.now() - known.answeredAt < freshMs)) return known.answer;
    const asked: Asked = { answer: instancesOf(environment, ports), answeredAt: null };
    last.set(environment, asked);
    void asked.answer.then(() => (asked.answeredAt = ports.clock.now()));
    return asked.answer;
  };
}

async function instancesOf(environment: EnvironmentName, ports: Pick<Ports, "engine">): Promise<readonly EngineInstance[]> {
  try {
    return (await ports.engine(environment).inventory()).instances;
  } catch (error) {
    return [{ id: "all", state: "down", why: error instanceof Error ? error.message : String(error) }];
  }
}
