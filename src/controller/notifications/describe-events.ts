/** Adds to what others are told what a deployment changes, or what was changed by hand: both are worked out beside the passes, a moment later. */

import type { RecordedChanges } from "../../domain/changes/recorded.ts";
import type { EventKind, PinionEvent } from "../../domain/journal/events.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Journal } from "../../ports/journal.ts";
import type { Log } from "../../ports/log.ts";

export interface DescribeParts {
  readonly journal: Pick<Journal, "history" | "handEdits">;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is not known by then is not waited for. */
const waitMs = 5_000;
const againMs = 200;
const most = 10;

/** What an event is about; null: nothing that changes. */
const about: Readonly<Record<EventKind, "deployment" | "hand edit" | null>> = {
  started: "deployment",
  succeeded: "deployment",
  failed: "deployment",
  "rolled-back": "deployment",
  drift: "hand edit",
  "taken-out": null,
  held: null,
  "git-lags": null,
  "store-failing": null,
  "gateway-down": null,
  "gateway-up": null,
  "engine-down": null,
  "engine-up": null,
  "secrets-changed": null,
  frozen: null,
  unfrozen: null,
};

/** Waits a moment for what has just happened, and for nothing that is older. */
export function describeEvents(parts: DescribeParts): (event: PinionEvent, signal: AbortSignal) => Promise<PinionEvent> {
  const { clock, log } = parts;
  return async (event, signal) => {
    try {
      for (;;) {
        const changes = await changesIn(event, parts);
        if (changes !== "unknown yet") return changes === null ? event : { ...event, changes: sentencesOf(changes) };
        if (signal.aborted || clock.now() - event.at >= waitMs) return event;
        await clock.sleep(againMs, signal);
      }
    } catch (error) {
      log.warn({ event: event.id, error }, "the changes of an event could not be read");
      return event;
    }
  };
}

type Found = RecordedChanges | "unknown yet" | null;

async function changesIn(event: PinionEvent, parts: DescribeParts): Promise<Found> {
  const what = about[event.kind];
  if (what === null || event.process === null) return null;
  return what === "deployment" ? ofDeployment(event, parts) : ofHandEdit(event, event.process, parts);
}

async function ofDeployment({ deployment, from, version }: PinionEvent, { journal }: DescribeParts): Promise<Found> {
  if (deployment === null || from === null || version === null) return null;
  const [found] = await journal.history({ id: deployment, limit: 1 });
  return found === undefined ? null : (found.changes ?? "unknown yet");
}

/** Of what was put back the newest that this deployment did; else what is there still. */
async function ofHandEdit({ environment, deployment }: PinionEvent, process: string, { journal }: DescribeParts): Promise<Found> {
  const [newest] = await journal.handEdits(environment, process);
  if (newest === undefined || (newest.undone?.deployment ?? null) !== deployment) return "unknown yet";
  return newest.changes;
}

function sentencesOf({ sentences, more }: RecordedChanges): readonly string[] {
  const texts = sentences.slice(0, most).map(({ text }) => text);
  const left = sentences.length - texts.length + more;
  return left > 0 ? [...texts, `and ${left} more`] : texts;
}
