/** Waits for a controller that is only starting, as right after `pinion run &`: until its API answers and it has read the repository once. */

import { PinionError } from "../../../domain/errors.ts";
import type { ControllerClient } from "../../../api/client.ts";
import type { Session } from "../terminal/session.ts";

export interface Starting {
  /** Finds the controller and asks it nothing yet. @throws `controller/starting`, `controller/unreachable`, … */
  connect(): Promise<ControllerClient>;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Called once, when it has to be waited for. */
  onWaiting(why: string): void;
}

const everyMs = 250;
/** A program takes a while until it can be seen that it is starting. */
const unseenMs = 15_000;

/**
 * Null: interrupted. A controller that does not say whether it has read the repository in time is given back all the same.
 * @throws what the last try threw when time is over; at once what no waiting can fix.
 */
export async function untilStarted(
  { world }: Session,
  { connect, signal, timeoutMs, onWaiting }: Starting,
): Promise<ControllerClient | null> {
  const startedAt = world.now();
  let isTold = false;
  while (!signal.aborted) {
    const tried = await tryOnce(connect);
    if (tried.kind === "ready") return tried.client;
    const passedMs = world.now() - startedAt;
    if (isOver(tried, { passedMs, timeoutMs })) return clientOf(tried);
    if (!isTold) onWaiting(tried.kind === "away" ? tried.error.message : "it reads the repository for the first time");
    isTold = true;
    await world.sleep(Math.min(everyMs, Math.max(1, timeoutMs - passedMs)), signal);
  }
  return null;
}

function isOver(tried: Tried, { passedMs, timeoutMs }: { readonly passedMs: number; readonly timeoutMs: number }): boolean {
  const isUnseen = tried.kind === "away" && tried.error.code !== "controller/starting";
  return passedMs >= (isUnseen ? Math.min(timeoutMs, unseenMs) : timeoutMs);
}

function clientOf(tried: Tried): ControllerClient {
  if (tried.kind === "away") throw tried.error;
  return tried.client;
}

type Tried =
  | { readonly kind: "ready" | "reading"; readonly client: ControllerClient }
  | { readonly kind: "away"; readonly error: PinionError };

async function tryOnce(connect: Starting["connect"]): Promise<Tried> {
  try {
    const client = await connect();
    const { repository } = await client.overview({});
    return { kind: repository.state === "starting" ? "reading" : "ready", client };
  } catch (error) {
    const isAway = error instanceof PinionError && (error.code === "controller/starting" || error.code === "controller/unreachable");
    if (!isAway) throw error;
    return { kind: "away", error };
  }
}
