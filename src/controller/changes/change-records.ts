/**
 * Works out beside the passes what deployments change, and what people have changed by hand, one after the other: however many there
 * are, no pass waits for it, and an engine is never asked for two units at once.
 */

import type { EnvironmentName } from "../../domain/names.ts";
import type { ChangeRecords, Ports } from "../ports.ts";
import { PinionError } from "../../domain/errors.ts";
import { Aside } from "../aside.ts";
import { changesOf, openedIn, underWay } from "./deployment-changes.ts";
import { HandEdits } from "./hand-edits.ts";

/** What waits beyond this is left out: a mass of deployments says little about each. */
const mostWaiting = 5_000;

export function createChangeRecords(): ChangeRecords {
  const aside = new Aside(mostWaiting);
  const resumed = new Set<EnvironmentName>();
  const later = (environment: EnvironmentName, ports: Ports, work: () => Promise<void>): void =>
    aside.later(work, (error) => complain(environment, ports, error));
  const handEdits = new HandEdits(later, (work) => aside.inTurn(work));
  return {
    opened({ environment, deployments, processes }, before, ports) {
      for (const opened of openedIn({ deployments, processes, before })) {
        later(environment, ports, async () => {
          const changes = await changesOf(opened, ports);
          if (changes) await ports.journal.recordChanges(environment, opened.rollout.deployment, changes);
        });
      }
    },
    seen(environment, engine, ports) {
      if (!resumed.has(environment)) {
        resumed.add(environment);
        later(environment, ports, async () => {
          for (const opened of underWay(await ports.journal.state(environment))) {
            const [known] = await ports.journal.history({ id: opened.rollout.deployment, limit: 1 });
            const changes = known?.changes === null ? await changesOf(opened, ports) : null;
            if (changes) await ports.journal.recordChanges(environment, opened.rollout.deployment, changes);
          }
        });
      }
      if (engine.kind === "known") handEdits.seen(environment, engine.value, ports);
    },
    replacing: (environment, replaced, ports) =>
      handEdits.replacing(environment, replaced, ports).catch((error: unknown) => complain(environment, ports, error)),
    look: (environment, process, ports) => handEdits.look({ environment, process }, ports),
    handEdits: (environment) => handEdits.there(environment),
    idle: () => aside.idle(),
    close: () => aside.close(),
  };
}

/** A version that is gone from the repository, or an engine that is down, is no bug; any other error is. */
function complain(environment: EnvironmentName, { log }: Ports, error: unknown): void {
  if (error instanceof PinionError && error.code !== "store/full" && error.code !== "store/failed")
    log.info({ environment, code: error.code }, `what was changed cannot be said: ${error.message}`);
  else log.error({ environment, error }, "what was changed could not be recorded");
}
