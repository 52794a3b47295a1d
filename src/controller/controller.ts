/** The controller as a whole: its loops, and what surfaces may ask and tell it. */

import { listStatuses } from "../domain/list-statuses.ts";
import type { EnvironmentName } from "../domain/names.ts";
import type { EngineInstance } from "../domain/unit.ts";
import { createInstancesAsked, type InstancesAsked } from "./instances-asked.ts";
import { createLoop, type LoopParts } from "./loop.ts";
import type { Commands, EnvironmentStatus, Overview, Queries } from "./queries.ts";

export interface Controller {
  readonly queries: Queries;
  readonly commands: Commands;
  start(): void;
  stop(): Promise<void>;
  /** Looks at an environment now: something happened there. */
  wake(environment: EnvironmentName): void;
}

export function createController(parts: LoopParts): Controller {
  const loop = createLoop(parts);
  const instances = createInstancesAsked(parts.ports);
  return {
    queries: { overview: () => overview(parts, instances), history: (query) => parts.ports.journal.history(query) },
    commands: { refresh: () => loop.refresh() },
    start: () => loop.start(),
    stop: () => loop.stop(),
    wake: (environment) => loop.wake(environment),
  };
}

async function overview({ source, ports }: LoopParts, instances: InstancesAsked): Promise<Overview> {
  const environments = await Promise.all(
    source.environments().map(async (name) => environmentStatus(name, { source, ports, instances: await instances(name) })),
  );
  return { repository: source.status(), environments, findings: source.snapshot()?.findings ?? [] };
}

interface Known extends Pick<LoopParts, "source" | "ports"> {
  readonly instances: readonly EngineInstance[];
}

async function environmentStatus(name: EnvironmentName, { source, ports, instances }: Known): Promise<EnvironmentStatus> {
  const wanted = source.wanted(name);
  const { processes } = await ports.journal.state(name);
  return {
    name,
    type: wanted?.environment.spec?.type ?? "unknown",
    url: ports.router.publicAddress(name),
    instances,
    findings: wanted?.environment.findings ?? [],
    processes: listStatuses({ environment: name, desired: wanted?.desired ?? null, processes, now: ports.clock.now() }),
  };
}
