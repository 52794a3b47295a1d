/** The kind of store that pinion.yaml asks for. */

import { storeAdapters } from "../adapters/store/registry.ts";
import type { StoreConfig } from "../domain/config/config.ts";
import { PinionError } from "../domain/errors.ts";
import type { StoreAdapter } from "../ports/store-adapter.ts";

/** `adapters`: every kind that there is. @throws `config/invalid`. */
export function storeOf({ kind }: StoreConfig, adapters: readonly StoreAdapter[] = storeAdapters): StoreAdapter {
  const adapter = adapters.find((each) => each.kind === kind);
  if (!adapter) throw new PinionError("config/invalid", `the kind of store "${kind}" is unknown`);
  return adapter;
}
