/** The controller as a whole: its loops, and what surfaces may ask and tell it. */

import { describeProgress } from "../domain/describe-progress.ts";
import { listStatuses } from "../domain/list-statuses.ts";
import type { EnvironmentName } from "../domain/names.ts";
import type { ProcessStatus } from "../domain/status.ts";
import type { EngineInstance } from "../domain/unit.ts";
import { createInstancesAsked, type InstancesAsked } from "./instances-asked.ts";
import { createLoop, type LoopParts } from "./loop.ts";
import { createOrderDesk } from "./order-desk.ts";
import type { Commands, EnvironmentStatus, Overview, ProcessView, Queries } from "./queries.ts";

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
    queries: {
      overview: () => overview(parts, instances),
      history: (query) => parts.ports.journal.history(query),
      answer: (environment, id) => parts.ports.journal.answer(environment, id),
    },
    commands: { refresh: () => loop.refresh(), order: createOrderDesk(parts, (environment) => loop.wake(environment)) },
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

function notesOf(name: EnvironmentName, ports: Known["ports"]): readonly string[] {
  return ports.engine(name).notes?.() ?? [];
}

async function environmentStatus(name: EnvironmentName, { source, ports, instances }: Known): Promise<EnvironmentStatus> {
  const wanted = source.wanted(name);
  const state = await ports.journal.state(name);
  const { processes, freeze } = state;
  const now = ports.clock.now();
  const spec = wanted?.environment.spec ?? null;
  const measured = ports.measurements.known(name);
  const view = (status: ProcessStatus): ProcessView => {
    const known = processes.get(status.process);
    const figures = measured.get(known?.rollout?.deployment ?? "") ?? [];
    const progress = known ? describeProgress(known, { spec, measured: figures, now }) : null;
    return { ...status, progress, revert: known?.revert ?? null, quarantined: known?.quarantined ?? [] };
  };
  return {
    name,
    type: spec?.type ?? "unknown",
    url: ports.router.publicAddress(name),
    instances,
    notes: notesOf(name, ports),
    findings: wanted?.environment.findings ?? [],
    processes: listStatuses({ environment: name, desired: wanted?.desired ?? null, processes, now }).map(view),
    freeze,
  };
}
