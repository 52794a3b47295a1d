/** What a controller keeps in memory between two passes, and loses when it ends. */

import { createLastPlacements } from "../../src/controller/last-placements.ts";
import { createObservedBefore } from "../../src/controller/observed-before.ts";
import type { Ports } from "../../src/controller/ports.ts";
import { createUnrecorded } from "../../src/controller/unrecorded.ts";
import { createComparedAttention } from "./compared-attention.ts";

/** Nothing is remembered yet. */
export function createControllerMemory(): Pick<Ports, "placements" | "observedBefore" | "unrecorded" | "attention"> {
  return {
    placements: createLastPlacements(),
    observedBefore: createObservedBefore(),
    unrecorded: createUnrecorded(),
    attention: createComparedAttention(),
  };
}
