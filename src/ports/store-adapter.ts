import type { StoreConfig } from "../domain/config/config.ts";
import type { StoreKind } from "../domain/names.ts";
import type { Log } from "./log.ts";
import type { Store } from "./store.ts";

/** One kind of store, as `src/adapters/store/registry.ts` lists it. */
export interface StoreAdapter {
  /** What pinion.yaml calls it. */
  readonly kind: StoreKind;
  /** For this process alone. @throws `store/open-to-others`, `store/locked`, `store/damaged`, `store/too-new`, `store/full`, `store/failed`. */
  open(parts: StoreParts): Promise<Store>;
  /** Keeps every controller away from a state folder until it is released. @throws `store/locked` while one has it. */
  lock(stateDirectory: string): Promise<StoreLock>;
  /** Process id of the controller that took a state folder last, which may have ended since; null: none is on record. */
  holder(stateDirectory: string): number | null;
}

export interface StoreParts {
  readonly config: StoreConfig;
  /** Made when it is missing. */
  readonly stateDirectory: string;
  readonly log: Log;
}

export interface StoreLock {
  release(): void;
}
