/** Who changes paths with whom, in one write of the table. Types only: deciding about it needs the rest of the domain. */

import type { ProcessId } from "../names.ts";
import type { Exchange } from "./rollout.ts";

/** In one write with these. */
export interface Going {
  readonly kind: "goes";
  readonly why: string;
  readonly with: readonly ProcessId[];
  /** Theirs and its own. */
  readonly exchanged: readonly Exchange[];
}

/** What one process has to do with it. */
export type Handover = { readonly kind: "waits"; readonly why: string; readonly with: readonly ProcessId[] } | Going;

export type Handovers = ReadonlyMap<ProcessId, Handover>;
