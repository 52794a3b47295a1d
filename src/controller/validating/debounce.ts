/** Says together what ends at about the same time: a look at everything for each would change engines a thousand times instead of a few. */

export interface Ends {
  started(): void;
  ended(): void;
}

/** Does something so many milliseconds later, unless it is called off by what is returned. */
export type Later = (ms: number, work: () => void) => () => void;

/** In the time of this machine; nothing is kept up for it. */
export const laterHere: Later = (ms, work) => {
  const timer = setTimeout(work, ms).unref();
  return () => clearTimeout(timer);
};

export interface GatherOptions {
  /** More than this are a crowd: most of them still wait for their turn. */
  readonly crowd: number;
  /** How long an end may wait to be said while others are under way, in milliseconds. */
  readonly gatherMs: number;
  /** The same in a crowd. */
  readonly crowdMs: number;
}

/** Calls `say` at once when nothing else is under way, else a little later for all that ended meanwhile. */
export function gatherEnds(say: () => void, { crowd, gatherMs, crowdMs }: GatherOptions, later: Later = laterHere): Ends {
  let underWay = 0;
  let callOff: (() => void) | null = null;
  let isPatient = false;

  const sayNow = (): void => {
    callOff?.();
    callOff = null;
    say();
  };
  const sayWithin = (ms: number): void => {
    callOff?.();
    callOff = later(ms, sayNow);
  };
  return {
    started: () => void (underWay += 1),
    ended() {
      underWay -= 1;
      const isCrowd = underWay > crowd;
      if (underWay === 0) sayNow();
      else if (callOff === null || (isPatient && !isCrowd)) sayWithin(isCrowd ? crowdMs : gatherMs);
      else return;
      isPatient = isCrowd;
    },
  };
}
