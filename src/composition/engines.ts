/** The engines of all environments: started when an environment is first seen, found again after a restart. */

import { dirname, join } from "node:path";
import { type EmbeddedNodeRed, startEmbeddedNodeRed } from "../adapters/engines/node-red/embedded.ts";
import { createQueue, type Queue } from "../adapters/engines/node-red/host.ts";
import { connectRemoteNodeRed } from "../adapters/engines/node-red/remote.ts";
import { type ControllerConfig, type EmbeddedEngineConfig, engineOf, type RemoteEngineConfig } from "../domain/config/config.ts";
import type { Outages } from "../controller/outages.ts";
import { PinionError } from "../domain/errors.ts";
import type { EnvironmentName } from "../domain/names.ts";
import type { Awake } from "../ports/clock.ts";
import type { Engine } from "../ports/engine.ts";
import type { Log } from "../ports/log.ts";
import type { Secrets } from "../ports/secrets.ts";
import { isLoopback } from "../surfaces/http/open-server.ts";
import { howExposed, isolate } from "./isolation.ts";
import { readInstallation } from "./installation.ts";

export interface EnginesParts {
  readonly config: ControllerConfig;
  /** In the state folder; each environment gets a folder in it. */
  readonly directory: string;
  readonly secrets: Secrets;
  readonly awake: Awake;
  readonly log: Log;
  /** Something happened to the engine of an environment. */
  readonly onChange: (environment: EnvironmentName) => void;
  /** An embedded instance has ended, hangs, or is there again. */
  readonly outages: Pick<Outages, "engine">;
}

export interface Engines {
  /** Until it is up, every call throws `engine/unreachable`. */
  of(environment: EnvironmentName): Engine;
  /** Gets the engine of an environment ready, in the background. */
  open(environment: EnvironmentName): void;
  /** Ends the embedded ones, or leaves them running for the next controller. */
  close(how: "stop" | "keep"): Promise<void>;
}

interface Opened {
  engine: Engine | null;
  embedded: EmbeddedNodeRed | null;
  why: string;
}

const firstRetryMs = 1_000;
const longestRetryMs = 30_000;

export function createEngines(parts: EnginesParts): Engines {
  const queues = new Map<string, Queue>();
  const sharers = new Map<string, Set<EnvironmentName>>();
  const tellExposed = once((environment) => parts.log.warn({ environment }, howExposed()));
  const opened = new Map<EnvironmentName, Opened>();
  const starting = new Set<Promise<void>>();
  let isClosing = false;

  async function start(environment: EnvironmentName, entry: Opened, retryMs: number): Promise<void> {
    try {
      await connect(environment, entry, { ...parts, queues, sharers, tellExposed });
    } catch (error) {
      entry.why = error instanceof Error ? error.message : String(error);
      parts.log.error({ environment, error: entry.why }, "the engine does not start; trying again");
      if (!isClosing) setTimeout(() => run(environment, entry, Math.min(longestRetryMs, retryMs * 2)), retryMs).unref();
    }
    parts.onChange(environment);
  }

  function run(environment: EnvironmentName, entry: Opened, retryMs: number): void {
    if (isClosing) return;
    const started = start(environment, entry, retryMs).finally(() => starting.delete(started));
    starting.add(started);
  }

  return {
    of: (environment) => opened.get(environment)?.engine ?? notYet(opened.get(environment)?.why ?? "the engine is not started"),
    open(environment) {
      if (opened.has(environment)) return;
      const entry: Opened = { engine: null, embedded: null, why: "the engine is starting" };
      opened.set(environment, entry);
      run(environment, entry, firstRetryMs);
    },
    async close(how) {
      isClosing = true;
      await Promise.all(starting);
      const embedded = [...opened.values()].flatMap((entry) => entry.embedded ?? []);
      await Promise.all(embedded.map((one) => (how === "stop" ? one.stop() : one.detach())));
    },
  };
}

interface ConnectParts extends EnginesParts {
  /** Of remote engines, by address: environments may share one, and deploy to it one after the other. */
  readonly queues: Map<string, Queue>;
  /** Environments by the address of their remote engine. */
  readonly sharers: Map<string, Set<EnvironmentName>>;
  /** Of the first environment whose engines run as the controller. */
  readonly tellExposed: (environment: EnvironmentName) => void;
}

function once(tell: (environment: EnvironmentName) => void): (environment: EnvironmentName) => void {
  let isTold = false;
  return (environment) => {
    if (!isTold) tell(environment);
    isTold = true;
  };
}

async function connect(environment: EnvironmentName, entry: Opened, parts: ConnectParts): Promise<void> {
  const config = engineOf(parts.config, environment);
  if (config.mode === "remote") entry.engine = await connectRemote(environment, config, parts);
  else await startEmbedded(environment, entry, { ...parts, config });
}

async function connectRemote(
  environment: EnvironmentName,
  config: RemoteEngineConfig,
  { secrets, directory, queues, sharers }: ConnectParts,
): Promise<Engine> {
  // Looked up at every use, because tokens are replaced; a first time now, so that a missing one is told at the start.
  const token = (): Promise<string> => secrets.resolve(config.token);
  await token();
  const place = placeOf(config.url);
  const queue = queues.get(place) ?? createQueue();
  queues.set(place, queue);
  const owner = `${readInstallation(dirname(directory))}/${environment}`;
  const { engine } = connectRemoteNodeRed({ url: config.url, publicUrl: config.publicUrl, token, allow: config.allow, owner, queue });
  const others = sharers.get(place) ?? new Set<EnvironmentName>();
  sharers.set(place, others.add(environment));
  return { ...engine, notes: () => [...(engine.notes?.() ?? []), ...sharingNotes([...others].filter((other) => other !== environment))] };
}

/** An address in one way of writing: `localhost` and the addresses of loopback are one machine, and a host name has no case. */
function placeOf(url: string): string {
  const { protocol, hostname, port, pathname } = new URL(url);
  const host = isLoopback(hostname) ? "localhost" : hostname.replace(/\.$/, "");
  return `${protocol}//${host}:${port}${pathname.replace(/\/+$/, "")}`;
}

/** Flows of one Node-RED are one process. */
function sharingNotes(others: readonly EnvironmentName[]): readonly string[] {
  if (others.length === 0) return [];
  return [`not isolated: its flows run in one Node-RED with those of ${others.toSorted().join(" and ")}, and can do there what those can`];
}

type EmbeddedParts = Omit<ConnectParts, "config"> & { readonly config: EmbeddedEngineConfig };

async function startEmbedded(
  environment: EnvironmentName,
  entry: Opened,
  { config, directory, log, onChange, outages, tellExposed }: EmbeddedParts,
): Promise<void> {
  const { instances, maxMemoryMb, allow } = config;
  const { isolation, notes } = await isolate(environment, config, directory);
  if (isolation === null) tellExposed(environment);
  const about = { environment, directory: join(directory, environment), instances, maxMemoryMb, allow };
  const embedded = await startEmbeddedNodeRed({ ...about, isolation, notes, log });
  embedded.onChange((instance) => {
    outages.engine(environment, instance);
    onChange(environment);
  });
  // What became of them meanwhile, as that one is up again which the controller before has told as down.
  for (const instance of embedded.instances()) outages.engine(environment, instance);
  entry.embedded = embedded;
  entry.engine = embedded.engine;
}

function notYet(why: string): Engine {
  const refuse = () => Promise.reject(new PinionError("engine/unreachable", why));
  return { kind: "node-red", inventory: refuse, ensureInstalled: refuse, ensureRemoved: refuse, ensureArmed: refuse };
}
