/** Keeps the figures of how well deployments go up to date at little cost, and warns when one crosses its threshold. */

import type { AlertThreshold } from "../domain/config/config.ts";
import { type Alert, alertsOf, deliveryLimit, type Delivery, deliveryOf } from "../domain/status/delivery-metrics.ts";
import type { EnvironmentName, Instant } from "../domain/names.ts";
import type { Clock } from "../ports/clock.ts";
import type { Journal, DeploymentCount } from "../ports/journal.ts";
import type { Log } from "../ports/log.ts";
import { createWakeSignal } from "./wake-signal.ts";

export interface DeliveryParts {
  readonly journal: Pick<Journal, "deploymentCounts" | "history">;
  readonly thresholds: readonly AlertThreshold[];
  readonly clock: Clock;
  readonly log: Log;
}

export interface DeliveryFigures {
  readonly deploymentCounts: readonly DeploymentCount[];
  /** In order of environment. */
  readonly deliveries: readonly Delivery[];
  readonly alerts: readonly Alert[];
}

export interface DeliveryWatch {
  /** As of now. */
  figures(): Promise<DeliveryFigures>;
  /** A deployment may have ended: thresholds are looked at soon. */
  notify(): void;
  start(): void;
  stop(): Promise<void>;
}

/** Without any deployment the figures still change, as old ones leave the window. */
const oldMs = 600_000;
/** Deployments often end many at a time: they are looked at together. */
const gatherMs = 10_000;

interface Known {
  /** Deployments that had ended. */
  readonly count: number;
  readonly at: Instant;
  readonly delivery: Delivery;
}

export function createDeliveryWatch(parts: DeliveryParts): DeliveryWatch {
  return new Watch(parts);
}

class Watch implements DeliveryWatch {
  readonly #parts: DeliveryParts;
  readonly #wakeSignal;
  readonly #stop = new AbortController();
  readonly #known = new Map<EnvironmentName, Known>();
  readonly #crossed = new Set<string>();
  #running: Promise<void> = Promise.resolve();

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#wakeSignal = createWakeSignal(parts.clock);
  }

  async figures(): Promise<DeliveryFigures> {
    const { journal, thresholds } = this.#parts;
    const deploymentCounts = await journal.deploymentCounts();
    const deliveries: Delivery[] = [];
    for (const [environment, count] of countsOf(deploymentCounts)) deliveries.push(await this.#deliveryOf(environment, count));
    return { deploymentCounts, deliveries, alerts: alertsOf(deliveries, thresholds) };
  }

  notify(): void {
    this.#wakeSignal.notify();
  }

  start(): void {
    this.#running = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wakeSignal.notify();
    await this.#running;
  }

  async #watch(): Promise<void> {
    const { clock, log, thresholds } = this.#parts;
    while (!this.#stop.signal.aborted && thresholds.length > 0) {
      try {
        for (const alert of (await this.figures()).alerts) this.#compare(alert);
      } catch (error) {
        log.error({ error }, "the figures of deployments could not be read");
      }
      await this.#wakeSignal.wait(oldMs);
      await clock.sleep(gatherMs, this.#stop.signal);
    }
  }

  /** History is read only when something ended there, or when it was long ago. */
  async #deliveryOf(environment: EnvironmentName, count: number): Promise<Delivery> {
    const now = this.#parts.clock.now();
    const known = this.#known.get(environment);
    if (known && known.count === count && now - known.at < oldMs) return known.delivery;
    const history = await this.#parts.journal.history({ environment, limit: deliveryLimit });
    const delivery = deliveryOf(environment, history, now);
    this.#known.set(environment, { count, at: now, delivery });
    return delivery;
  }

  #compare({ environment, metric, value, threshold, isCrossed }: Alert): void {
    const key = `${environment} ${metric} ${threshold}`;
    if (isCrossed === this.#crossed.has(key)) return;
    const fields = { environment, metric, value, threshold };
    if (isCrossed) {
      this.#crossed.add(key);
      this.#parts.log.warn(fields, `alert: ${metric} has crossed its threshold`);
    } else {
      this.#crossed.delete(key);
      this.#parts.log.info(fields, `${metric} is within its threshold again`);
    }
  }
}

function countsOf(deploymentCounts: readonly DeploymentCount[]): readonly (readonly [EnvironmentName, number])[] {
  const counts = new Map<EnvironmentName, number>();
  for (const { environment, count } of deploymentCounts) counts.set(environment, (counts.get(environment) ?? 0) + count);
  return [...counts].toSorted(([one], [other]) => (one < other ? -1 : 1));
}
