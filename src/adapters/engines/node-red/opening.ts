/** The Node-REDs of one controller: its own children, found again after a restart, or some that others run, shared by environments. */

import { join } from "node:path";
import pLimit, { type LimitFunction } from "p-limit";
import type { EmbeddedEngineConfig, RemoteEngineConfig } from "../../../domain/config/config.ts";
import type { EnvironmentName } from "../../../domain/names.ts";
import type { ConnectedEngine, EngineOpener, EngineParts } from "../../../ports/engine-adapter.ts";
import { startEmbeddedNodeRed } from "./embedded.ts";
import { connectRemoteNodeRed } from "./remote.ts";

export function createNodeRedOpener(parts: EngineParts): EngineOpener {
  const places = new Map<string, SharedPlace>();
  return {
    connect: (environment, config) =>
      config.mode === "remote" ? connectRemote(environment, config, { ...parts, places }) : startEmbedded(environment, config, parts),
  };
}

/** One remote Node-RED: environments may share it, and deploy to it one after the other. */
interface SharedPlace {
  readonly queue: LimitFunction;
  readonly environments: Set<EnvironmentName>;
}

type RemoteParts = EngineParts & { readonly places: Map<string, SharedPlace> };

async function connectRemote(
  environment: EnvironmentName,
  config: RemoteEngineConfig,
  { secrets, installation, checkMark, places }: RemoteParts,
): Promise<ConnectedEngine> {
  // Looked up at every use, because tokens are replaced; a first time now, so that a missing one is told at the start.
  const token = (): Promise<string> => secrets.resolve(config.token);
  await token();
  const place = placeOf(config.url);
  const { queue, environments } = places.get(place) ?? { queue: pLimit(1), environments: new Set<EnvironmentName>() };
  places.set(place, { queue, environments: environments.add(environment) });
  const owner = `${installation()}/${environment}`;
  const { url, publicUrl, allow } = config;
  const { engine } = connectRemoteNodeRed({ url, publicUrl, token, allow, owner, queue, checkMark });
  const notes = () => sharingNotes([...environments].filter((other) => other !== environment));
  return {
    engine: { ...engine, notes: () => [...(engine.notes?.() ?? []), ...notes()] },
    instances: () => [],
    onChange: () => undefined,
    close: () => Promise.resolve(),
  };
}

/** An address in one way of writing: `localhost` and the addresses of loopback are one machine, and a host name has no case. */
function placeOf(url: string): string {
  const { protocol, hostname, port, pathname } = new URL(url);
  const host = /^(127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname) ? "localhost" : hostname.replace(/\.$/, "");
  return `${protocol}//${host}:${port}${pathname.replace(/\/+$/, "")}`;
}

/** Flows of one Node-RED are one process. */
function sharingNotes(others: readonly EnvironmentName[]): readonly string[] {
  if (others.length === 0) return [];
  return [`not isolated: its flows run in one Node-RED with those of ${others.toSorted().join(" and ")}, and can do there what those can`];
}

async function startEmbedded(environment: EnvironmentName, config: EmbeddedEngineConfig, parts: EngineParts): Promise<ConnectedEngine> {
  const { instances, maxMemoryMb, allow, user } = config;
  const { isolation, notes } = await parts.isolate(environment, user);
  const directory = join(parts.directory, environment);
  const { log, checkMark, clock } = parts;
  const memory = (id: string) => parts.memory(`${environment}/${id}`);
  const options = { environment, directory, instances, maxMemoryMb, allow, isolation, notes, log, checkMark, clock, memory };
  const embedded = await startEmbeddedNodeRed(options);
  return {
    engine: embedded.engine,
    instances: () => embedded.instances(),
    onChange: (listener) => embedded.onChange(listener),
    close: (how) => (how === "stop" ? embedded.stop() : embedded.detach()),
  };
}
