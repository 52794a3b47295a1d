/** How a version that is watched comes to an end: its time is over, somebody overtakes it, or it is taken back within the rails. */

import type { ProcessState, Decision } from "../../src/domain/journal/state.ts";
import type { SimWorld } from "./sim-world.ts";

interface Watched {
  readonly old: ProcessState;
  readonly row: ProcessState;
  readonly decision: Decision;
}

export function judgeWatch(world: SimWorld, { old, row, decision }: Watched): void {
  const was = old.rollout;
  if (was?.kind !== "deploy" || was.state.kind !== "baking") return;
  const { until } = was.state;
  const end = decision.deployments.findLast(({ id }) => id === was.deployment);
  const isEarly = end?.phase === "Succeeded" && decision.at < until && !isOvertaken(end.step.why);
  world.trace.expect(
    !isEarly,
    "a version is watched for as long as the policy says",
    `${was.deployment}: ${until - decision.at} ms are left`,
  );
  const is = row.rollout;
  if (is?.deployment === was.deployment && is.state.kind === "rejected") judgeTaken(world, { old, row, decision }, is.state.trigger);
}

/** By a commit that pins something else. */
function isOvertaken(why: string): boolean {
  return why.endsWith("pinned now") || why.endsWith("no longer pinned");
}

/** What a trigger takes back once it had all the traffic for good. */
function judgeTaken({ trace, plan }: SimWorld, { old, decision }: Watched, trigger: string): void {
  const automatic = plan.environments.find(({ name }) => name === decision.environment)?.spec.rollback.automatic;
  if (!automatic?.triggers.some(({ metric }) => metric === trigger)) return;
  const what = `${old.rollout?.deployment ?? ""}: ${trigger}`;
  trace.expect(automatic.enabled, "where automatic rollback is off, nothing is taken back", what);
  const isCool = old.rolledBackAt === null || decision.at >= old.rolledBackAt + automatic.coolDownMs;
  trace.expect(isCool, "nothing is taken back within a cool-down", what);
  const version = old.rollout?.stable?.version;
  trace.expect(
    old.knownGood.some((good) => good.version === version),
    "nothing is taken back to what was never good",
    what,
  );
}
