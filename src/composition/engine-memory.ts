/** What engines keep for the next controller: in the store, beside the journal. */

import type { EngineParts } from "../ports/engine-adapter.ts";
import type { Store } from "../ports/store.ts";

export function engineMemory({ meta }: Pick<Store, "meta">): EngineParts["memory"] {
  return (place) => ({ read: () => meta.get(`engine/${place}`), write: (text) => meta.set(`engine/${place}`, text) });
}
