/** Who tells a controller what to do. */

import type { Instant } from "./names.ts";

/** A person who gave an order. */
export interface Person {
  readonly name: string;
  /** Null: not known. */
  readonly email: string | null;
}

export interface Pause {
  readonly by: Person;
  readonly why: string;
  readonly at: Instant;
}
