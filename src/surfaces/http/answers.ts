/** The JSON that scripts read: what the API answers and what `--format json` prints. Times are ISO 8601, in UTC. */

import type { EnvironmentStatus, Overview, RepositoryStatus } from "../../controller/queries.ts";
import type { Instant } from "../../domain/names.ts";
import type { Deployment } from "../../domain/state.ts";
import type { ProcessStatus } from "../../domain/status.ts";

/** An instant as ISO 8601. */
export function isoTime(at: Instant): string {
  return new Date(at).toISOString();
}

function isoTimeOrNull(at: Instant | null): string | null {
  return at === null ? null : isoTime(at);
}

/** The whole picture, as plain JSON. */
export function overviewJson(overview: Overview) {
  return {
    repository: repositoryJson(overview.repository),
    environments: overview.environments.map(environmentJson),
    findings: overview.findings,
  };
}

function repositoryJson(repository: RepositoryStatus) {
  return {
    ...repository,
    committedAt: isoTimeOrNull(repository.committedAt),
    fetchedAt: isoTimeOrNull(repository.fetchedAt),
    since: isoTime(repository.since),
    lastPollAt: isoTimeOrNull(repository.lastPollAt),
    nextPollAt: isoTimeOrNull(repository.nextPollAt),
  };
}

function environmentJson({ name, type, url, instances, findings, processes }: EnvironmentStatus) {
  return { name, type, url, processes: processes.map(processJson), instances, findings };
}

function processJson({ process, desired, actual, sync, health, phase, reason, since }: ProcessStatus) {
  return { process, desired, actual, sync, health, phase, reason, since: isoTime(since) };
}

/** One deployment with its steps and validations, as plain JSON. */
export function deploymentJson(deployment: Deployment) {
  return {
    ...deployment,
    startedAt: isoTime(deployment.startedAt),
    endedAt: isoTimeOrNull(deployment.endedAt),
    durationMs: deployment.endedAt === null ? null : deployment.endedAt - deployment.startedAt,
    steps: deployment.steps.map((step) => ({ ...step, at: isoTime(step.at) })),
    validations: deployment.validations.map((validation) => ({ ...validation, at: isoTime(validation.at) })),
  };
}
