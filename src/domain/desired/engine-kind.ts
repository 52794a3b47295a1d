/** The kind of engine that is used where none is named. */

import type { EngineKind } from "../names.ts";

/** What runs a process that does not say, and what pinion.yaml means where it does not. */
export const defaultEngineKind: EngineKind = "node-red";
