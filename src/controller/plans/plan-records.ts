/** Works out beside the passes what is to come of each deployment that is opened, and keeps it in the journal. */

import { detectChanges } from "../../domain/changes/detect.ts";
import { type ChangeSummary, summarize } from "../../domain/changes/describe.ts";
import type { ProcessVersion } from "../../domain/desired/version.ts";
import { PinionError } from "../../domain/errors.ts";
import type { UnitRef } from "../../domain/names.ts";
import { openedBy, type OpenedDetail, planOpened } from "../../domain/plan/opened.ts";
import type { Opened } from "../../domain/plan/opened-world.ts";
import { Aside } from "../aside.ts";
import type { PlanRecords, Ports } from "../ports.ts";

/** What waits beyond this is left out: of a mass of deployments nobody reads each plan. */
const mostWaiting = 500;
/** Past deployments that an estimate rests on. */
const mostHistory = 10;

export function createPlanRecords(): PlanRecords {
  const aside = new Aside(mostWaiting);
  return {
    opened(decision, observation, ports) {
      const { environment } = decision;
      for (const opened of openedBy(decision, observation))
        aside.later(
          async () => {
            const plan = planOpened(opened, await detailOf(opened, ports));
            if (plan) await ports.journal.recordPlan(environment, opened.rollout.deployment, plan);
            await othersTurn();
          },
          (error) => ports.log.error({ environment, error }, "the plan of a deployment could not be recorded"),
        );
    },
    idle: () => aside.idle(),
    close: () => aside.close(),
  };
}

async function detailOf({ rollout, decision: { environment } }: Opened, ports: Ports): Promise<OpenedDetail> {
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
