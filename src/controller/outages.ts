/** Tells others when what carries the traffic ends, hangs, or is there again: the gateway, and engine instances. */

import type { EventKind } from "../domain/events.ts";
import type { GatewayStatus } from "../domain/gateway-status.ts";
import type { EnvironmentName } from "../domain/names.ts";
import { emptyStep } from "../domain/state.ts";
import { eventOf } from "../domain/telling/told.ts";
import type { EngineInstance } from "../domain/unit.ts";
import type { Clock } from "../ports/clock.ts";
import type { Journal } from "../ports/journal.ts";
import type { Log } from "../ports/log.ts";

export interface OutagesParts {
  readonly journal: Pick<Journal, "record">;
  readonly telling: { ring(): void };
  readonly clock: Pick<Clock, "now">;
  readonly log: Log;
  /** All that have to do with the gateway. */
  environments(): readonly EnvironmentName[];
}

export interface Outages {
  /** Told in every environment, since all of them are reached through it. */
  gateway(status: GatewayStatus): void;
  engine(environment: EnvironmentName, instance: EngineInstance): void;
}

/** What went on being down is told once, and its return only after that. */
export function createOutages({ journal, telling, clock, log, environments }: OutagesParts): Outages {
  const down = new Set<string>();
  const isNews = (what: string, isUp: boolean): boolean => (isUp ? down.delete(what) : !down.has(what) && down.add(what).size > 0);

  function tell(environment: EnvironmentName, about: string, kind: EventKind, why: string): void {
    const step = emptyStep(environment, clock.now());
    journal.record({ ...step, events: [eventOf(step, about, { kind, why })] }).then(
      () => telling.ring(),
      (error: unknown) => log.error({ environment, kind, why, error }, "an outage cannot be recorded, and is told by this line only"),
    );
  }

  return {
    gateway({ state, why }) {
      if (!isNews("gateway", state === "up")) return;
      const kind = state === "up" ? "gateway-up" : "gateway-down";
      for (const environment of environments())
        tell(environment, `${environment}.gateway`, kind, textOf("the gateway", state === "up", why));
    },
    engine(environment, { id, state, why }) {
      const about = `${environment}.${id}`;
      if (state === "starting" || !isNews(about, state === "ready")) return;
      tell(environment, about, state === "ready" ? "engine-up" : "engine-down", textOf(id, state === "ready", why));
    },
  };
}

function textOf(what: string, isUp: boolean, why: string): string {
  if (!isUp) return `${what} is down: ${why}`;
  return `${what} is up again${why === "" ? "" : `, after: ${why}`}`;
}
