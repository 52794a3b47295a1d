/** What every removal must keep: nothing is taken out beside an error, and what is taken out stays warm. */

import type { EnvironmentName, Instant, ProcessId } from "../../src/domain/names.ts";
import type { Decision, DeploymentUpdate } from "../../src/domain/journal/state.ts";
import type { Opened } from "./decision-rules.ts";
import type { SimWorld } from "./sim-world.ts";

export interface RemovalRules {
  afterStep(decision: Decision): void;
}

export function createRemovalRules(world: SimWorld): RemovalRules {
  /** Deployments that take a process out, and since when those are over that did. */
  const retiring = new Map<string, string>();
  const outSince = new Map<string, Instant>();

  function follow({ id, opened, endedAt, phase }: DeploymentUpdate, { deployments }: Decision): void {
    if (opened) {
      outSince.delete(keyOf(opened.environment, opened.process));
      // Who is rejected in the same moment serves again: nobody leaves.
      if (opened.kind === "prune" && !isRejected(id, deployments)) judgeRetire(world, opened);
      if (opened.kind === "prune") retiring.set(id, keyOf(opened.environment, opened.process));
    }
    const key = retiring.get(id);
    if (key !== undefined && endedAt !== null && phase === "Succeeded") outSince.set(key, endedAt);
  }

  /** A run that is killed forgets its last seconds: by the time of the next one, what is out was out before. */
  function forgetAfter({ environment, at }: Decision): void {
    for (const [key, since] of outSince) if (key.startsWith(`${environment}/`)) outSince.set(key, Math.min(since, at));
  }

  return {
    afterStep(decision) {
      forgetAfter(decision);
      // What is shown as pinned again was given its traffic back without a deployment.
      for (const { process, status } of decision.processes)
        if (status && status.desired !== null) outSince.delete(keyOf(decision.environment, process));
      for (const update of decision.deployments) follow(update, decision);
      for (const [process, actions] of decision.owed) {
        const since = outSince.get(keyOf(decision.environment, process));
        if (since !== undefined && actions.some(({ kind }) => kind === "ensure-removed")) judgeWarm(world, decision, { process, since });
      }
    },
  };
}

function keyOf(environment: EnvironmentName, process: ProcessId): string {
  return `${environment}/${process}`;
}

function isRejected(id: string, updates: readonly DeploymentUpdate[]): boolean {
  return updates.some((update) => update.id === id && update.step.state === "rejected");
}

/** The files of the commit say it, not the state of the controller. */
function judgeRetire({ git, catalogue, trace }: SimWorld, { environment, process, commit }: Opened): void {
  const files = git.find(commit)?.files;
  const pins = files ? [...catalogue.environment(files, environment).pins.values()] : [];
  const broken = pins.find(({ kind }) => kind === "broken");
  if (broken) trace.violate("nothing is taken out beside an error", `${environment}/${process} leaves, and at ${commit} a pin is broken`);
}

function judgeWarm(
  { plan, trace }: SimWorld,
  { environment, at }: Decision,
  { process, since }: { process: ProcessId; since: Instant },
): void {
  const delay = plan.environments.find(({ name }) => name === environment)?.spec.pruneDelayMs ?? 0;
  if (at < since + delay) trace.violate("what is taken out stays warm", `${environment}/${process} is removed after ${at - since} ms`);
}
