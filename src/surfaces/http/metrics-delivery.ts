/** Metrics of how deployments go: all since the journal began as counters, and the latest as rates with their alerts. */

import type { Alert, Delivery } from "../../domain/status/delivery-metrics.ts";
import type { DeploymentCount } from "../../ports/journal.ts";
import type { Family, Labels, Sample } from "./metrics-exposition.ts";

export interface DeliveryView {
  readonly deploymentCounts: readonly DeploymentCount[];
  readonly deliveries: readonly Delivery[];
  readonly alerts: readonly Alert[];
}

export function deliveryFamilies({ deploymentCounts, deliveries, alerts }: DeliveryView): readonly Family[] {
  return [...counters(deploymentCounts), ...rates(deliveries), ...thresholds(alerts)];
}

function counters(deploymentCounts: readonly DeploymentCount[]): readonly Family[] {
  const ended = sums(deploymentCounts, ({ environment, kind, strategy, phase }) => ({ environment, kind, strategy, phase }));
  const changes = deploymentCounts.filter(({ kind }) => kind === "deploy" || kind === "rollback");
  const durations = sums(changes, ({ environment, strategy, phase }) => ({ environment, strategy, outcome: phase }));
  const rollbacks = sums(deploymentCounts.filter(isRollback), ({ environment, trigger }) => ({ environment, trigger: trigger ?? "pin" }));
  return [
    {
      name: "pinion_deployments_total",
      type: "counter",
      help: "Finished deployments, since the journal began.",
      samples: ended.map(({ labels, count }) => ({ labels, value: count })),
    },
    {
      name: "pinion_deployment_duration_seconds",
      type: "summary",
      help: "How long deployments took from start to end, since the journal began.",
      samples: durations.flatMap(({ labels, count, durationMs }): Sample[] => [
        { labels, suffix: "_sum", value: durationMs / 1_000 },
        { labels, suffix: "_count", value: count },
      ]),
    },
    {
      name: "pinion_rollback_total",
      type: "counter",
      help: "Rollbacks by what rejected the version, or pin where a commit asked for one, since the journal began.",
      samples: rollbacks.map(({ labels, count }) => ({ labels, value: count })),
    },
  ];
}

/** A version that had traffic and lost it, or a commit by which one that was good here before came back. */
function isRollback({ kind, phase }: DeploymentCount): boolean {
  return phase === "RolledBack" || (kind === "rollback" && phase === "Succeeded");
}

interface Sum {
  readonly labels: Labels;
  readonly count: number;
  readonly durationMs: number;
}

function sums(deploymentCounts: readonly DeploymentCount[], labelsOf: (deploymentCount: DeploymentCount) => Labels): readonly Sum[] {
  const found = new Map<string, Sum>();
  for (const deploymentCount of deploymentCounts) {
    const labels = labelsOf(deploymentCount);
    const key = JSON.stringify(labels);
    const { count, durationMs } = found.get(key) ?? { count: 0, durationMs: 0 };
    found.set(key, { labels, count: count + deploymentCount.count, durationMs: durationMs + deploymentCount.durationMs });
  }
  return [...found.values()];
}

function rates(deliveries: readonly Delivery[]): readonly Family[] {
  const gauge = (name: string, help: string, valueOf: (delivery: Delivery) => number | null): Family => {
    const samples = deliveries.flatMap((delivery) => {
      const value = valueOf(delivery);
      return value === null ? [] : [{ labels: { environment: delivery.environment }, value }];
    });
    return { name, type: "gauge", help: `${help} (last 500 deployments of the last 30 days).`, samples };
  };
  return [
    gauge("pinion_deployment_duration_mean_seconds", "Mean time from start to end of deployments that succeeded", ({ durationMs }) =>
      durationMs === null ? null : durationMs / 1_000,
    ),
    gauge("pinion_deployment_success_rate", "Share of deployments that succeeded, 0 to 1", ({ successRate }) => successRate),
    gauge(
      "pinion_rollback_frequency",
      "Share of deployed versions that were rolled back, 0 to 1",
      ({ rollbackFrequency }) => rollbackFrequency,
    ),
    gauge("pinion_validation_pass_rate", "Share of validations that passed, 0 to 1", ({ validationPassRate }) => validationPassRate),
  ];
}

function thresholds(alerts: readonly Alert[]): readonly Family[] {
  const labels = ({ environment, metric }: Alert): Labels => ({ environment, metric });
  return [
    {
      name: "pinion_alert",
      type: "gauge",
      help: "1 while a figure of deployments is beyond its threshold in pinion.yaml.",
      samples: alerts.map((alert) => ({ labels: labels(alert), value: alert.isCrossed ? 1 : 0 })),
    },
    {
      name: "pinion_alert_threshold",
      type: "gauge",
      help: "The threshold as configured: a share of 0 to 1, or seconds for deployment_duration.",
      samples: alerts.map((alert) => ({ labels: labels(alert), value: inBaseUnits(alert) })),
    },
  ];
}

function inBaseUnits({ metric, threshold }: Alert): number {
  return metric === "deployment_duration" ? threshold / 1_000 : threshold / 100;
}
