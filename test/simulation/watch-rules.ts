/** How a version that is watched comes to an end: its time is over, somebody overtakes it, or it is taken back within the rails. */

import type { EnvironmentState, ProcessState, Decision } from "../../src/domain/journal/state.ts";
import { servingThen } from "./memory.ts";
import type { SimWorld } from "./sim-world.ts";

interface Watched {
  readonly old: ProcessState;
  readonly row: ProcessState;
  readonly decision: Decision;
  /** All that was remembered before. */
  readonly before: EnvironmentState;
}

export function judgeWatch(world: SimWorld, { old, row, decision, before }: Watched): void {
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
  if (is?.deployment === was.deployment && is.state.kind === "rejected")
    judgeTaken(world, { old, row, decision, before }, is.state.trigger);
}

/** By a commit that pins something else. */
function isOvertaken(why: string): boolean {
  return why.endsWith("pinned now") || why.endsWith("no longer pinned");
}

/** What a trigger takes back once it had all the traffic for good. */
function judgeTaken({ trace, plan }: SimWorld, { old, decision, before }: Watched, trigger: string): void {
  const automatic = plan.environments.find(({ name }) => name === decision.environment)?.spec.rollback.automatic;
  if (!automatic?.triggers.some(({ metric }) => metric === trigger)) return;
  const what = `${old.rollout?.deployment ?? ""}: ${trigger}`;
  trace.expect(automatic.enabled, "where automatic rollback is off, nothing is taken back", what);
  const isCool = old.rolledBackAt === null || decision.at >= old.rolledBackAt + automatic.coolDownMs;
  trace.expect(isCool, "nothing is taken back within a cool-down", what);
  const back = old.rollout ? servingThen(decision, old.rollout) : [];
  const areGood = back.every(({ process, version }) => before.processes.get(process)?.knownGood.some((good) => good.version === version));
  trace.expect(back.length > 0 && areGood, "nothing is taken back to what was never good", what);
}
