/** Works out beside the passes what is to come of each deployment that is opened, and keeps it in the journal. */

import { detectChanges } from "../../domain/changes/detect.ts";
import { type ChangeSummary, summarize } from "../../domain/changes/describe.ts";
import type { ProcessVersion } from "../../domain/desired/version.ts";
import { PinionError } from "../../domain/errors.ts";
import type { RolloutPlan } from "../../domain/journal/rollout-plan.ts";
import type { UnitRef } from "../../domain/names.ts";
import { type OpenedDetail, planOpened } from "../../domain/plan/opened.ts";
import { type Opened, openedBy } from "../../domain/plan/opened-world.ts";
import type { KnownStep } from "../../domain/plan/planned-progress.ts";
import { Aside } from "../aside.ts";
import type { PlanRecords, Ports } from "../ports.ts";

/** What waits beyond this is left out: with very many deployments no person reads each plan. */
const mostWaiting = 500;
/** Deployments whose planned steps are kept in memory for readers. */
const mostKnown = 500;
/** Past deployments that an estimate rests on. */
const mostHistory = 10;

export function createPlanRecords(): PlanRecords {
  const aside = new Aside(mostWaiting);
  const known = new KnownSteps();
  return {
    opened(decision, { state, seen }, ports) {
      const { environment } = decision;
      for (const opened of openedBy(decision, state, seen, ports.attention.restless(environment)))
        aside.later(
          async () => {
            const plan = planOpened(opened, await detailOf(opened, ports));
            if (plan) await ports.journal.recordPlan(environment, opened.rollout.deployment, plan);
            known.note(opened.rollout.deployment, plan?.deploymentPlan ?? null);
            await othersTurn();
          },
          (error) => ports.log.error({ environment, error }, "the plan of a deployment could not be recorded"),
        );
    },
    stepsOf(environment, deployment, { journal, log }) {
      const steps = known.of(deployment);
      if (steps !== undefined) return steps;
      known.note(deployment, null);
      aside.later(
        async () => {
          const [found] = await journal.history({ id: deployment, limit: 1 });
          if (found?.deploymentPlan) known.note(deployment, found.deploymentPlan);
        },
        (error) => log.error({ environment, error }, "the plan of a deployment could not be read"),
      );
      return null;
    },
    idle: () => aside.idle(),
    close: () => aside.close(),
  };
}

/** Of the newest deployments. Null: it has no plan, or it is not known yet. */
class KnownSteps {
  readonly #steps = new Map<string, readonly KnownStep[] | null>();

  of(deployment: string): readonly KnownStep[] | null | undefined {
    return this.#steps.get(deployment);
  }

  note(deployment: string, plan: RolloutPlan | null): void {
    const short = plan?.steps.map(({ key, name, brief, estimatedDuration }) => ({ key, name, brief, estimatedDuration })) ?? null;
    this.#steps.delete(deployment);
    this.#steps.set(deployment, short);
    const [oldest] = this.#steps.keys();
    if (this.#steps.size > mostKnown && oldest !== undefined) this.#steps.delete(oldest);
  }
}

async function detailOf({ rollout, observation: { environment } }: Opened, ports: Ports): Promise<OpenedDetail> {
  const { process, stable, candidate } = rollout;
  const [before, version] = [await read(stable, ports), await read(candidate, ports)];
  const history = await ports.journal.history({ environment, process, limit: mostHistory });
  return { version, changes: before && version ? changesBetween(before, version) : null, history };
}

function changesBetween(before: ProcessVersion, after: ProcessVersion): ChangeSummary {
  return summarize(detectChanges(before.definition, after.definition));
}

/** Null: the repository has no such version any more. */
async function read(unit: UnitRef | null, { manifests }: Ports): Promise<ProcessVersion | null> {
  if (!unit) return null;
  try {
    return await manifests.version(unit.process, unit.version);
  } catch (error) {
    if (error instanceof PinionError) return null;
    throw error;
  }
}

/** Passes go on between two plans. */
function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
