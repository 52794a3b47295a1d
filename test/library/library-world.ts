/** The library over fakes: a real controller and a real repository in memory, with time that only passes when told to. */

import { onTestFinished } from "vitest";
import { nodeRedDialect } from "../../src/adapters/engines/node-red/dialect.ts";
import { digestOfFile, sha256 } from "../../src/adapters/manifest/process/digest.ts";
import { createManifests } from "../../src/adapters/manifest/manifests.ts";
import { validateRepository } from "../../src/adapters/manifest/validate-repository.ts";
import { createMemoryRepository, type MemoryState } from "../../src/adapters/memory/repository.ts";
import { createGatewaySource } from "../../src/adapters/metrics/gateway.ts";
import { createController } from "../../src/controller/controller.ts";
import { createMeasurements } from "../../src/controller/measuring/measurements.ts";
import { createChangeRecords } from "../../src/controller/changes/change-records.ts";
import { createPlanRecords } from "../../src/controller/plans/plan-records.ts";
import { createLastPlacements } from "../../src/controller/last-placements.ts";
import { createObservedBefore } from "../../src/controller/observed-before.ts";
import type { Ports } from "../../src/controller/ports.ts";
import { createComparedAttention } from "../support/compared-attention.ts";
import { createUnrecorded } from "../../src/controller/unrecorded.ts";
import { createReverts } from "../../src/controller/reverts.ts";
import { createSource } from "../../src/controller/source.ts";
import { createValidations } from "../../src/controller/validating/runner.ts";
import { PinionError } from "../../src/domain/errors.ts";
import { overClient } from "../../src/library/connected.ts";
import { createEmbedded } from "../../src/library/embedded.ts";
import type { EmbeddedPinion, Pinion } from "../../src/library/pinion.ts";
import type { Environment, WorkflowVersion } from "../../src/library/vocabulary.ts";
import { listProcesses } from "../../src/api/listing.ts";
import { askHistory } from "../../src/api/history-pages.ts";
import {
  deploymentJson,
  evaluationJson,
  historyJson,
  liveJson,
  commandResultJson,
  overviewJson,
  pageJson,
  summaryJson,
} from "../../src/api/json.ts";
import type { ControllerClient } from "../../src/api/client.ts";
import {
  parseDeployment,
  parseHistory,
  parseEvaluation,
  parseLive,
  parseCommandResult,
  parseOverview,
  parsePage,
  parseSummary,
} from "../../src/api/parse-answers.ts";
import { selectFrom } from "../../src/api/selection.ts";
import { createFakeEngine, type FakeEngine } from "../fakes/engine.ts";
import { createFakeJournal, type FakeJournal } from "../fakes/journal.ts";
import { createFakeParseCache } from "../fakes/objects.ts";
import { createFakeProber, type FakeProber } from "../fakes/prober.ts";
import { createFakeRouter, type FakeRouter } from "../fakes/router.ts";
import { createVirtualClock, type VirtualClock } from "../support/virtual-clock.ts";
import { alwaysAwake } from "../support/awake.ts";

export interface LibraryWorld {
  readonly pinion: EmbeddedPinion;
  /** The same controller over its API, through JSON and back. */
  readonly connected: Pinion;
  readonly clock: VirtualClock;
  readonly engine: FakeEngine;
  readonly router: FakeRouter;
  readonly prober: FakeProber;
  readonly journal: FakeJournal;
  /** Versions whose answers are errors. */
  readonly bad: Set<string>;
  /** What the repository would keep. */
  kept(): MemoryState | null;
  traffic(process?: string): Readonly<Record<string, number>>;
  /** Lets time pass, with customers at it, until the promise is settled, or for so long. */
  run<T>(promise: Promise<T>): Promise<T>;
  pass(ms: number): Promise<void>;
  /** Until the plans of all deployments that were opened are kept. */
  planned(): Promise<void>;
}

const reading = { dialects: [nodeRedDialect] };
const requestsPerTick = 20;
const tickMs = 100;
const mostTicks = 20_000;

export function createLibraryWorld({ instances = ["one"] }: { readonly instances?: readonly string[] } = {}): LibraryWorld {
  const clock = createVirtualClock();
  const [engine, prober, journal] = [createFakeEngine({ instances }), createFakeProber(), createFakeJournal()];
  const failed = new Map<string, number>();
  const router = routerThatFails(failed);
  const log = { info: () => undefined, warn: () => undefined, error: (fields: object) => void errors.push(fields) };
  const errors: object[] = [];
  let kept: MemoryState | null = null;
  const repository = createMemoryRepository({
    clock,
    check: async (objects, commit) => (await validateRepository({ ...reading, objects, commit })).findings,
    before: null,
    keep: (state) => void (kept = state),
  });
  let applied: string | null = null;
  const source = createSource({
    repository,
    manifests: createManifests({ objects: repository.objects, cache: createFakeParseCache(), ...reading }),
    hash: sha256,
    clock,
    log,
    url: "memory",
    branch: "main",
    address: (environment) => router.publicAddress(environment),
    environments: null,
    remembered: () => [],
    usable: { read: () => null, write: () => undefined },
    applied: { read: () => applied, write: (commit) => void (applied = commit) },
  });
  const gateway = createGatewaySource({ router, clock });
  const wake = (environment: string) => controller.wake(environment);
  const measurements = createMeasurements({
    sources: (name) => (name === "gateway" ? gateway : null),
    clock,
    awake: alwaysAwake(clock),
    wake,
    log,
    timeoutMs: 10_000,
  });
  const ports: Ports = {
    journal,
    router,
    prober,
    manifests: source,
    secrets: { resolve: () => Promise.reject(new PinionError("secret/missing", "no secrets here")) },
    clock,
    awake: alwaysAwake(clock),
    log,
    hash: sha256,
    validations: createValidations(wake),
    unrecorded: createUnrecorded(),
    attention: createComparedAttention(),
    reverts: createReverts({ onWritten: () => controller.commands.refresh(), wake }),
    measurements,
    placements: createLastPlacements(),
    observedBefore: createObservedBefore(),
    changes: createChangeRecords(),
    plans: createPlanRecords(),
    pinWriter: repository.writer(),
    dispatcher: { notify: () => undefined },
    engine: () => engine,
    engineKinds: () => ["node-red"],
    wanted: (environment) => source.wanted(environment),
  };
  const nextPollAt = () => clock.now() + 30_000;
  const controller = createController({
    source,
    ports,
    clock,
    log,
    resyncIntervalMs: 10_000,
    nextPollAt,
    onEnvironment: () => undefined,
    storeFailure: () => null,
  });
  controller.start();
  const close = async () => {
    const stopping = Promise.all([controller.stop(), measurements.stop()]);
    await world.pass(1_000);
    await stopping;
  };
  onTestFinished(close);
  const address = (environment: string) => router.publicAddress(environment);
  const pinion = createEmbedded({
    controller,
    editor: repository,
    clock,
    digestOfFile,
    inForce: () => source.status().commit,
    engine: () => engine,
    desired: (environment) => source.wanted(environment)?.desired ?? null,
    address,
    close: () => Promise.resolve(),
    checkOpen: () => undefined,
  });

  async function tick(): Promise<void> {
    await clock.pass(tickMs);
    for (let asked = 0; asked < requestsPerTick; asked += 1) receive(production.name);
    if (errors.length > 0) throw new Error(JSON.stringify(errors), { cause: (errors[0] as { readonly error?: unknown }).error });
  }

  function receive(environment: string): void {
    const version = router.receive(environment, "GET", "/orders");
    if (version !== null && world.bad.has(version)) failed.set(version, (failed.get(version) ?? 0) + 1);
  }

  const world: LibraryWorld = {
    pinion,
    connected: overClient(clientOf(controller, clock), clock),
    clock,
    engine,
    router,
    prober,
    journal,
    bad: new Set(),
    kept: () => kept,
    traffic: (process = "orders") => router.weights(production.name, process),
    planned: () => ports.plans.idle(),
    async run(promise) {
      let isSettled = false;
      promise.then(
        () => (isSettled = true),
        () => (isSettled = true),
      );
      for (let ticks = 0; !isSettled; ticks += 1) {
        if (ticks > mostTicks) throw new Error("it does not come to an end");
        await tick();
      }
      return promise;
    },
    async pass(ms) {
      for (let passed = 0; passed < ms; passed += tickMs) await tick();
    },
  };
  return world;
}

/** Which version answers is known only once it has: its errors are counted beside it. */
function routerThatFails(failed: ReadonlyMap<string, number>): FakeRouter {
  const router = createFakeRouter();
  const traffic: FakeRouter["traffic"] = async (environment) =>
    (await router.traffic(environment)).map((count) => ({ ...count, errors: failed.get(count.version) ?? 0 }));
  return { ...router, traffic, checkHeaders: () => Promise.resolve({ "x-check": "1" }) };
}

type ControllerParts = Pick<ReturnType<typeof createController>, "queries" | "commands">;

/** What the API would say, as text and back, without sockets, for which no time passes here. */
function clientOf({ queries, commands }: ControllerParts, clock: VirtualClock): ControllerClient {
  const wired = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  const historyPage: ControllerClient["historyPage"] = async (query) =>
    parseHistory(wired(historyJson(await askHistory(queries, query), clock.now())));
  return {
    live: async (environment, process) => parseLive(wired(liveJson(await queries.live(environment, process), environment, clock.now()))),
    why: async (environment, process) => parseEvaluation(wired(evaluationJson(await queries.why(environment, process)))),
    overview: async (selection) => parseOverview(wired(overviewJson(selectFrom(await queries.overview(), selection)))),
    processes: async (query) => parsePage(wired(pageJson(listProcesses(await queries.overview(), query), clock.now()))),
    summary: async (query = {}) => parseSummary(wired(summaryJson(selectFrom(await queries.overview(), query), clock.now()))),
    history: async (query) => (await historyPage(query)).deployments,
    historyPage,
    async deployment(id) {
      const [one] = await queries.history({ id });
      if (!one) throw new PinionError("deployment/unknown", `no deployment has the id "${id}"`);
      return parseDeployment(wired(deploymentJson(one)));
    },
    refresh: async () => commands.refresh(),
    async command(environment, { id, by, reason, spec }) {
      const result = await commands.command({ id: id ?? "a command", environment, by, why: reason, spec, at: clock.now() });
      return parseCommandResult(wired(commandResultJson(result)));
    },
    commandResult: (environment, id) => queries.result(environment, id),
  };
}

/** Answers what it is at /orders. */
export function orders(version: string, more: Partial<WorkflowVersion> = {}): WorkflowVersion {
  return {
    workflowId: "orders",
    version,
    definition: {
      nodes: [
        { id: "receive", type: "http in", config: { method: "get", url: "/orders" } },
        { id: "answer", type: "template", config: { template: version } },
      ],
      connections: [{ from: { node: "receive" }, to: { node: "answer" } }],
    },
    checks: [{ name: "answers", request: { path: "/orders" }, expect: { status: 200 } }],
    ...more,
  };
}

export const production: Environment = { name: "production", type: "production" };
