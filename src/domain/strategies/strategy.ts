/** Picks the rules of a rollout. A new strategy is one file beside this one, its spec in `environment.ts`, and a line in each function here. */

import { assertNever } from "../names.ts";
import type { Rollout, RolloutView, StrategyStep } from "../journal/rollout.ts";
import { nextBlueGreen } from "./blue-green.ts";
import { nextCanary } from "./canary.ts";
import { beginRecreate, nextRecreate } from "./recreate.ts";
import { nextRolling } from "./rolling.ts";
import { beginBeside } from "./steps.ts";
import { beginSelfHeal, beginPrune, nextSelfHeal, nextPrune } from "./self-heal-and-prune.ts";

/** The first step of a rollout that has just been decided on; its own `state` is not looked at. */
export function begin(rollout: Rollout, why: string): StrategyStep {
  const { candidate, strategy } = rollout;
  if (!candidate) return beginPrune(rollout, rollout.startedAt);
  if (rollout.kind === "self-heal") return beginSelfHeal(candidate, why);
  switch (strategy.kind) {
    case "blue-green":
    case "canary":
    case "rolling":
      return beginBeside(rollout, candidate);
    case "recreate":
      return beginRecreate(rollout, candidate);
    default:
      return assertNever(strategy);
  }
}

/** The next step of a rollout under way, given what is seen. */
export function next(rollout: Rollout, view: RolloutView): StrategyStep {
  const { candidate, strategy } = rollout;
  if (!candidate) return nextPrune(rollout, view);
  if (rollout.kind === "self-heal") return nextSelfHeal(rollout, candidate, view);
  switch (strategy.kind) {
    case "blue-green":
      return nextBlueGreen(rollout, candidate, strategy, view);
    case "canary":
      return nextCanary(rollout, candidate, strategy, view);
    case "rolling":
      return nextRolling(rollout, candidate, strategy, view);
    case "recreate":
      return nextRecreate(rollout, candidate, view);
    default:
      return assertNever(strategy);
  }
}
