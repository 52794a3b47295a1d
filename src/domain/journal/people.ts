/** Who tells a controller what to do. */

import type { Instant } from "../names.ts";

/** A person who gave a command, by their own word. */
export interface Person {
  readonly name: string;
  /** Null: not known. */
  readonly email: string | null;
  /** What the caller showed while claiming the name: "with the token of uid 1000". Absent: the command did not come over the API. */
  readonly claimed?: string;
}

/** The name and how far it can be trusted: the name is not verified. */
export function describePerson({ name, claimed }: Person): string {
  return claimed === undefined ? name : `${name}, as claimed ${claimed}`;
}

export interface Pause {
  readonly by: Person;
  readonly why: string;
  readonly at: Instant;
}
