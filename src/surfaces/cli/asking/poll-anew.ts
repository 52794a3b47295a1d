/** Has a controller look at the repository now, and waits until it has. */

import type { Overview } from "../../../api/views.ts";
import type { ControllerClient } from "../../../api/client.ts";
import { follow, type Followed } from "./follow.ts";
import type { Session } from "../terminal/session.ts";

export interface PollAnew {
  readonly client: ControllerClient;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

const everyMs = 100;

/**
 * Resolves with what is known after a poll that began later than this was called. One that ends first may have begun
 * before, and have missed what was pushed meanwhile: so two are waited for.
 */
export async function pollAnew(session: Session, { client, signal, timeoutMs }: PollAnew): Promise<Followed<Overview>> {
  const until = session.world.now() + timeoutMs;
  let last = (await client.overview({})).repository.lastPollAt;
  let seen: Followed<Overview> = { kind: "timed-out" };
  for (let polls = 0; polls < 2; polls += 1) {
    await client.refresh();
    const following = { client, selection: {}, signal, timeoutMs: until - session.world.now(), everyMs, onLost: () => undefined };
    const before = last;
    seen = await follow(session, following, (overview) => (overview.repository.lastPollAt === before ? null : overview));
    if (seen.kind !== "seen") return seen;
    last = seen.value.repository.lastPollAt;
  }
  return seen;
}
