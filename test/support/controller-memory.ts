/** What a controller keeps in memory between two passes, and loses when it ends. */

import { createChangeRecords } from "../../src/controller/changes/change-records.ts";
import { createLastPlacements } from "../../src/controller/last-placements.ts";
import { createObservedBefore } from "../../src/controller/observed-before.ts";
import type { PlanRecords, Ports } from "../../src/controller/ports.ts";
import { createPlanRecords } from "../../src/controller/plans/plan-records.ts";
import { createUnrecorded } from "../../src/controller/unrecorded.ts";
import { createValidations } from "../../src/controller/validating/runner.ts";
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

type Whole = ReturnType<typeof createControllerMemory> & Pick<Ports, "validations" | "changes" | "plans">;

/** Keeps none. */
const noPlans: PlanRecords = {
  opened: () => undefined,
  stepsOf: () => null,
  idle: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

/** The same with what works beside the passes; that of another environment of the same controller where there is one. */
export function memoryFor(beside: Whole | undefined, hasPlans = false): Whole {
  if (!beside) {
    const plans = hasPlans ? createPlanRecords() : noPlans;
    const work = { validations: createValidations(() => undefined), changes: createChangeRecords(), plans };
    return { ...createControllerMemory(), ...work };
  }
  const { placements, observedBefore, unrecorded, attention, validations, changes, plans } = beside;
  return { placements, observedBefore, unrecorded, attention, validations, changes, plans };
}
