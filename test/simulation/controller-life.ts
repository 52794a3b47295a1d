/** Starts the real controller, with every port far away, for one life. */

import { createGatewaySource } from "../../src/adapters/metrics/gateway.ts";
import { type Controller, createController } from "../../src/controller/controller.ts";
import type { LoopParts } from "../../src/controller/loop.ts";
import { createMeasurements } from "../../src/controller/measuring/measurements.ts";
import type { Ports } from "../../src/controller/ports.ts";
import { createChangeRecords } from "../../src/controller/changes/change-records.ts";
import { createLastPlacements } from "../../src/controller/last-placements.ts";
import { createObservedBefore } from "../../src/controller/observed-before.ts";
import { createComparedAttention } from "../support/compared-attention.ts";
import { createUnrecorded } from "../../src/controller/unrecorded.ts";
import { createReverts } from "../../src/controller/reverts.ts";
import { createSource, type Source } from "../../src/controller/source.ts";
import { createDispatcher } from "../../src/controller/notifications/dispatcher.ts";
import { createValidations } from "../../src/controller/validating/runner.ts";
import { PinionError } from "../../src/domain/errors.ts";
import { nextPoll } from "../../src/domain/config/polling.ts";
import type { ConfigRepository, Head } from "../../src/ports/config-repository.ts";
import type { Journal } from "../../src/ports/journal.ts";
import type { Log } from "../../src/ports/log.ts";
import type { Router } from "../../src/ports/router.ts";
import type { PinWriter } from "../../src/ports/pin-writer.ts";
import type { SimCommit } from "./git.ts";
import { recordsHandEdits } from "./crowd.ts";
import type { Invariants } from "./invariants.ts";
import { sha256 } from "./known-digests.ts";
import type { Life } from "./life.ts";
import type { Network, Rule, Rules } from "./network.ts";
import { refusing, unreachable } from "./outside.ts";
import type { RunTime } from "./clocks.ts";
import type { SimWorld } from "./sim-world.ts";

export interface ControllerLife {
  readonly life: Life;
  readonly controller: Controller;
}

export interface LifeParts {
  readonly world: SimWorld;
  readonly network: Network;
  readonly invariants: Invariants;
  /** Of this life. */
  readonly writer: (life: Life) => PinWriter;
}

/** Made once: errors are dear, and calls are lost all the time. */
const lost = {
  engine: unreachable("engine"),
  router: unreachable("router"),
  git: unreachable("git"),
  journal: new PinionError("store/failed", "the disk is full (simulated)"),
  prober: new Error("no answer in time (simulated)"),
  notifier: new PinionError("notify/unreachable", "nobody there (simulated)"),
} as const;

const engineRule = (kind: Rule["kind"], latencyMs: number): Rule => ({ kind, latencyMs, failure: lost.engine });
const routerRule = (kind: Rule["kind"]): Rule => ({ kind, latencyMs: 10, failure: lost.router });
const onDisk: Rule = {
  kind: "effect",
  latencyMs: 0,
  isLocal: true,
  failure: lost.journal,
};

const rules = {
  engine: {
    inventory: engineRule("ask", 20),
    readBack: engineRule("ask", 20),
    ensureInstalled: engineRule("effect", 400),
    ensureRemoved: engineRule("effect", 100),
    ensureArmed: engineRule("effect", 30),
  },
  router: { routes: routerRule("ask"), traffic: routerRule("ask"), ensureRoutes: routerRule("effect") },
  journal: {
    record: onDisk,
    acknowledged: onDisk,
    refused: onDisk,
    recordValidation: onDisk,
    recordChanges: onDisk,
    recordPlan: onDisk,
    recordHandEdit: onDisk,
    recordCommand: onDisk,
    reverted: onDisk,
    dispatched: onDisk,
    state: { kind: "ask", latencyMs: 0, failure: null },
    result: { kind: "ask", latencyMs: 0, failure: null },
    pendingEvents: { kind: "ask", latencyMs: 0, failure: null },
  } satisfies Rules<Journal>,
  prober: { ask: { kind: "ask", latencyMs: 60, failure: lost.prober, risk: 0.3 } },
  repository: {
    poll: { kind: "ask", latencyMs: 100, failure: lost.git },
    fetch: { kind: "ask", latencyMs: 300, failure: lost.git },
  },
  writer: { revert: { kind: "effect", latencyMs: 50, failure: lost.git } },
  notifier: { notify: { kind: "ask", latencyMs: 100, failure: lost.notifier } },
} as const satisfies Record<string, Readonly<Record<string, Rule>>>;

const [pollMs, resyncMs] = [5_000, 10_000];

/** What is said of changes, or foreseen, decides nothing: worlds without edits by hand are the same without it. */
const nothingToRecord: Ports["changes"] = {
  opened: () => undefined,
  seen: () => undefined,
  replacing: () => Promise.resolve(),
  look: () => Promise.reject(new Error("nobody looks here")),
  handEdits: () => [],
  idle: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

const nothingToPlan: Ports["plans"] = {
  opened: () => undefined,
  stepsOf: () => null,
  idle: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

export function startController(parts: LifeParts, number: number): ControllerLife {
  const life: Life = { number, isDead: false, frozenUntil: 0 };
  const around = surroundings(parts, life);
  let controller: Controller | null = null;
  const wake = (environment: string): void => controller?.wake(environment);
  const refresh = (): void => controller?.commands.refresh();
  const { ports, dispatcher } = openPorts(parts, around, { wake, refresh });
  controller = createController(loopParts(parts, around, ports));
  parts.world.outside.onChange = wake;
  parts.world.trace.say(`controller ${number} starts`);
  controller.start();
  dispatcher.start();
  return { life, controller };
}

interface Around extends RunTime {
  readonly life: Life;
  readonly log: Log;
  readonly source: Source;
}

function surroundings({ world, network, invariants }: LifeParts, life: Life): Around {
  const { clock, awake } = world.clocks.begin(life);
  const log: Log = {
    info: () => undefined,
    warn: (fields, message) => invariants.onWarning(fields, message),
    error: (fields, message) => (life.isDead ? undefined : invariants.onError(fields, message)),
  };
  const repository = network.port(life, "git", repositoryOf(world), rules.repository);
  const write = (commit: string): void => {
    if (!life.isDead) world.applied = commit;
  };
  const source = createSource({
    repository,
    manifests: world.catalogue,
    hash: sha256,
    clock,
    log,
    url: "git.example.com",
    branch: "main",
    address: (environment) => world.outside.router.publicAddress(environment),
    environments: null,
    remembered: () => [],
    usable: {
      read: (environment) => world.usable.get(environment) ?? null,
      write: (environment, commit) => {
        if (!life.isDead) world.usable.set(environment, commit);
      },
    },
    applied: { read: () => world.applied, write },
  });
  return { life, clock, awake, log, source };
}

function repositoryOf({ git }: SimWorld): ConfigRepository {
  const reach = (): SimCommit => {
    if (git.isDown) throw new PinionError("git/unreachable", "the git server is down");
    return git.head;
  };
  return {
    poll: async () => reach().id,
    fetch: async (applied) => {
      if (applied !== null && !git.commits.some(({ id }) => id === applied))
        throw new PinionError("git/history-rewritten", `no ${applied}`);
      return headOf(reach());
    },
    mirrored: async () => headOf(git.head),
  };
}

function headOf({ id, at, message, by }: SimCommit): Head {
  return { commit: id, committedAt: at, subject: message.split("\n", 1)[0] ?? "", author: by };
}

interface Calls {
  readonly wake: (environment: string) => void;
  readonly refresh: () => void;
}

function openPorts(
  { world, network, invariants, writer }: LifeParts,
  { life, clock, awake, log, source }: Around,
  { wake, refresh }: Calls,
) {
  const { outside, catalogue } = world;
  const journal = network.port(life, "journal", invariants.journal(world.journal), rules.journal);
  const router = network.port(life, "router", invariants.router(outside.router), rules.router);
  const engines = new Map(
    world.plan.environments.map(({ name }) => {
      const engine = invariants.engine(name, refusing(outside.engine(name), catalogue));
      return [name, network.port(life, `engine ${name}`, engine, rules.engine)];
    }),
  );
  const notifiers = [network.port(life, "notifier", world.notifier, rules.notifier)];
  const dispatcher = createDispatcher({ journal, notifiers, clock, log });
  const gateway = createGatewaySource({ router, clock });
  const sources = (name: string) => (name === "gateway" ? gateway : null);
  const ports: Ports = {
    journal,
    router: { ...router, routes: looking(world, router) },
    clock,
    awake,
    log,
    dispatcher,
    prober: network.port(life, "prober", outside.prober, rules.prober),
    manifests: source,
    secrets: { resolve: () => Promise.reject(new PinionError("secret/missing", "there are no secrets here")) },
    hash: sha256,
    validations: createValidations(wake, (ms, work) => world.time.later(ms, work, life)),
    placements: createLastPlacements(),
    observedBefore: createObservedBefore(),
    changes: recordsHandEdits(world.plan) ? createChangeRecords() : nothingToRecord,
    plans: nothingToPlan,
    unrecorded: createUnrecorded(),
    attention: createComparedAttention(),
    reverts: createReverts({ onWritten: refresh, wake }),
    measurements: createMeasurements({ sources, clock, awake, log, wake, timeoutMs: 3_000 }),
    pinWriter: network.port(life, "writer", writer(life), rules.writer),
    engineKinds: () => ["node-red"],
    engine: (environment) => {
      const engine = engines.get(environment);
      if (!engine) throw new Error(`there is no engine for ${environment}`);
      return engine;
    },
    wanted: (environment) => source.wanted(environment),
  };
  return { ports, dispatcher };
}

/** A pass asks for the routes when it begins: what it decides then it decides by the commit that is in force now. */
function looking(world: SimWorld, { routes }: Pick<Router, "routes">): Router["routes"] {
  return (environment) => {
    world.lookedOn.set(environment, world.applied);
    return routes(environment);
  };
}

function loopParts({ world }: LifeParts, { clock, log, source }: Around, ports: Ports): LoopParts {
  const random = world.random.fork();
  return {
    source,
    ports,
    clock,
    log,
    resyncIntervalMs: resyncMs,
    nextPollAt: (failures) =>
      nextPoll({ intervalMs: pollMs, jitter: 0.2, maxBackoffMs: 30_000 }, { now: clock.now(), failures, random: random.next() }).at,
    onEnvironment: () => undefined,
    storeFailure: () => null,
  };
}
