/** What the natures of versions mean to the invariants. */

import type { Nature } from "./plan.ts";

/** They never get through their checks, so nobody must ever be sent to them. */
export const refusedNatures: ReadonlySet<Nature> = new Set(["refused", "fails-smoke-test"]);

/** Their errors are seen by whoever measures them. */
export const faultyNatures: ReadonlySet<Nature> = new Set(["errors", "fails-in-public"]);
