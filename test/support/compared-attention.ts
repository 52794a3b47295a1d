/** Every decision about what was touched is compared with the decision about everything: nothing may be left out. */

import { isDeepStrictEqual } from "node:util";
import { createAttention } from "../../src/controller/attention.ts";
import type { Attention } from "../../src/controller/ports.ts";
import { decide } from "../../src/domain/decision/decide.ts";
import type { Decision } from "../../src/domain/journal/state.ts";

/** What differs between the two is told: the decision that was made, and the one about everything. */
export function createComparedAttention(
  differs = (made: Decision, whole: Decision): void => {
    throw new Error(`left out: ${JSON.stringify([plain(made), plain(whole)])}`);
  },
): Attention {
  const attention = createAttention();
  return {
    ...attention,
    decide(state, observation) {
      const made = attention.decide(state, observation);
      const whole = decide(state, observation);
      if (!isSame(made, whole)) differs(made, whole);
      return made;
    },
  };
}

/** To wake up too early costs a look; too late, it would miss something. */
function isSame({ wakeAt: own, ...made }: Decision, { wakeAt, ...whole }: Decision): boolean {
  return (own ?? Infinity) <= (wakeAt ?? Infinity) && isDeepStrictEqual(made, whole);
}

function plain(decision: Decision) {
  return { ...decision, owed: [...decision.owed] };
}
