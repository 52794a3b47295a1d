/** Everything that tells others what happens: notifications, figures with their thresholds, and the metrics page. */

import { wallClock } from "../adapters/system/system.ts";
import { createDeliveryWatch } from "../controller/delivery.ts";
import type { Overview } from "../api/views.ts";
import { describeEvents } from "../controller/notifications/describe-events.ts";
import { createDispatcher } from "../controller/notifications/dispatcher.ts";
import type { ControllerConfig } from "../domain/config/config.ts";
import type { Clock } from "../ports/clock.ts";
import type { GatewayStatus } from "../domain/observed/gateway-status.ts";
import type { Journal } from "../ports/journal.ts";
import type { Log } from "../ports/log.ts";
import type { Secrets } from "../ports/secrets.ts";
import { type ControllerProcess, createMetricsPage } from "../surfaces/http/metrics.ts";
import { createNotifiers } from "./notifying.ts";
import { packageVersion } from "./package.ts";

export interface WatchingParts {
  readonly config: ControllerConfig;
  /** The config repository's address, free of secrets. */
  readonly source: string;
  readonly secrets: Secrets;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Watching {
  /** Something has happened. */
  notify(): void;
  start(): void;
  stop(): Promise<void>;
  metricsPage(overview: () => Promise<Overview>, gateway: () => GatewayStatus | null): () => Promise<string>;
}

export function openWatching({ config, source, secrets, journal, clock, log }: WatchingParts): Watching {
  const notifiers = createNotifiers({ notifications: config.notifications, source, secrets, clock: wallClock });
  const dispatcher = createDispatcher({ journal, notifiers, clock, log, describe: describeEvents({ journal, clock, log }) });
  const delivery = createDeliveryWatch({ journal, thresholds: config.alertThresholds, clock, log });
  const process = thisProcess();
  return {
    notify() {
      dispatcher.notify();
      delivery.notify();
    },
    start() {
      dispatcher.start();
      delivery.start();
    },
    async stop() {
      await Promise.all([dispatcher.stop(), delivery.stop()]);
    },
    metricsPage: (overview, gateway) =>
      createMetricsPage({ overview, figures: () => delivery.figures(), notifications: () => dispatcher.counts(), process, gateway }),
  };
}

function thisProcess(): () => ControllerProcess {
  const version = packageVersion();
  const startedAt = Date.now() - process.uptime() * 1_000;
  return () => {
    const { user, system } = process.cpuUsage();
    return { version, startedAt, now: Date.now(), residentBytes: process.memoryUsage.rss(), cpuSeconds: (user + system) / 1e6 };
  };
}
