/** Reads how often deployments ended how: sums that the database keeps, so that the number of deployments does not matter. */

import type { Tally } from "../../ports/journal.ts";
import type { Connection } from "./database.ts";
import { isNumber, isText, listOf, nullable, shape } from "./guards.ts";
import { isDeploymentKind, isDeploymentPhase, parseJson } from "./rows.ts";

const isTally = shape<Tally>({
  environment: isText,
  process: isText,
  kind: isDeploymentKind,
  strategy: isText,
  phase: isDeploymentPhase,
  trigger: nullable(isText),
  count: isNumber,
  durationMs: isNumber,
});
const isRows = listOf(shape<object>({}));

/** One JSON text for all of them is read several times faster than as many rows. Sums of nothing are left out. */
const everything = `SELECT json_group_array(json_object('environment', environment, 'process', process, 'kind', kind, 'strategy', strategy,
    'phase', phase, 'trigger', nullif(condemned_by, ''), 'count', count, 'durationMs', duration_ms))
  FROM tally WHERE count > 0`;

/** A sum that nobody can read is left out. */
export function createTallyReader(connection: Connection): () => readonly Tally[] {
  const find = connection.prepare(everything).raw(true);
  return () => {
    const [text] = find.get() as readonly unknown[];
    return (parseJson(text, isRows) ?? []).filter(isTally);
  };
}
