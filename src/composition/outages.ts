/** The teller of outages over a store: there it records them, and keeps what it has told as down for the next controller. */

import { createOutages, type Outages, type OutagesParts } from "../controller/outages.ts";
import type { Store } from "../ports/store.ts";

type Rest = Pick<OutagesParts, "dispatcher" | "clock" | "log" | "wasGatewayDown">;

const key = "told-as-down";

export function openOutages({ journal, environments, meta }: Store, rest: Rest): Outages {
  const memory: OutagesParts["memory"] = { read: () => meta.get(key), write: (text) => meta.set(key, text) };
  return createOutages({ ...rest, journal, environments: () => environments(), memory });
}
