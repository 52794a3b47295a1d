/** Picks the rules of a rollout. A new strategy is one file beside this one, its spec in `environment.ts`, and a line in each function here. */

import { assertNever } from "../names.ts";
import type { Rollout, RolloutSeen, StrategyStep } from "../journal/rollout.ts";
import { nextBlueGreen } from "./blue-green.ts";
import { nextCanary } from "./canary.ts";
import { beginRecreate, nextRecreate } from "./recreate.ts";
import { nextRolling } from "./rolling.ts";
import { beginBeside } from "./steps.ts";
import { beginHeal, beginRetire, nextHeal, nextRetire } from "./heal-and-retire.ts";

/** The first step of a rollout that has just been decided on; its own `state` is not looked at. */
export function begin(rollout: Rollout, why: string): StrategyStep {
  const { candidate, strategy } = rollout;
  if (!candidate) return beginRetire(rollout, rollout.startedAt);
  if (rollout.kind === "heal") return beginHeal(candidate, why);
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
export function next(rollout: Rollout, seen: RolloutSeen): StrategyStep {
  const { candidate, strategy } = rollout;
  if (!candidate) return nextRetire(rollout, seen);
  if (rollout.kind === "heal") return nextHeal(rollout, candidate, seen);
  switch (strategy.kind) {
    case "blue-green":
      return nextBlueGreen(rollout, candidate, strategy, seen);
    case "canary":
      return nextCanary(rollout, candidate, strategy, seen);
    case "rolling":
      return nextRolling(rollout, candidate, strategy, seen);
    case "recreate":
      return nextRecreate(rollout, candidate, seen);
    default:
      return assertNever(strategy);
  }
}
