/** The embedded default: Node-RED as supervised processes of an environment's own, started on demand and found again after a restart. */

import type { FlowsPermit } from "../../../domain/config/permits.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { EngineMemory } from "../../../ports/engine-adapter.ts";
import type { Engine } from "../../../ports/engine.ts";
import type { Log } from "../../../ports/log.ts";
import { createNodeRedEngine } from "./engine.ts";
import { type InstanceChange, type Isolation, superviseNodeRed } from "./supervisor.ts";

export interface EmbeddedNodeRedOptions {
  readonly environment: string;
  /** Kept between runs; holds one folder per instance. */
  readonly directory: string;
  readonly instances: number;
  /** Left out: they run as the controller. */
  readonly isolation?: Isolation | null;
  /** What people should know beside what is seen. */
  readonly notes?: readonly string[];
  /** Of each instance's heap; null: Node.js decides. */
  readonly maxMemoryMb?: number | null;
  /** What flows may contain; null: whatever Node-RED knows. */
  readonly allow?: FlowsPermit | null;
  /** What our checks are known by; left out: they count as traffic. */
  readonly checkMark?: string;
  readonly log: Log;
  /** How long one answer of an instance may take; default 30 s, since a big deploy keeps it busy. */
  readonly timeoutMs?: number;
  /** How long what is in flight may take when an instance is told to end; default 30 s. */
  readonly drainMs?: number;
  /** Left out: the machine's. */
  readonly clock?: Pick<Clock, "now">;
  /** What is kept of an instance for the next controller; left out: nothing. */
  readonly memory?: (id: string) => EngineMemory;
}

export interface EmbeddedNodeRed {
  readonly engine: Engine;
  /** As they are now. */
  instances(): readonly InstanceChange[];
  /** Called when an instance died, or came (back) up. */
  onChange(listener: (change: InstanceChange) => void): void;
  /** Ends the instances. */
  stop(): Promise<void>;
  /** Leaves the instances running for the next controller. */
  detach(): Promise<void>;
}

/** Resolves when every instance is up or has failed once; a failed one is tried again, and is `down` in the inventory meanwhile. */
export async function startEmbeddedNodeRed(options: EmbeddedNodeRedOptions): Promise<EmbeddedNodeRed> {
  const listeners = new Set<(change: InstanceChange) => void>();
  const supervisor = await superviseNodeRed({
    ...options,
    isolation: options.isolation ?? null,
    maxMemoryMb: options.maxMemoryMb ?? null,
    timeoutMs: options.timeoutMs ?? 30_000,
    drainMs: options.drainMs ?? 30_000,
    clock: options.clock ?? { now: () => Math.floor(performance.timeOrigin + performance.now()) },
    onChange: (change) => listeners.forEach((listener) => listener(change)),
  });
  await supervisor.started();
  return {
    engine: createNodeRedEngine({ hosts: () => supervisor.hosts(), allow: options.allow ?? null, notes: () => options.notes ?? [] }),
    instances: () => supervisor.hosts(),
    onChange: (listener) => void listeners.add(listener),
    stop() {
      listeners.clear();
      return supervisor.stop();
    },
    detach() {
      listeners.clear();
      return supervisor.detach();
    },
  };
}
