/** Metrics from the engine's own counts: for processes that nobody calls over HTTP, such as schedules and subscriptions. */

import type { MetricName } from "../../domain/analysis/metrics.ts";
import type { EnvironmentName } from "../../domain/names.ts";
import type { Installed } from "../../domain/desired/unit.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Engine } from "../../ports/engine.ts";
import type { MetricSource } from "../../ports/metric-source.ts";
import { nothingIn, rateOf, refusedBy, seenOnce, unreachable, workedIn } from "./rates.ts";
import { type CountersNow, SampledCounters, unitKey } from "./sampled-counters.ts";

export interface EngineSourceOptions {
  readonly engine: (environment: EnvironmentName) => Pick<Engine, "inventory">;
  readonly clock: Pick<Clock, "now">;
}

const measures: readonly MetricName[] = ["error_rate", "success_rate", "request_count"];
const counted = "finished errors";

/** Its requests are the messages and executions that came to an end. Asks the engine once for all measurements of the same moment. */
export function createEngineSource({ engine, clock }: EngineSourceOptions): MetricSource {
  const counters = new SampledCounters(async (environment) => tabulate((await engine(environment).inventory()).installed), clock);
  return {
    async measure(query) {
      if (!measures.includes(query.metric)) throw refusedBy("engine", query.metric, measures);
      const windowed = await counters.window(query).catch((error: unknown) => {
        throw unreachable("the engine's counters", error);
      });
      if (windowed.layout !== counted) return { kind: "none", why: "the engine does not count what its flows work on" };
      if (windowed.kind === "unknown") return seenOnce;
      const worked = workedIn(windowed.growth);
      if (worked.requests <= 0 && query.metric !== "request_count") return nothingIn(query);
      return rateOf(query.metric, worked) ?? nothingIn(query);
    },
  };
}

function tabulate(installed: readonly Installed[]): CountersNow {
  const units = new Map<string, Map<string, readonly number[]>>();
  let layout = "";
  for (const unit of installed) {
    const instances = new Map<string, readonly number[]>();
    for (const { instance, counts } of unit.placements) if (counts) instances.set(instance, [counts.finished, counts.errors]);
    if (instances.size > 0) layout = counted;
    units.set(unitKey(unit), instances);
  }
  return { layout, units };
}
