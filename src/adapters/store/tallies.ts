/** Reads how often deployments ended how: sums that the database keeps, so that their number does not matter. */

import type { Tally } from "../../ports/journal.ts";
import type { Connection } from "./database.ts";
import { isNumber, isText, nullable, shape } from "./guards.ts";
import { plain } from "./history.ts";
import { isDeploymentKind, isDeploymentPhase } from "./rows.ts";

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

/** Sums of nothing are left out. */
export function createTallyReader(connection: Connection): () => readonly Tally[] {
  const find = connection.prepare(
    `SELECT environment, process, kind, strategy, phase, nullif(condemned_by, '') AS "trigger", count, duration_ms AS durationMs
     FROM tally WHERE count > 0`,
  );
  return () => find.all().map(plain).filter(isTally);
}
