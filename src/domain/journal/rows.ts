/** The few rows of an environment that are not at their end, found without a walk over all of them. */

import { createSelection } from "../sharded-map.ts";
import type { ProcessState } from "./state.ts";

/** Those with a rollout. */
export const rowsUnderWay = createSelection<ProcessState>(({ rollout }) => rollout !== null);

/** Those whose pin is to be put back. */
export const rowsBeingReverted = createSelection<ProcessState>(({ revert }) => revert !== null);
