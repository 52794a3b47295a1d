/** Reads how often deployments ended how: sums that the database keeps, so that the number of deployments does not matter. */

import { setImmediate } from "node:timers/promises";
import type { DeploymentCount } from "../../../ports/journal.ts";
import type { Connection } from "./database.ts";
import * as fits from "../../../generated/validators/journal.mjs";
import type { Row } from "./pages.ts";
import { parseJson } from "../codec/parse-json.ts";

const key = "environment, process, kind, strategy, phase, rejected_by";
const atOnce = 2_000;

/** One JSON text for many of them is read several times faster than as many rows. Sums of nothing are left out. */
const page = `SELECT json_group_array(json_object('environment', environment, 'process', process, 'kind', kind, 'strategy', strategy,
    'phase', phase, 'trigger', nullif(rejected_by, ''), 'count', count, 'durationMs', duration_ms))
  FROM (SELECT * FROM deployment_count WHERE (${key}) > (?, ?, ?, ?, ?, ?) AND count > 0 ORDER BY ${key} LIMIT ${atOnce})`;
/** The last row of a page. */
const last = `SELECT ${key} FROM (SELECT ${key} FROM deployment_count WHERE (${key}) > (?, ?, ?, ?, ?, ?) AND count > 0 ORDER BY ${key} LIMIT ${atOnce})
  ORDER BY ${key.replaceAll(",", " DESC,")} DESC LIMIT 1`;

/** In pages. A sum that nobody can read is left out. */
export function createCountReader(connection: Connection): () => Promise<readonly DeploymentCount[]> {
  const find = connection.prepare(page).raw(true);
  const findLast = connection.prepare(last).raw(true);
  return async () => {
    const deploymentCounts: DeploymentCount[] = [];
    for (let after: Row = ["", "", "", "", "", ""]; ;) {
      const [text] = find.get(...after) as Row;
      const rows = parseJson(text, fits.objects) ?? [];
      deploymentCounts.push(...rows.filter(fits.deploymentCount));
      const next = rows.length < atOnce ? undefined : (findLast.get(...after) as Row | undefined);
      if (next === undefined) return deploymentCounts;
      after = next;
      await setImmediate();
    }
  };
}
