import type { EngineConfig } from "../domain/config/config.ts";
import type { EngineInstance } from "../domain/desired/unit.ts";
import type { EngineKind, EnvironmentName } from "../domain/names.ts";
import type { Clock } from "./clock.ts";
import type { Dialect } from "./dialect.ts";
import type { Engine } from "./engine.ts";
import type { Log } from "./log.ts";
import type { Secrets } from "./secrets.ts";

/** One kind of engine, as `src/adapters/engines/registry.ts` lists it: what can be known of it without any, and how one is had. */
export interface EngineAdapter {
  /** What process.yaml and pinion.yaml call it. */
  readonly kind: EngineKind;
  readonly dialect: Dialect;
  /** For one controller, which may have engines of it in many environments. What is needed for that is loaded now. */
  open(parts: EngineParts): Promise<EngineOpener>;
  /** Ends the process that an instance left in its folder, if it is provably ours; its id, or null where there is none. */
  endLeftOver(directory: string, graceMs: number): Promise<number | null>;
}

export interface EngineParts {
  /** In the state folder; each environment gets a folder in it, and each instance one in that, named after its kind. */
  readonly directory: string;
  /** By which flows of this installation are told from those of others on the same engine. */
  readonly installation: () => string;
  /** The value of the header `x-pinion-engine-check` in requests that are our own checks, and count for nobody's traffic. A secret. */
  readonly checkMark: string;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly clock: Pick<Clock, "now">;
  /** What an instance knows of before; `place` names it among all of this kind. */
  memory(place: string): EngineMemory;
  /** Whom the instances of an environment run as. @throws `config/invalid` when the user named cannot be had. */
  isolate(environment: EnvironmentName, user: string | null): Promise<Isolated>;
}

/** A few kilobytes of text that survive a restart of the controller. */
export interface EngineMemory {
  /** Null: nothing was written yet. */
  read(): string | null;
  /** Durable when it returns. @throws `store/full`, `store/failed`. */
  write(text: string): void;
}

export interface Isolated {
  /** Null: they run as the controller. `directory` holds one folder per instance that only this user can look into. */
  readonly isolation: { readonly runAs: { readonly uid: number; readonly gid: number }; readonly directory: string } | null;
  /** What people should know of it, one line each. */
  readonly notes: readonly string[];
}

export interface EngineOpener {
  /** The engine of one environment, up or about to be. @throws `config/invalid`, `secret/missing`: it is tried again later. */
  connect(environment: EnvironmentName, config: EngineConfig): Promise<ConnectedEngine>;
}

export interface ConnectedEngine {
  readonly engine: Engine;
  /** Those that Pinion looks after, as they are now. */
  instances(): readonly EngineInstance[];
  /** Called when one of them has ended, hangs, or is there again. */
  onChange(listener: (instance: EngineInstance) => void): void;
  /** Ends them, or leaves them running for the next controller. */
  close(how: "stop" | "keep"): Promise<void>;
}
