/** Every decision about what was touched is held against the decision about everything: nothing may be left out. */

import { isDeepStrictEqual } from "node:util";
import { createAttention } from "../../src/controller/attention.ts";
import type { Attention } from "../../src/controller/ports.ts";
import { decide, type DecidedAbout, whoStirs } from "../../src/domain/decision/decide.ts";
import { everyProcess } from "../../src/domain/decision/known-processes.ts";
import type { EnvironmentState, Decision } from "../../src/domain/journal/state.ts";
import type { Observation } from "../../src/domain/observed/observation.ts";

/** What differs between the two is told: the decision that was made, and the one about everything. */
export function createComparedAttention(
  differs = (made: Decision, whole: Decision): void => {
    throw new Error(`left out: ${JSON.stringify([plain(made), plain(whole)])}`);
  },
): Attention {
  const noticed: DecidedAbout[] = [];
  const attention = createAttention((found) => void noticed.push(found));
  return {
    ...attention,
    decide(state, observation) {
      const made = attention.decide(state, observation);
      const found = noticed.pop();
      if (found && isAboutAll({ ...found, decision: made }, state, observation)) return made;
      const whole = decide(state, observation);
      if (!isSame(made, whole)) differs(made, whole);
      return made;
    },
  };
}

/**
 * Whether a decision about everything would be about the same processes, in the same order: what is decided is a function of those, so that it is not
 * decided a second time. Only when to wake up hangs on the others too.
 */
function isAboutAll({ restless, decision }: DecidedAbout, state: EnvironmentState, observation: Observation): boolean {
  const { stirring, timers } = whoStirs(everyProcess(state, observation), state, observation);
  const names = [...restless];
  if (stirring.length !== names.length || stirring.some(({ remembered }, index) => remembered.process !== names[index])) return false;
  for (const until of timers.values()) if ((decision.wakeAt ?? Infinity) > until) return false;
  return true;
}

/** To wake up too early costs a look; too late, it would miss something. */
function isSame({ wakeAt: own, ...made }: Decision, { wakeAt, ...whole }: Decision): boolean {
  return (own ?? Infinity) <= (wakeAt ?? Infinity) && isDeepStrictEqual(made, whole);
}

function plain(decision: Decision) {
  return { ...decision, owed: [...decision.owed] };
}
