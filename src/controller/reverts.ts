/**
 * Writes reverts beside the passes: a git server that is down delays no rollback. The request stays owed until its outcome is
 * recorded; a controller that died in between asks the writer again, which finds what is there already.
 */

import type { RevertOutcome } from "../domain/journal/revert.ts";
import { refuse } from "./perform.ts";
import type { OwedRevert, Ports, Reverts } from "./ports.ts";

/** `onWritten` is called when there is a commit to fetch, `wake` when something is to be decided anew. */
export function createReverts(events: { onWritten(): void; wake(environment: string): void }): Reverts {
  const running = new Map<string, Promise<void>>();
  return {
    ensure(environment, owed, ports) {
      const { id } = owed.action.request;
      if (running.has(id)) return;
      const run = write(environment, owed, ports)
        .then((outcome) => {
          if (outcome?.kind === "committed") events.onWritten();
        })
        .catch((error: unknown) => ports.log.error({ environment, rollback: id, error }, "the result of a revert could not be recorded"))
        .finally(() => {
          running.delete(id);
          events.wake(environment);
        });
      running.set(id, run);
    },
    async idle() {
      while (running.size > 0) await Promise.all(running.values());
    },
  };
}

/** Null: it was refused, and stays owed. */
async function write(environment: string, owed: OwedRevert, ports: Ports): Promise<RevertOutcome | null> {
  const { request } = owed.action;
  let outcome: RevertOutcome;
  try {
    outcome = await ports.pinWriter.revert(request);
  } catch (error) {
    await refuse(environment, { owed, error }, ports);
    return null;
  }
  const why = describe(outcome);
  ports.log.info(
    { environment, process: request.process, deployment: request.deployment, rollback: request.id, outcome: outcome.kind },
    why,
  );
  await ports.journal.reverted(request, outcome, { at: ports.clock.now(), state: `revert ${outcome.kind}`, code: "GitWritten", why });
  return outcome;
}

function describe(outcome: RevertOutcome): string {
  switch (outcome.kind) {
    case "committed":
      return `the pin is restored by commit ${outcome.commit.slice(0, 12)}`;
    case "superseded":
      return `no commit is needed: ${outcome.why}`;
    case "proposed":
      return `the revert is proposed on branch ${outcome.branch}: ${outcome.why}`;
  }
}
