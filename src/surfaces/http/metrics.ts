/** `/metrics`: what runs where, how deployments go, whether git is followed, and how notifications go. */

import { setImmediate } from "node:timers/promises";
import type { Overview } from "../../api/views.ts";
import type { NotificationCount } from "../../controller/notifications/delivery-queue.ts";
import type { Alert, Delivery } from "../../domain/status/delivery-metrics.ts";
import type { GatewayStatus } from "../../domain/observed/gateway-status.ts";
import type { DeploymentCount } from "../../ports/journal.ts";
import { deliveryFamilies } from "./metrics-delivery.ts";
import { exposition, type Family, type Sample } from "./metrics-exposition.ts";
import { runtimeFamilies } from "./metrics-runtime.ts";

/** Everything that the page shows. */
export interface MetricsView {
  readonly overview: Overview;
  readonly deploymentCounts: readonly DeploymentCount[];
  readonly deliveries: readonly Delivery[];
  readonly alerts: readonly Alert[];
  readonly notifications: readonly NotificationCount[];
  readonly process: ControllerProcess;
  /** Null where the controller keeps none up. */
  readonly gateway?: GatewayStatus | null;
}

/** The controller's own process. */
export interface ControllerProcess {
  readonly version: string;
  /** Milliseconds since 1970, as `now`. */
  readonly startedAt: number;
  readonly now: number;
  readonly residentBytes: number;
  readonly cpuSeconds: number;
}

/** The parts that are asked for every page. */
export interface MetricsSource {
  overview(): Promise<Overview>;
  figures(): Promise<Pick<MetricsView, "deploymentCounts" | "deliveries" | "alerts">>;
  notifications(): readonly NotificationCount[];
  process(): ControllerProcess;
  gateway?(): GatewayStatus | null;
}

/** Asks everything anew for each page. With tens of thousands of processes a page is long work: others get their turn in between. */
export function createMetricsPage(source: MetricsSource): () => Promise<string> {
  return async () => {
    const [overview, figures] = await Promise.all([source.overview(), source.figures()]);
    let page = "";
    for (const piece of metricsPieces({
      overview,
      ...figures,
      notifications: source.notifications(),
      process: source.process(),
      gateway: source.gateway?.() ?? null,
    })) {
      page += piece;
      await setImmediate();
    }
    return page;
  };
}

/** The page, in Prometheus' text format, in pieces. */
export function metricsPieces(view: MetricsView): Iterable<string> {
  return exposition([
    ...runtimeFamilies(view.overview, view.process.now),
    ...deliveryFamilies(view),
    ...notificationFamilies(view.notifications),
    ...gatewayFamilies(view.gateway ?? null),
    ...processFamilies(view.process),
  ]);
}

function notificationFamilies(counts: readonly NotificationCount[]): readonly Family[] {
  const outcomes = counts.flatMap(({ notifier, delivered, givenUp, retried }): Sample[] => [
    { labels: { notifier, outcome: "delivered" }, value: delivered },
    { labels: { notifier, outcome: "given_up" }, value: givenUp },
    { labels: { notifier, outcome: "retried" }, value: retried },
  ]);
  return [
    {
      name: "pinion_notifications_total",
      type: "counter",
      help: "Events delivered to a receiver, given up for it, or tried again, since the controller started.",
      samples: outcomes,
    },
    {
      name: "pinion_notifications_pending",
      type: "gauge",
      help: "Events that a receiver has not taken yet.",
      samples: counts.map(({ notifier, pending }) => ({ labels: { notifier }, value: pending })),
    },
  ];
}

function gatewayFamilies(gateway: GatewayStatus | null): readonly Family[] {
  if (gateway === null) return [];
  const one = (value: number): readonly Sample[] => [{ labels: {}, value }];
  const { state, restarts, tampered } = gateway;
  return [
    { name: "pinion_gateway_up", type: "gauge", help: "1 while the gateway answers its heartbeat.", samples: one(state === "up" ? 1 : 0) },
    {
      name: "pinion_gateway_restarts_total",
      type: "counter",
      help: "How often the gateway was started again because it died or hung, since the controller started.",
      samples: one(restarts),
    },
    {
      name: "pinion_gateway_tampering_total",
      type: "counter",
      help: "How often another program changed, or tried to change, the routing table, since the controller started.",
      samples: one(tampered),
    },
  ];
}

function processFamilies({ version, startedAt, residentBytes, cpuSeconds }: ControllerProcess): readonly Family[] {
  const one = (value: number): readonly Sample[] => [{ labels: {}, value }];
  return [
    { name: "pinion_build_info", type: "gauge", help: "Which Pinion this is.", samples: [{ labels: { version }, value: 1 }] },
    { name: "process_cpu_seconds_total", type: "counter", help: "Processor time of the controller.", samples: one(cpuSeconds) },
    { name: "process_resident_memory_bytes", type: "gauge", help: "Memory of the controller.", samples: one(residentBytes) },
    {
      name: "process_start_time_seconds",
      type: "gauge",
      help: "When the controller started, since 1970.",
      samples: one(startedAt / 1_000),
    },
  ];
}
