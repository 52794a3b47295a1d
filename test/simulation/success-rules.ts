/** Which versions may never be found good, given what is really wrong with them and who was looking. */

import type { EnvironmentSpec } from "../../src/domain/environment.ts";
import { strategyFor } from "../../src/domain/environment.ts";
import type { Opened } from "./decision-rules.ts";
import { faultyNatures, refusedNatures } from "./natures.ts";
import type { Plan } from "./plan.ts";
import type { SimWorld } from "./sim-world.ts";

interface Success {
  readonly about: Opened;
  /** A person took it further, whatever its metrics said, now or when it was found good before. */
  readonly wasPromoted: boolean;
  readonly why: string;
}

export function judgeSuccess({ trace, plan, catalogue }: SimWorld, { about, wasPromoted, why }: Success): void {
  const { environment, process, version, kind, strategy } = about;
  const nature = catalogue.nature(process, version ?? "");
  const found = plan.environments.find(({ name }) => name === environment);
  if (!nature || !found || kind === "heal" || kind === "retire") return;
  const what = `${environment}/${process} ${version} (${nature}, ${strategy}): ${why}`;
  if (refusedNatures.has(nature)) trace.violate("what fails its checks is never good", what);
  if (kind !== "deploy" || wasPromoted || !faultyNatures.has(nature)) return;
  const hasAnalysis = strategy === "canary" && analyses(found.spec, process) && about.from !== null;
  if (hasAnalysis) trace.violate("unknown or bad metrics never promote", what);
  const isOvertaken = why.endsWith("pinned now") || why.endsWith("no longer pinned");
  if (plan.isCalm && !isOvertaken && isWatched(found.spec, plan, about)) trace.violate("a trigger takes a bad version back", what);
}

function analyses(spec: EnvironmentSpec, process: string): boolean {
  const strategy = strategyFor(spec, process);
  return strategy.kind === "canary" && strategy.steps.some(({ kind }) => kind === "analysis");
}

/** Enough requests in the watch time for the error rate to be known. */
function isWatched({ rollback }: EnvironmentSpec, plan: Plan, { environment, process, strategy, from }: Opened): boolean {
  const { enabled, triggers, watchMs, coolDownMs } = rollback.automatic;
  const rate = plan.environments.find(({ name }) => name === environment)?.traffic.get(process) ?? 0;
  const isLooked = enabled && watchMs >= 5_000 && triggers.some(({ metric }) => metric === "error_rate");
  return isLooked && coolDownMs === 0 && rate >= 3 && strategy !== "recreate" && from !== null;
}
