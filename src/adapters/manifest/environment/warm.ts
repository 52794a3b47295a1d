/** How many versions that served before stay warm. */

import type { BlueGreenSpec } from "../../../domain/desired/environment.ts";
import type { StrategyConfig } from "../../../generated/environment.ts";
import { durationMs } from "../document/durations.ts";

/** `true`: the one before, as long as nothing replaces it. */
export function toWarm(keep: StrategyConfig["keepOldVersion"] = true): Pick<BlueGreenSpec, "keepOldVersion" | "warm"> {
  if (typeof keep === "boolean") return { keepOldVersion: keep, warm: { count: keep ? 1 : 0, maxAgeMs: null } };
  const { count = 1, maxAge } = keep;
  return { keepOldVersion: true, warm: { count, maxAgeMs: maxAge === undefined ? null : durationMs(maxAge) } };
}
