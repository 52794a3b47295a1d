/** The engines of all environments: started when an environment is first seen, found again after a restart. */

import { dirname } from "node:path";
import { engineAdapters } from "../adapters/engines/registry.ts";
import { type ControllerConfig, type EngineConfig, enginesOf } from "../domain/config/config.ts";
import type { Outages } from "../controller/outages.ts";
import { PinionError } from "../domain/errors.ts";
import type { EngineKind, EnvironmentName } from "../domain/names.ts";
import type { Engine } from "../ports/engine.ts";
import type { ConnectedEngine, EngineAdapter, EngineOpener, EngineParts } from "../ports/engine-adapter.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Secrets } from "../ports/secrets.ts";
import { howExposed, isolate } from "./isolation.ts";
import { readInstallation } from "./installation.ts";

export interface EnginesParts {
  readonly config: ControllerConfig;
  /** In the state folder; each environment gets a folder in it. */
  readonly directory: string;
  readonly secrets: Secrets;
  /** What the engines know the checks of this controller by. */
  readonly checkMark: string;
  readonly log: Log;
  readonly clock: Pick<Clock, "now">;
  /** What instances know of before, by kind, environment and instance. */
  readonly memory: EngineParts["memory"];
  /** Something happened to an engine of an environment. */
  readonly onChange: (environment: EnvironmentName) => void;
  /** An embedded instance has ended, hangs, or is there again. */
  readonly outages: Pick<Outages, "engine">;
  /** Every kind that there is; those of the registry by default. */
  readonly adapters?: readonly EngineAdapter[];
}

export interface Engines {
  /** Until it is up, every call throws `engine/unreachable`. */
  of(environment: EnvironmentName, kind: EngineKind): Engine;
  /** The kinds that an environment has. */
  kinds(environment: EnvironmentName): readonly EngineKind[];
  /** Gets the engines of an environment ready, in the background. */
  open(environment: EnvironmentName): void;
  /** Ends the embedded ones, or leaves them running for the next controller. */
  close(how: "stop" | "keep"): Promise<void>;
}

interface Opened {
  readonly environment: EnvironmentName;
  readonly config: EngineConfig;
  connected: ConnectedEngine | null;
  why: string;
}

const firstRetryMs = 1_000;
const longestRetryMs = 30_000;

export function createEngines(parts: EnginesParts): Engines {
  const openerOf = createOpeners(parts);
  const opened = new Map<string, Opened>();
  const starting = new Set<Promise<void>>();
  let isClosing = false;

  async function start(entry: Opened, retryMs: number): Promise<void> {
    const { environment, config } = entry;
    try {
      entry.connected = await (await openerOf(config.kind)).connect(environment, config);
      follow(environment, entry.connected, parts);
    } catch (error) {
      entry.why = error instanceof Error ? error.message : String(error);
      parts.log.error({ environment, engine: config.kind, error: entry.why }, "the engine does not start; trying again");
      if (!isClosing) setTimeout(() => run(entry, Math.min(longestRetryMs, retryMs * 2)), retryMs).unref();
    }
    parts.onChange(environment);
  }

  function run(entry: Opened, retryMs: number): void {
    if (isClosing) return;
    const started = start(entry, retryMs).finally(() => starting.delete(started));
    starting.add(started);
  }

  function open(environment: EnvironmentName, config: EngineConfig): void {
    const key = keyOf(environment, config.kind);
    if (opened.has(key)) return;
    const entry: Opened = { environment, config, connected: null, why: "the engine is starting" };
    opened.set(key, entry);
    run(entry, firstRetryMs);
  }

  return {
    of(environment, kind) {
      const entry = opened.get(keyOf(environment, kind));
      return entry?.connected?.engine ?? notYet(kind, entry?.why ?? "the engine is not started");
    },
    kinds: (environment) => enginesOf(parts.config, environment).map(({ kind }) => kind),
    open: (environment) => enginesOf(parts.config, environment).forEach((config) => open(environment, config)),
    async close(how) {
      isClosing = true;
      await Promise.all(starting);
      await Promise.all([...opened.values()].flatMap(({ connected }) => connected?.close(how) ?? []));
    },
  };
}

function keyOf(environment: EnvironmentName, kind: EngineKind): string {
  return `${environment} ${kind}`;
}

/** What becomes of its instances, also of those that the controller before has told as down and that are up again. */
function follow(environment: EnvironmentName, { instances, onChange }: ConnectedEngine, { outages, ...parts }: EnginesParts): void {
  onChange((instance) => {
    outages.engine(environment, instance);
    parts.onChange(environment);
  });
  for (const instance of instances()) outages.engine(environment, instance);
}

/** One for all environments, made when it is first needed. */
function createOpeners(parts: EnginesParts): (kind: EngineKind) => Promise<EngineOpener> {
  const { directory, secrets, checkMark, log, clock, adapters = engineAdapters } = parts;
  const openers = new Map<EngineKind, Promise<EngineOpener>>();
  const about: Omit<EngineParts, "memory"> = {
    directory,
    secrets,
    checkMark,
    log,
    clock,
    installation: () => readInstallation(dirname(directory)),
    isolate: isolating(parts),
  };
  return (kind) => {
    const adapter = adapters.find((each) => each.kind === kind);
    if (!adapter) throw new PinionError("config/invalid", `the kind of engine "${kind}" is unknown`);
    const opener = openers.get(kind) ?? adapter.open({ ...about, memory: (place) => parts.memory(`${kind}/${place}`) });
    openers.set(kind, opener);
    return opener;
  };
}

/** Says once, of the first environment that is so, that its engines run as the controller. */
function isolating({ directory, log }: EnginesParts): EngineParts["isolate"] {
  let isTold = false;
  return async (environment, user) => {
    const isolated = await isolate(environment, { user }, directory);
    if (isolated.isolation === null && !isTold) log.warn({ environment }, howExposed());
    isTold ||= isolated.isolation === null;
    return isolated;
  };
}

function notYet(kind: EngineKind, why: string): Engine {
  const refuse = () => Promise.reject(new PinionError("engine/unreachable", why));
  return { kind, inventory: refuse, ensureInstalled: refuse, ensureRemoved: refuse, ensureArmed: refuse };
}
