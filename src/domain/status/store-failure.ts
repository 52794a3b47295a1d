/** That nothing can be recorded, such as on a full disk. Callers are protected all the same; nothing new is begun. */

import type { Instant } from "../names.ts";

export interface StoreFailure {
  readonly since: Instant;
  readonly code: "store/full" | "store/failed";
  /** One line for people: the file and what the system said. */
  readonly why: string;
}
