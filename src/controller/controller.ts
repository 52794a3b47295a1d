/** The controller as a whole: its loops, and what surfaces may ask and tell it. */

import type { EnvironmentName } from "../domain/names.ts";
import type { EngineInstance } from "../domain/unit.ts";
import { createLoop, type LoopParts } from "./loop.ts";
import type { Ports } from "./ports.ts";
import type { Commands, EnvironmentStatus, Overview, Queries } from "./queries.ts";
import type { Source } from "./source.ts";

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
  return {
    queries: { overview: () => overview(parts.source, parts.ports), history: (query) => parts.ports.journal.history(query) },
    commands: { refresh: () => loop.refresh() },
    start: () => loop.start(),
    stop: () => loop.stop(),
    wake: (environment) => loop.wake(environment),
  };
}

async function overview(source: Source, ports: Ports): Promise<Overview> {
  const environments = await Promise.all(source.environments().map((name) => environmentStatus(name, source, ports)));
  return { repository: source.status(), environments, findings: source.snapshot()?.findings ?? [] };
}

async function environmentStatus(name: EnvironmentName, source: Source, ports: Ports): Promise<EnvironmentStatus> {
  const wanted = source.wanted(name);
  const { processes } = await ports.journal.state(name);
  const statuses = [...processes.values()].flatMap((process) => (process.status ? [process.status] : []));
  return {
    name,
    type: wanted?.environment.spec?.type ?? "unknown",
    url: ports.router.publicAddress(name),
    instances: await instancesOf(name, ports),
    findings: wanted?.environment.findings ?? [],
    processes: statuses.sort((a, b) => (a.process < b.process ? -1 : 1)),
  };
}

async function instancesOf(name: EnvironmentName, ports: Ports): Promise<readonly EngineInstance[]> {
  try {
    return (await ports.engine(name).inventory()).instances;
  } catch (error) {
    return [{ id: "all", state: "down", why: error instanceof Error ? error.message : String(error) }];
  }
}
