/** The steps of a plan, from the deployments that were played. */

import type { PlannedDeployment } from "./deployment-plan.ts";
import type { DeploymentStep, ValidationCheck } from "../journal/rollout-plan.ts";
import type { EnvironmentSpec } from "../desired/environment.ts";
import type { ProcessId } from "../names.ts";
import type { Check } from "../desired/version.ts";
import type { PlayedDeployment, PlayedStep } from "./played.ts";
import { type StepWords, wordsFor, wordsOfKeeping, wordsOfRemoving } from "./step-words.ts";

/** A deployment as it is planned, and as it was played. */
export interface Act {
  readonly planned: PlannedDeployment;
  readonly played: PlayedDeployment;
}

interface Around {
  readonly spec: EnvironmentSpec;
  checksOf(process: string): readonly Check[];
}

export interface StepsOf {
  readonly process: ProcessId;
  readonly steps: readonly DeploymentStep[];
}

/** Deployment by deployment; the first of each waits for the steps that let it begin. */
export function planSteps(acts: readonly Act[], around: Around): readonly StepsOf[] {
  const known = new Map<ProcessId, readonly Placed[]>();
  let order = 0;
  return acts.map((act) => {
    const { process, waitsFor } = act.planned;
    let dependencies = waitsFor.flatMap((needed) => lastBefore(act.played.startedAt, known.get(needed) ?? []));
    const own = placed(act, around);
    known.set(process, own);
    const steps = own.map(({ id, key, words, startedAt, endedAt }): DeploymentStep => {
      const step = { id, key, ...words, order: (order += 1), dependencies, estimatedDuration: endedAt - startedAt };
      dependencies = [id];
      return step;
    });
    return { process, steps };
  });
}

interface Placed extends Pick<PlayedStep, "key" | "startedAt" | "endedAt"> {
  readonly id: string;
  readonly words: StepWords;
}

function placed({ planned, played }: Act, around: Around): readonly Placed[] {
  const counts = new Map<string, number>();
  return played.steps.flatMap((step) => {
    const words = wordsOf(step, planned, around);
    if (words === null) return [];
    const count = (counts.get(words.action) ?? 0) + 1;
    counts.set(words.action, count);
    const id = `${planned.id}.${words.action}${count === 1 ? "" : `-${count}`}`;
    return [{ id, key: step.key, words, startedAt: step.startedAt, endedAt: step.endedAt }];
  });
}

function wordsOf({ key, rollout }: PlayedStep, { process, from }: PlannedDeployment, { spec, checksOf }: Around): StepWords | null {
  const old = `${process} ${from ?? ""}`.trim();
  if (rollout) return wordsFor({ rollout, spec, checks: checksOf(process) });
  return key === "keep" ? wordsOfKeeping(old, spec) : wordsOfRemoving(old);
}

/** The last step that is over by then. */
function lastBefore(at: number, steps: readonly Placed[]): readonly string[] {
  return steps
    .filter(({ endedAt }) => endedAt <= at)
    .slice(-1)
    .map(({ id }) => id);
}

/** What is asked on each instance is one check. */
export function checksIn(process: ProcessId, steps: readonly DeploymentStep[]): readonly ValidationCheck[] {
  const checks = steps.flatMap(({ validation }) =>
    validation === null ? [] : validation.validations.map((one) => ({ process, phase: validation.phase, ...one })),
  );
  return [...new Map(checks.map((check) => [JSON.stringify(check), check])).values()];
}
