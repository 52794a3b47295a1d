/** Where the time of a run is kept for the next one: in the store, beside the journal that counts by it. */

import type { TimeMemory } from "../adapters/system/system-time.ts";
import type { Store } from "../ports/store.ts";

const key = "time";

export function timeMemory({ meta }: Pick<Store, "meta">): TimeMemory {
  return { read: () => meta.get(key), write: (value) => meta.set(key, value) };
}
