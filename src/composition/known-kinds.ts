/** The kinds that pinion.yaml may name: those of the registries. */

import { engineAdapters } from "../adapters/engines/registry.ts";
import type { KnownKinds } from "../adapters/manifest/operator/kinds.ts";
import { routerAdapters } from "../adapters/routers/registry.ts";
import { storeAdapters } from "../adapters/store/registry.ts";

export const knownKinds: KnownKinds = {
  engine: engineAdapters.map(({ kind }) => kind),
  router: routerAdapters.map(({ kind }) => kind),
  store: storeAdapters.map(({ kind }) => kind),
};
