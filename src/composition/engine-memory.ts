/** What engines keep for the next controller: in the store, beside the journal. */

import type { Store } from "../adapters/store/store.ts";
import type { EngineParts } from "../ports/engine-adapter.ts";

export function engineMemory({ meta }: Pick<Store, "meta">): EngineParts["memory"] {
  return (place) => ({ read: () => meta.get(`engine/${place}`), write: (text) => meta.set(`engine/${place}`, text) });
}
