import type { EnvironmentName } from "../domain/names.ts";
import type { StoreFailure } from "../domain/status/store-failure.ts";
import type { Journal } from "./journal.ts";
import type { ParseCache } from "./objects.ts";

/** Small values that must survive, such as the commit applied last. */
export interface Meta {
  get(key: string): string | null;
  /** Durable when it returns. @throws `store/full`, `store/failed`. */
  set(key: string, value: string): void;
  /** All of them or none, by one write to the disk. Durable when it returns. @throws `store/full`, `store/failed`. */
  setAll(values: ReadonlyMap<string, string>): void;
}

/** What a controller remembers: its journal, its parse cache and a few small durable values, with one writer. */
export interface Store {
  readonly journal: Journal;
  readonly parseCache: ParseCache;
  readonly meta: Meta;
  /** Environments of which the journal remembers a process, a freeze, or a command that waits; of very many the first. */
  environments(): readonly EnvironmentName[];
  /** Why nothing can be recorded, such as a full disk; null: all is well. */
  trouble(): StoreFailure | null;
  close(): void;
}
