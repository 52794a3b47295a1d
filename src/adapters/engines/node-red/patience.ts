/** Limits of time that count what was really there to be used: after a pause of the machine there is still time to ask, and a busy machine is no fault of its engines. */

export interface Patience {
  /** To be asked at every look; what one look adds is bounded. */
  isOver(): boolean;
}

/** Looks are far more frequent than this; a longer gap is time in which this process stood still. */
const mostPerLookMs = 3_000;

/** The clock is the monotonic one: nobody sets it. */
export function createPatience(limitMs: number, now: () => number = () => performance.now()): Patience {
  let spentMs = 0;
  let lookedAt = now();
  return {
    isOver() {
      const at = now();
      spentMs += Math.min(mostPerLookMs, at - lookedAt);
      lookedAt = at;
      return spentMs > limitMs;
    },
  };
}

/** With another process. */
export interface PatienceWith {
  /** To be asked at every look. */
  isOver(): Promise<boolean>;
}

/** How long a process has wanted to run so far and was not let, in milliseconds; null: nobody knows. */
export type Waited = () => Promise<number | null>;

/** However little time the machine gives it, this many times the limit is enough. */
const mostTimes = 20;

/** A limit for what another process does: while that waits for a processor, it does not run out. */
export function createPatienceWith(waited: Waited, limitMs: number, now: () => number = () => performance.now()): PatienceWith {
  const atMost = createPatience(mostTimes * limitMs, now);
  let spentMs = 0;
  let last: { readonly at: number; readonly waitedMs: number | null } | null = null;
  return {
    async isOver() {
      const next = { at: now(), waitedMs: await waited() };
      if (last !== null) spentMs += Math.max(0, Math.min(mostPerLookMs, next.at - last.at) - waitedBetween(last.waitedMs, next.waitedMs));
      last = next;
      return atMost.isOver() || spentMs > limitMs;
    },
  };
}

/** What it waited between two looks; it may be another process by now. */
export function waitedBetween(before: number | null, after: number | null): number {
  return before === null || after === null ? 0 : Math.max(0, after - before);
}
