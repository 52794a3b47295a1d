/**
 * Runs validations beside the passes, so that a slow smoke test of one process never holds up another. The action stays
 * owed until every result is recorded; a controller that died in between simply runs them again.
 */

import pLimit, { type LimitFunction } from "p-limit";
import { actionKey } from "../../domain/journal/actions.ts";
import { strategyFor } from "../../domain/desired/environment.ts";
import type { EnvironmentName } from "../../domain/names.ts";
import { traitsOf } from "../../domain/strategies/traits.ts";
import { askTogether } from "./coalesce.ts";
import { type Ends, gatherEnds, type Later, laterHere } from "./debounce.ts";
import type { OwedValidation, Ports, Validations } from "../ports.ts";
import { retryDelayMs } from "../perform.ts";
import { type Turns, validate } from "./validate.ts";

/**
 * How many validations of one environment are under way at the same time. What they ask engine and router is asked once for
 * all of them, so many cost less than few.
 */
const atOnce = 1_024;
/** How many of them send requests to versions: more could make versions too slow for their own tests. */
const requestsAtOnce = 64;
const gathering = { crowd: 256, gatherMs: 100, crowdMs: 3_000 };

/** An environment's own: one that is slow takes no room from the others. */
interface Lane {
  readonly limit: LimitFunction;
  readonly turns: Turns;
  readonly shared: WeakMap<Ports, Ports>;
  readonly ends: Ends;
}

/** `wake` is called when results are in; `later` is the time in which they are gathered. */
export function createValidations(wake: (environment: EnvironmentName) => void, later: Later = laterHere): Validations {
  const running = new Map<string, Promise<void>>();
  const lanes = new Map<EnvironmentName, Lane>();
  const laneOf = (environment: EnvironmentName): Lane => {
    const lane = lanes.get(environment) ?? {
      limit: pLimit(atOnce),
      turns: { request: pLimit(requestsAtOnce), load: pLimit(1) },
      shared: new WeakMap(),
      ends: gatherEnds(() => wake(environment), gathering, later),
    };
    lanes.set(environment, lane);
    return lane;
  };
  return {
    ensure(environment, owed, ports) {
      const key = `${environment} ${actionKey(owed.action)}`;
      if (running.has(key)) return;
      const { limit, turns, shared, ends } = laneOf(environment);
      ends.started();
      const run = limit(() => runOne({ environment, owed, ports: sharing(ports, shared), turns }))
        .catch((error: unknown) =>
          ports.log.error({ environment, deployment: owed.action.deployment, error }, "a validation could not be run"),
        )
        .finally(() => {
          running.delete(key);
          ends.ended();
        });
      running.set(key, run);
    },
    async idle() {
      while (running.size > 0) await Promise.all(running.values());
    },
  };
}

function sharing(ports: Ports, shared: WeakMap<Ports, Ports>): Ports {
  const found = shared.get(ports) ?? askTogether(ports);
  shared.set(ports, found);
  return found;
}

interface Run {
  readonly environment: EnvironmentName;
  readonly owed: OwedValidation;
  readonly ports: Ports;
  readonly turns: Turns;
}

async function runOne({ environment, owed, ports, turns }: Run): Promise<void> {
  const { action } = owed;
  const results = await validate(environment, action, ports, turns);
  await ports.journal.recordValidation(environment, action.deployment, results);
  const unknown = results.find((result) => result.result === "unknown");
  if (!unknown) return ports.journal.acknowledged(environment, [owed.id]);
  const attempts = (owed.stuck?.attempts ?? 0) + 1;
  const stuck = { action, code: "validation/unknown", detail: unknown.detail, retry: "later", attempts } as const;
  const pauseMs = intervalOf(environment, action, ports) ?? retryDelayMs(attempts - 1);
  await ports.journal.refused(environment, owed.id, stuck, ports.clock.now() + pauseMs);
}

/** An updated instance of a rolling deployment is asked again at `healthCheckInterval`; null: with growing pauses. */
function intervalOf(environment: EnvironmentName, { on, unit }: OwedValidation["action"], ports: Ports): number | null {
  const spec = on && ports.wanted(environment)?.environment.spec;
  const strategy = spec && strategyFor(spec, unit.process);
  return strategy ? traitsOf(strategy).healthCheckIntervalMs(strategy) : null;
}
