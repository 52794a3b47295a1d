/** A controller over a fake world, of which parts hang from when they are told to: they never answer again. */

import { setTimeout as sleep } from "node:timers/promises";
import { type Controller, createController } from "../../src/controller/controller.ts";
import type { Ports } from "../../src/controller/ports.ts";
import type { Source } from "../../src/controller/source.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { environment, type World } from "./world.ts";

export type Part = "engine" | "router" | "git";

export interface HangingController {
  readonly controller: Controller;
  hang(...parts: readonly Part[]): void;
}

const never = (): Promise<never> => new Promise(() => undefined);

export function createHangingController(world: World): HangingController {
  const hung = new Set<Part>();
  const orHangs: OrHangs = (what, answer) => (hung.has(what) ? never() : answer());
  const { engine, router, measurements, pinWriter } = world.ports;
  const ports: Ports = {
    ...world.ports,
    engine: (name, kind) => hangingEngine(engine(name, kind), orHangs),
    router: {
      routes: (name) => orHangs("router", () => router.routes(name)),
      traffic: (name) => orHangs("router", () => router.traffic(name)),
      ensureRoutes: (name, routes) => router.ensureRoutes(name, routes),
      publicAddress: (name) => router.publicAddress(name),
    },
    measurements,
    pinWriter: { revert: (...request) => orHangs("git", () => pinWriter.revert(...request)) },
  };
  const status = {
    url: "",
    branch: "main",
    commit: "c1",
    subject: "",
    author: "",
    committedAt: 0,
    fetchedAt: 0,
    state: "ok",
    code: null,
  } as const;
  const source: Source = {
    status: () => ({ ...status, reason: "", since: 0, lastPollAt: 0, lastGoodPollAt: 0, nextPollAt: 0 }),
    snapshot: () => null,
    wanted: (name) => ports.wanted(name),
    environments: () => [environment],
    version: (process, version) => ports.manifests.version(process, version),
    recover: () => Promise.resolve(),
    poll: () => orHangs("git", () => Promise.resolve(false)),
    failures: () => 0,
    leaveAloneUntil: () => null,
    announce: () => undefined,
  };
  const untilStopped = (signal: AbortSignal | undefined) =>
    new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
  const clock = { now: () => (world.now += 1), sleep: (_ms: number, signal?: AbortSignal) => untilStopped(signal) };
  const about = {
    log: ports.log,
    resyncIntervalMs: 10_000,
    nextPollAt: () => world.now + 30_000,
    onEnvironment: () => undefined,
    storeFailure: () => null,
  };
  const controller = createController({ source, ports, clock, ...about });
  return { controller, hang: (...parts) => parts.forEach((part) => hung.add(part)) };
}

type OrHangs = <T>(what: Part, answer: () => Promise<T>) => Promise<T>;

function hangingEngine(engine: Engine, orHangs: OrHangs): Engine {
  return {
    kind: engine.kind,
    inventory: (counted) => orHangs("engine", () => engine.inventory(counted)),
    ensureInstalled: (units, on) => engine.ensureInstalled(units, on),
    ensureRemoved: (units) => engine.ensureRemoved(units),
    ensureArmed: (armed) => engine.ensureArmed(armed),
  };
}

/** Deploys what is pinned, with everything answering. */
export async function deployAll({ controller }: HangingController, world: World, processes: readonly string[]): Promise<void> {
  controller.start();
  const isThere = async (): Promise<boolean> => {
    for (const process of processes) if ((await world.status(process))?.sync !== "Synced") return false;
    return (await controller.queries.overview()).environments[0]?.observedAt !== null;
  };
  while (!(await isThere())) {
    controller.wake(environment);
    await sleep(1);
  }
}
