/** Remembers what was looked at in each environment, so that a pass decides about what has been touched since, and not about everything. */

import { decideAbout, type DecidedAbout } from "../domain/decision/decide.ts";
import { isAlikeForAll, lookAfter, lookAtAll, type Look, touchedSince } from "../domain/decision/touched.ts";
import type { EnvironmentName, Instant } from "../domain/names.ts";
import type { Seen } from "../domain/observed/observation.ts";
import { atOnce } from "../domain/slices.ts";
import { earlier } from "../domain/strategies/deadline.ts";
import { inTurns } from "./in-turns.ts";
import type { Attention } from "./ports.ts";

/** How often everything is looked at, whatever has been touched, in milliseconds: a change that was missed is found by then. */
const lookIntervalMs = 600_000;

interface Kept {
  readonly look: Look;
  /** When everything was looked at. */
  readonly at: Instant;
}

/** `noticed`: gets what was found in each decision; default: none. */
export function createAttention(noticed: (found: DecidedAbout) => void = () => undefined): Attention {
  const kept = new Map<EnvironmentName, Kept>();
  const pending = new Map<EnvironmentName, Kept>();
  return {
    async look(observation, state) {
      const { environment, now: at } = observation;
      const known = kept.get(environment);
      if (known && !isDue(known, observation)) return;
      kept.delete(environment);
      kept.set(environment, { look: await inTurns(lookAtAll(await state(), observation)), at });
    },
    decide(state, observation) {
      const { environment, now } = observation;
      const known = kept.get(environment);
      kept.delete(environment);
      const isStill = known && isAlikeForAll(known.look, observation);
      const { look, at } = isStill ? known : { look: atOnce(lookAtAll(state, observation)), at: now };
      const touched = touchedSince(look, state, observation);
      const about = decideAbout(touched, state, observation);
      noticed(about);
      const { decision, ...found } = about;
      const next = lookAfter(look, state, observation, { touched, ...found });
      pending.set(environment, { look: next, at });
      return { ...decision, wakeAt: earlier(decision.wakeAt, next.nextTimer) };
    },
    keep(environment) {
      const next = pending.get(environment);
      if (next) kept.set(environment, next);
      pending.delete(environment);
    },
    restless: (environment) => kept.get(environment)?.look.restless ?? new Set(),
  };
}

/** Also where the clock was put back. */
function isDue({ look, at }: Kept, observation: Seen): boolean {
  const { now } = observation;
  return now < at || now >= at + lookIntervalMs || !isAlikeForAll(look, observation);
}
