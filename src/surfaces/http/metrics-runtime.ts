/** Metrics of what is there now: the repository, environments, processes and rollouts. */

import type { EnvironmentStatus, Overview, ProcessView, RepositoryStatus } from "../../api/views.ts";
import type { Family, Sample } from "./metrics-exposition.ts";

/** `now`: milliseconds since 1970. */
export function runtimeFamilies({ store, repository, environments }: Overview, now: number): readonly Family[] {
  return [
    gauge("pinion_store_up", "1 while decisions can be recorded; 0: nothing new is begun, traffic is still taken from what fails.", [
      { labels: {}, value: store === null ? 1 : 0 },
    ]),
    ...repositoryFamilies(repository, now),
    ...environmentFamilies(environments),
    ...processFamilies(environments),
    ...rolloutFamilies(environments),
  ];
}

function gauge(name: string, help: string, samples: Iterable<Sample>): Family {
  return { name, type: "gauge", help, samples };
}

function repositoryFamilies({ state, lastPollAt, lastGoodPollAt, ...head }: RepositoryStatus, now: number): readonly Family[] {
  const { commit, branch, committedAt } = head;
  const at = (instant: number | null): readonly Sample[] => (instant === null ? [] : [{ labels: {}, value: instant / 1_000 }]);
  return [
    gauge("pinion_repository_up", "1 while the config repository can be followed.", [{ labels: {}, value: state === "ok" ? 1 : 0 }]),
    gauge("pinion_repository_info", "The commit that is in force.", commit === null ? [] : [{ labels: { branch, commit }, value: 1 }]),
    gauge("pinion_repository_commit_timestamp_seconds", "When the commit in force was made, since 1970.", at(committedAt)),
    gauge("pinion_repository_last_poll_timestamp_seconds", "When the repository was asked last, since 1970.", at(lastPollAt)),
    gauge("pinion_repository_last_good_poll_timestamp_seconds", "When the repository answered last, since 1970.", at(lastGoodPollAt)),
    gauge(
      "pinion_repository_last_good_poll_age_seconds",
      "How long ago the repository answered last.",
      lastGoodPollAt === null ? [] : [{ labels: {}, value: Math.max(0, now - lastGoodPollAt) / 1_000 }],
    ),
  ];
}

function environmentFamilies(environments: readonly EnvironmentStatus[]): readonly Family[] {
  const instances = environments.flatMap(({ name, instances: all }) =>
    all.map(({ id, state }) => ({ labels: { environment: name, instance: id }, value: state === "ready" ? 1 : 0 })),
  );
  const count = (name: string, severity: string, all: EnvironmentStatus["findings"]): Sample => ({
    labels: { environment: name, severity },
    value: all.filter((finding) => finding.severity === severity).length,
  });
  const observed = environments.flatMap(({ name, observedAt }) =>
    observedAt === null ? [] : [{ labels: { environment: name }, value: observedAt / 1_000 }],
  );
  return [
    gauge(
      "pinion_environment_observed_timestamp_seconds",
      "When engine and router of an environment were last asked, since 1970: everything about it is as of then.",
      observed,
    ),
    gauge(
      "pinion_frozen",
      "1 while an environment is frozen: nothing new is deployed there.",
      environments.map(({ name, freeze }) => ({ labels: { environment: name }, value: freeze ? 1 : 0 })),
    ),
    gauge("pinion_engine_instance_up", "1 while an engine's instance answers.", instances),
    gauge(
      "pinion_environment_findings",
      "What is wrong with an environment as a whole, by severity.",
      environments.flatMap(({ name, findings }) => [count(name, "error", findings), count(name, "warning", findings)]),
    ),
  ];
}

function processFamilies(environments: readonly EnvironmentStatus[]): readonly Family[] {
  const each = (sampleOf: (process: ProcessView) => Sample | null): Iterable<Sample> => samplesOf(environments, sampleOf);
  return [
    gauge("pinion_process_info", "Every process with what is pinned, what has the traffic, and its status; always 1.", each(processInfo)),
    gauge(
      "pinion_process_status_since_timestamp_seconds",
      "When a process got the status that it has, since 1970.",
      each((process) => ({ labels: labelsOf(process), value: process.since / 1_000 })),
    ),
    gauge(
      "pinion_git_lags_runtime",
      "1 for each process that was rolled back and whose pin in git is not restored yet.",
      each((process) => (process.revert && process.revert.request.mode !== "propose" ? { labels: labelsOf(process), value: 1 } : null)),
    ),
    gauge(
      "pinion_quarantined_versions",
      "Versions of a process that must not be deployed again; only where there are some.",
      each((process) => (process.quarantined.length > 0 ? { labels: labelsOf(process), value: process.quarantined.length } : null)),
    ),
  ];
}

/** One after the other as they are asked for: there may be tens of thousands. */
function* samplesOf(environments: readonly EnvironmentStatus[], sampleOf: (process: ProcessView) => Sample | null): Iterable<Sample> {
  for (const { processes } of environments) {
    for (const process of processes) {
      const sample = sampleOf(process);
      if (sample) yield sample;
    }
  }
}

function labelsOf({ environment, process }: ProcessView) {
  return { environment, process };
}

/** "" where there is none. */
function processInfo(process: ProcessView): Sample {
  const { desired, actual, sync, health, phase } = process;
  const version = actual.find(({ weight }) => weight > 0)?.version ?? "";
  const status = { sync_status: sync, health_status: health, phase: phase ?? "" };
  return { labels: { ...labelsOf(process), version, pinned_version: desired ?? "", ...status }, value: 1 };
}

function rolloutFamilies(environments: readonly EnvironmentStatus[]): readonly Family[] {
  const running = environments
    .flatMap(({ processes }) => processes)
    .flatMap((process) => (process.progress ? [{ process, ...process.progress }] : []));
  const labels = ({ process, strategy, version }: (typeof running)[number]) => ({ ...labelsOf(process), strategy, version: version ?? "" });
  const steps = (field: "step" | "steps") =>
    running.flatMap((one) => (one[field] === null ? [] : [{ labels: labels(one), value: one[field] }]));
  return [
    gauge(
      "pinion_rollout_weight",
      "The share of the traffic that a version under rollout has been given, 0 to 100.",
      running.map((one) => ({ labels: labels(one), value: one.weight })),
    ),
    gauge("pinion_rollout_step", "The step that a rollout is in, counted from 1.", steps("step")),
    gauge("pinion_rollout_steps", "How many steps a rollout has.", steps("steps")),
    gauge(
      "pinion_rollout_start_timestamp_seconds",
      "When a rollout began, since 1970.",
      running.map((one) => ({ labels: labels(one), value: one.startedAt / 1_000 })),
    ),
  ];
}
