/** Says together what ends at about the same time: a look at everything for each would change engines a thousand times instead of a few. */

export interface Ends {
  started(): void;
  ended(): void;
}

export interface GatherOptions {
  /** More than this are a crowd: most of them still wait for their turn. */
  readonly crowd: number;
  /** How long an end may wait to be said while others are under way, in milliseconds. */
  readonly gatherMs: number;
  /** The same in a crowd. */
  readonly crowdMs: number;
}

/** Calls `say` at once when nothing else is under way, else a little later for all that ended meanwhile. */
export function gatherEnds(say: () => void, { crowd, gatherMs, crowdMs }: GatherOptions): Ends {
  let underWay = 0;
  let timer: NodeJS.Timeout | null = null;
  let isPatient = false;

  const sayNow = (): void => {
    if (timer) clearTimeout(timer);
    timer = null;
    say();
  };
  const sayWithin = (ms: number): void => {
    if (timer) clearTimeout(timer);
    timer = setTimeout(sayNow, ms).unref();
  };
  return {
    started: () => void (underWay += 1),
    ended() {
      underWay -= 1;
      const isCrowd = underWay > crowd;
      if (underWay === 0) sayNow();
      else if (timer === null || (isPatient && !isCrowd)) sayWithin(isCrowd ? crowdMs : gatherMs);
      else return;
      isPatient = isCrowd;
    },
  };
}
