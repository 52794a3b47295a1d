/** The controller as a whole: its loops, and what surfaces may ask and tell it. */

import { deadEndOf } from "../domain/decision/dead-end.ts";
import { describeProgress } from "../domain/status/describe-progress.ts";
import { listStatuses } from "../domain/status/list-statuses.ts";
import type { HandEdit } from "../domain/changes/recorded.ts";
import type { EnvironmentName, Instant } from "../domain/names.ts";
import type { PlannedProgress } from "../domain/journal/progress.ts";
import { viewOfRevert } from "../domain/journal/revert-view.ts";
import type { Rollout } from "../domain/journal/rollout.ts";
import { plannedProgress } from "../domain/plan/planned-progress.ts";
import type { EnvironmentState, ProcessState } from "../domain/journal/state.ts";
import type { ProcessStatus } from "../domain/journal/status.ts";
import { everyEngine } from "./engines.ts";
import { createInstancesKnown, type InstancesKnown } from "./instances-known.ts";
import { createLoop, type LoopParts } from "./loop.ts";
import { createRequestMemory, type RequestMemory } from "./request-memory.ts";
import { createCommandDesk } from "./command-desk.ts";
import type { Ports } from "./ports.ts";
import { observedAt, unknownEnvironment, why } from "./why.ts";
import type { Commands, EnvironmentStatus, Overview, ProcessView, Queries } from "../api/views.ts";

export interface Controller {
  readonly queries: Queries;
  readonly commands: Commands;
  start(): void;
  stop(): Promise<void>;
  /** Looks at an environment now: something happened there. */
  wake(environment: EnvironmentName): void;
}

export function createController(parts: LoopParts): Controller {
  const instances = createInstancesKnown(parts.ports);
  const requests = createRequestMemory();
  const loop = createLoop({ ...parts, ports: withMemory(parts.ports, instances, requests) });
  return {
    queries: {
      overview: () => overview(parts, { instances, requests, passedAt: (environment) => loop.passedAt(environment) }),
      why: (environment, process) => why({ environment, process }, parts, { instances, passedAt: (name) => loop.passedAt(name) }),
      live: (environment, process) => live({ environment, process }, parts),
      history: (query) => parts.ports.journal.history(query),
      historyPage: (query) => parts.ports.journal.historyPage(query),
      result: (environment, id) => parts.ports.journal.result(environment, id),
    },
    commands: { refresh: () => loop.refresh(), command: createCommandDesk(parts, (environment) => loop.wake(environment)) },
    start: () => loop.start(),
    stop: () => loop.stop(),
    wake: (environment) => loop.wake(environment),
  };
}

/** What a pass observes of an engine is also available to readers. */
function withMemory(ports: Ports, instances: InstancesKnown, requests: RequestMemory): Ports {
  const { placements } = ports;
  const remember: Ports["placements"]["remember"] = (environment, kind, inventory) => {
    instances.note(environment, kind, inventory.instances);
    placements.remember(environment, kind, inventory);
  };
  const traffic: Ports["router"]["traffic"] = async (environment, counted) => {
    const now = ports.clock.now();
    if (counted !== undefined && !requests.isDue(environment, now)) return ports.router.traffic(environment, counted);
    const counts = await ports.router.traffic(environment);
    requests.note(environment, counts, now);
    return counted === undefined ? counts : counts.filter(({ process }) => counted.has(process));
  };
  const router: Ports["router"] = {
    traffic,
    routes: (environment) => ports.router.routes(environment),
    ensureRoutes: (environment, routes) => ports.router.ensureRoutes(environment, routes),
    publicAddress: (environment) => ports.router.publicAddress(environment),
    checkHeaders: () => ports.router.checkHeaders?.() ?? Promise.resolve({}),
  };
  return { ...ports, router, placements: { ...placements, remember } };
}

/** What was seen last, and when. */
interface Remembered {
  readonly instances: InstancesKnown;
  readonly requests: RequestMemory;
  passedAt(environment: EnvironmentName): Instant | null;
}

/** From memory and from the journal: whatever hangs outside, this does not. */
async function overview({ source, ports, storeFailure }: LoopParts, remembered: Remembered): Promise<Overview> {
  const environments = await Promise.all(source.environments().map(async (name) => environmentStatus(name, { source, ports, remembered })));
  return { store: storeFailure(), repository: source.status(), environments, findings: source.snapshot()?.findings ?? [] };
}

interface Known extends Pick<LoopParts, "source" | "ports"> {
  readonly remembered: Remembered;
}

function notesOf(name: EnvironmentName, ports: Known["ports"]): readonly string[] {
  return everyEngine(name, ports).flatMap((engine) => engine.notes?.() ?? []);
}

async function environmentStatus(name: EnvironmentName, { source, ports, remembered }: Known): Promise<EnvironmentStatus> {
  const wanted = source.wanted(name);
  const state = ports.unrecorded.over(await ports.journal.state(name));
  const { processes, freeze } = state;
  const now = ports.clock.now();
  const spec = wanted?.environment.spec ?? null;
  const measured = ports.measurements.known(name);
  const edits = ports.changes.handEdits(name);
  const view = (status: ProcessStatus): ProcessView => {
    const known = processes.get(status.process);
    const figures = measured.get(known?.rollout?.deployment ?? "") ?? [];
    const planned = plannedOf(name, known?.rollout ?? null, ports);
    const progress = known ? describeProgress(known, { spec, measured: figures, planned, now }) : null;
    const { revert, quarantined } = shownOf(known, state);
    const requests = remembered.requests.rate(name, status.process, now);
    const drift = edits.find((edit) => isServed(edit, status)) ?? null;
    return {
      ...status,
      requests,
      progress,
      revert,
      quarantined,
      drift,
      deadEnd: wanted && deadEndOf(status.process, { ...wanted, processes }),
    };
  };
  const { instances, at } = remembered.instances.last(name);
  return {
    name,
    observedAt: observedAt(remembered.passedAt(name), at),
    type: spec?.type ?? "unknown",
    url: callersAddress(name, ports),
    instances,
    notes: notesOf(name, ports),
    findings: wanted?.environment.findings ?? [],
    processes: listStatuses({ environment: name, desired: wanted?.desired ?? null, processes, now }).map(view),
    freeze,
  };
}

function plannedOf(name: EnvironmentName, rollout: Rollout | null, ports: Known["ports"]): PlannedProgress | null {
  const steps = rollout && ports.plans.stepsOf(name, rollout.deployment, ports);
  return rollout && steps && plannedProgress(rollout, steps, ports.clock.now());
}

/** What is kept warm may be changed, too: callers have nothing of it. */
function isServed({ process, version }: HandEdit, { process: own, actual }: ProcessStatus): boolean {
  return process === own && actual.some((each) => each.version === version && each.weight > 0);
}

/** @throws `environment/unknown` */
function live({ environment, process }: { readonly environment: EnvironmentName; readonly process: string }, { source, ports }: LoopParts) {
  if (!source.environments().includes(environment)) throw unknownEnvironment(environment, source);
  return ports.changes.look(environment, process, ports);
}

function callersAddress(name: EnvironmentName, { router }: Known["ports"]): string {
  return router.callersAddress?.(name) ?? router.publicAddress(name);
}

function shownOf(known: ProcessState | undefined, state: EnvironmentState): Pick<ProcessView, "revert" | "quarantined"> {
  if (!known) return { revert: null, quarantined: [] };
  return { revert: known.revert && viewOfRevert(known.revert, state), quarantined: known.quarantined };
}
