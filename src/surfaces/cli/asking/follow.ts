/** Asks a controller again and again, until what is looked for is there, time is up, or the person has seen enough. */

import type { Overview } from "../../../api/views.ts";
import { PinionError } from "../../../domain/errors.ts";
import type { ControllerClient } from "../../../api/client.ts";
import type { Selection } from "../../../api/selection.ts";
import type { Session } from "../terminal/session.ts";

export interface Following {
  readonly client: ControllerClient;
  readonly selection: Selection;
  readonly signal: AbortSignal;
  /** Null: for ever. */
  readonly timeoutMs: number | null;
  readonly everyMs: number;
  /** The controller does not answer for now, as while it is upgraded. */
  onLost(error: PinionError): void;
}

export type Followed<T> = { readonly kind: "seen"; readonly value: T } | { readonly kind: "timed-out" } | { readonly kind: "interrupted" };

/**
 * Resolves with what the look gives that is not null. A controller that answered once may be away for a while.
 * @throws as `ControllerClient.overview`, when the first question fails.
 */
export async function follow<T>(
  { world }: Session,
  following: Following,
  look: (overview: Overview) => T | null | Promise<T | null>,
): Promise<Followed<T>> {
  const { client, selection, signal, timeoutMs, everyMs, onLost } = following;
  const until = timeoutMs === null ? Infinity : world.now() + timeoutMs;
  let hasAnswered = false;
  while (!signal.aborted) {
    try {
      const overview = await client.overview(selection);
      hasAnswered = true;
      const value = await look(overview);
      if (value !== null) return { kind: "seen", value };
    } catch (error) {
      if (!hasAnswered || !isPassing(error)) throw error;
      onLost(error);
    }
    if (world.now() >= until) return { kind: "timed-out" };
    await world.sleep(Math.min(everyMs, until - world.now()), signal);
  }
  return { kind: "interrupted" };
}

function isPassing(error: unknown): error is PinionError {
  return error instanceof PinionError && error.retry === "later";
}
