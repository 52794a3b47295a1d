/** What was foreseen of deployments, on disk. What writes runs inside a transaction of its caller. */

import type { OpenedPlan } from "../../../domain/journal/rollout-plan.ts";
import type { Deployment } from "../../../domain/journal/state.ts";
import * as fits from "../../../generated/validators/journal.mjs";
import { parseJson } from "../codec/parse-json.ts";
import type { Connection } from "./database.ts";
import { bounded } from "./pages.ts";

/** Of a deployment that is not known it is left out. */
export function createPlanWriter(connection: Connection): (deployment: string, plan: OpenedPlan) => void {
  const put = connection.prepare("INSERT OR REPLACE INTO deployment_plan (deployment, body) SELECT id, ? FROM deployment WHERE id = ?");
  return (deployment, plan) => void put.run(JSON.stringify(plan), deployment);
}

/** None, or none that can be read, is null. */
export function createPlanReader(connection: Connection): (deployment: string) => Pick<Deployment, "deploymentPlan" | "rollbackPlan"> {
  const find = connection.prepare(`SELECT ${bounded("body")} FROM deployment_plan WHERE deployment = ?`).raw(true);
  return (deployment) => {
    const row = find.get(deployment);
    const kept = Array.isArray(row) ? parseJson(row[0], fits.openedPlan) : null;
    return kept ?? { deploymentPlan: null, rollbackPlan: null };
  };
}
