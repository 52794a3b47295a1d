import { describe, expect, it } from "vitest";
import { createMetricsPage } from "../../../src/surfaces/http/metrics.ts";
import { exposition } from "../../../src/surfaces/http/metrics-exposition.ts";
import { metricsView, pageOf } from "../../support/metrics-view.ts";

const lines = pageOf(metricsView).split("\n");
const samplesOf = (name: string) => lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));

describe("the page of metrics", () => {
  it.each([
    [
      "pinion_process_info",
      [
        'pinion_process_info{environment="production",process="order-intake",version="1.4.0",pinned_version="1.4.0",sync_status="OutOfSync",health_status="Progressing",phase="Running"} 1',
        'pinion_process_info{environment="production",process="billing",version="1.4.0",pinned_version="1.4.0",sync_status="Synced",health_status="Healthy",phase="Succeeded"} 1',
        'pinion_process_info{environment="production",process="odd\\"\\\\\\nname",version="",pinned_version="",sync_status="Synced",health_status="Missing",phase=""} 1',
      ],
    ],
    ["pinion_store_up", ["pinion_store_up 1"]],
    ["pinion_repository_up", ["pinion_repository_up 1"]],
    ["pinion_repository_last_poll_timestamp_seconds", ["pinion_repository_last_poll_timestamp_seconds 1795262390"]],
    ["pinion_repository_last_good_poll_age_seconds", ["pinion_repository_last_good_poll_age_seconds 10"]],
    ["pinion_frozen", ['pinion_frozen{environment="production"} 1', 'pinion_frozen{environment="staging"} 0']],
    [
      "pinion_engine_instance_up",
      [
        'pinion_engine_instance_up{environment="production",instance="blue"} 1',
        'pinion_engine_instance_up{environment="production",instance="green"} 0',
      ],
    ],
    ["pinion_git_lags_runtime", ['pinion_git_lags_runtime{environment="production",process="billing"} 1']],
    ["pinion_quarantined_versions", ['pinion_quarantined_versions{environment="production",process="billing"} 1']],
    [
      "pinion_rollout_weight",
      ['pinion_rollout_weight{environment="production",process="order-intake",strategy="canary",version="1.5.0"} 40'],
    ],
    ["pinion_rollout_step", ['pinion_rollout_step{environment="production",process="order-intake",strategy="canary",version="1.5.0"} 3']],
    [
      "pinion_rollback_total",
      [
        'pinion_rollback_total{environment="production",trigger="error_rate"} 3',
        'pinion_rollback_total{environment="production",trigger="manual"} 2',
        'pinion_rollback_total{environment="production",trigger="pin"} 4',
      ],
    ],
    [
      "pinion_deployments_total",
      [
        'pinion_deployments_total{environment="production",kind="deploy",strategy="canary",phase="Succeeded"} 3',
        'pinion_deployments_total{environment="production",kind="deploy",strategy="canary",phase="RolledBack"} 4',
        'pinion_deployments_total{environment="production",kind="rollback",strategy="blue-green",phase="Failed"} 9',
        'pinion_deployments_total{environment="production",kind="rollback",strategy="blue-green",phase="Succeeded"} 5',
        'pinion_deployments_total{environment="production",kind="self-heal",strategy="self-heal",phase="Succeeded"} 7',
      ],
    ],
    [
      "pinion_deployment_duration_seconds_sum",
      [
        'pinion_deployment_duration_seconds_sum{environment="production",strategy="canary",outcome="Succeeded"} 150',
        'pinion_deployment_duration_seconds_sum{environment="production",strategy="canary",outcome="RolledBack"} 10',
        'pinion_deployment_duration_seconds_sum{environment="production",strategy="blue-green",outcome="Failed"} 0.5',
        'pinion_deployment_duration_seconds_sum{environment="production",strategy="blue-green",outcome="Succeeded"} 1',
      ],
    ],
    ["pinion_deployment_duration_mean_seconds", ['pinion_deployment_duration_mean_seconds{environment="production"} 61.5']],
    ["pinion_deployment_success_rate", ['pinion_deployment_success_rate{environment="production"} 0.6']],
    ["pinion_rollback_frequency", ['pinion_rollback_frequency{environment="production"} 0.2']],
    ["pinion_validation_pass_rate", ['pinion_validation_pass_rate{environment="production"} 0.75']],
    [
      "pinion_alert",
      [
        'pinion_alert{environment="production",metric="deployment_failure_rate"} 1',
        'pinion_alert{environment="production",metric="deployment_duration"} 0',
      ],
    ],
    [
      "pinion_alert_threshold",
      [
        'pinion_alert_threshold{environment="production",metric="deployment_failure_rate"} 0.05',
        'pinion_alert_threshold{environment="production",metric="deployment_duration"} 600',
      ],
    ],
    [
      "pinion_notifications_total",
      [
        'pinion_notifications_total{notifier="slack",outcome="delivered"} 5',
        'pinion_notifications_total{notifier="slack",outcome="given_up"} 1',
        'pinion_notifications_total{notifier="slack",outcome="retried"} 2',
      ],
    ],
    ["pinion_notifications_pending", ['pinion_notifications_pending{notifier="slack"} 3']],
    ["pinion_build_info", ['pinion_build_info{version="0.1.0"} 1']],
    ["process_resident_memory_bytes", ["process_resident_memory_bytes 100000000"]],
    ["process_cpu_seconds_total", ["process_cpu_seconds_total 1.5"]],
  ])("has %s", (name, expected) => {
    expect(samplesOf(name)).toEqual(expected);
  });

  it("has no sample twice, and help and type once for every name", () => {
    const names = lines.filter((line) => line.startsWith("# TYPE")).map((line) => line.split(" ")[2]);
    expect(new Set(names).size).toBe(names.length);
    expect(lines.filter((line) => line.startsWith("# HELP"))).toHaveLength(names.length);
    const series = lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => line.slice(0, line.lastIndexOf(" ")));
    expect(new Set(series).size).toBe(series.length);
  });

  it("says that the repository cannot be followed", () => {
    const { overview } = metricsView;
    const repository = { ...overview.repository, state: "error", commit: null, lastPollAt: null } as const;
    const text = pageOf({ ...metricsView, overview: { ...overview, repository } });
    expect(text).toContain("\npinion_repository_up 0\n");
    expect(text).not.toContain("\npinion_repository_info{");
    expect(text).not.toContain("\npinion_repository_last_poll_timestamp_seconds ");
  });

  it("tells how the gateway is, where the controller keeps one up", () => {
    const gateway = { state: "down", why: "it hangs", since: 0, restarts: 3, tampered: 2 } as const;
    const text = pageOf({ ...metricsView, gateway });
    for (const line of ["pinion_gateway_up 0", "pinion_gateway_restarts_total 3", "pinion_gateway_tampering_total 2"])
      expect(text).toContain(`\n${line}\n`);
    expect(pageOf(metricsView)).not.toContain("pinion_gateway_up");
  });

  it("is made anew every time", async () => {
    let version = "1";
    const { overview, notifications, process, ...figures } = metricsView;
    const page = createMetricsPage({
      overview: async () => overview,
      figures: async () => figures,
      notifications: () => notifications,
      process: () => ({ ...process, version }),
    });
    expect(await page()).toContain('pinion_build_info{version="1"} 1\n');
    version = "2";
    expect(await page()).toContain('pinion_build_info{version="2"} 1\n');
  });
});

describe("the text format", () => {
  it("comes in pieces, so that others get their turn", () => {
    const samples = Array.from({ length: 2_500 }, (_, index) => ({ labels: { index: String(index) }, value: index }));
    const pieces = [...exposition([{ name: "n", type: "gauge", help: "Many.", samples }])];
    expect(pieces.map((piece) => piece.split("\n").length)).toEqual([1_003, 1_001, 501]);
    expect(pieces.join("").split("\n")).toHaveLength(2_503);
  });

  it("escapes help and labels, and writes what is no common number", () => {
    const samples = [
      { labels: { a: 'x"\\\n' }, value: 1e21 },
      { labels: {}, value: Infinity },
      { labels: { b: "" }, value: Number.NaN },
    ];
    expect([...exposition([{ name: "n", type: "gauge", help: "a\\b\nc", samples }])].join("")).toBe(
      '# HELP n a\\\\b\\nc\n# TYPE n gauge\nn{a="x\\"\\\\\\n"} 1e+21\nn +Inf\nn{b=""} NaN\n',
    );
  });
});
