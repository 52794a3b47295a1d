/** A limit of time that only counts while this process runs: after a pause of the machine there is still time to ask. */

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
