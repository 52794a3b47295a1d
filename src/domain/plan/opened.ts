/** The plan of a deployment that has just been opened: what is to come if nothing disturbs it, played forward from how things really are. */

import { isCalledOverHttp } from "../changes/impact.ts";
import type { ChangeSummary } from "../changes/describe.ts";
import { requiredProcesses } from "../desired/dependency-graph.ts";
import type { EnvironmentSpec } from "../desired/environment.ts";
import type { ProcessVersion } from "../desired/version.ts";
import type { OpenedPlan, PlanDependency } from "../journal/rollout-plan.ts";
import type { Rollout } from "../journal/rollout.ts";
import type { Deployment } from "../journal/state.ts";
import { type Observation, servingUnit } from "../observed/observation.ts";
import { rulesOf } from "../strategies/rollout-states.ts";
import type { PlannedDeployment } from "./deployment-plan.ts";
import { type Beginning, ImaginedWorld } from "./imagined-world.ts";
import { neededBy } from "./beginning.ts";
import { beginningOf, type Opened } from "./opened-world.ts";
import { distanceBetween, isDowngrade } from "./plan.ts";
import { playForward } from "./play-forward.ts";
import type { PlayedDeployment } from "./played.ts";
import { assessRisk } from "./risk.ts";
import { createDurations, type Durations, removalMs } from "./state-durations.ts";
import { checksIn, planSteps } from "./steps.ts";
import { planRollback } from "./way-back.ts";

/** What is known of it beyond that. */
export interface OpenedDetail {
  /** Null: it takes the process out, or the version cannot be read. */
  readonly version: ProcessVersion | null;
  /** From the version before; null when there is nothing to compare. */
  readonly changes: ChangeSummary | null;
  /** Past deployments of the process, for estimates. */
  readonly history: readonly Deployment[];
}

/** More than usual deployments take; many more would hold up others. */
const mostDecisions = 1_000;
/** Of each list. */
const mostKept = 200;
/** Characters of a plan as JSON. */
const largestPlan = 256 * 1024;

/** Null: it is too long to be kept, or does not end by itself, or its engine or the router could not be asked. */
export function planOpened(opened: Opened, detail: OpenedDetail): OpenedPlan | null {
  const beginning = beginningOf(opened);
  const { spec } = opened.observation;
  if (!beginning || !spec) return null;
  const { rollout } = opened;
  const durationsOf = createDurations(opened.observation.environment, detail.history);
  const durations = durationsOf(rollout);
  const played = playUntilEnd(opened, beginning, durationsOf);
  if (played?.endedAt === undefined || played.endedAt === null) return null;
  const plan = planOf(opened, { spec, detail, played, durations });
  return JSON.stringify(plan).length > largestPlan ? null : plan;
}

function playUntilEnd(
  { rollout: { process, deployment }, others }: Opened,
  beginning: Beginning,
  durationsOf: ReturnType<typeof createDurations>,
): PlayedDeployment | undefined {
  const cast = [process, ...others].sort();
  const { desired } = beginning.seen;
  const all = playForward(new ImaginedWorld(beginning), {
    processes: cast,
    entangled: new Set(others.length > 0 ? cast : []),
    needsOf: (one) => neededBy(desired?.processes.get(one)?.pinned ?? null),
    workMs: (rollout) => durationsOf(rollout).msIn(rollout.state.kind),
    removalMs,
    mostDecisions,
  });
  return all.find(({ opened }) => opened.deployment === deployment);
}

interface Known {
  readonly spec: EnvironmentSpec;
  readonly detail: OpenedDetail;
  readonly played: PlayedDeployment;
  readonly durations: Durations;
}

function planOf({ rollout, observation }: Opened, { spec, detail, played, durations }: Known): OpenedPlan {
  const { process, kind } = rollout;
  const { version, changes } = detail;
  const checks = version?.checks ?? [];
  const planned = plannedAs(rollout, { environment: observation.environment, changes, played, durations });
  const steps = planSteps([{ planned, played }], { spec, checksOf: () => checks }).flatMap((each) => each.steps);
  const whole = { steps, dependencies: dependenciesOf(version, observation), validationChecks: checksIn(process, steps) };
  return {
    deploymentPlan: {
      ...bounded(whole),
      estimatedDuration: planned.estimatedDuration,
      riskAssessment: assessRisk([planned], {
        spec,
        lacking: [],
        hasChecks: () => checks.length > 0,
        hasHttpTrigger: () => version === null || isCalledOverHttp(version.definition),
        leftPaths: () => null,
      }),
    },
    rollbackPlan: kind === "rollback" || kind === "self-heal" ? null : planRollback([planned], spec),
  };
}

type Lists = Pick<OpenedPlan["deploymentPlan"], "steps" | "dependencies" | "validationChecks">;

function bounded({ steps, dependencies, validationChecks }: Lists): Lists & { readonly leftOut: number } {
  const leftOut = [steps, dependencies, validationChecks].reduce((sum, { length }) => sum + Math.max(0, length - mostKept), 0);
  return {
    steps: steps.slice(0, mostKept),
    dependencies: dependencies.slice(0, mostKept),
    validationChecks: validationChecks.slice(0, mostKept),
    leftOut,
  };
}

interface About extends Pick<Known, "played" | "durations"> {
  readonly environment: string;
  readonly changes: ChangeSummary | null;
}

function plannedAs(rollout: Rollout, { environment, changes, played, durations }: About): PlannedDeployment {
  const { process } = rollout;
  const [from, to] = [rollout.stable?.version ?? null, rollout.candidate?.version ?? null];
  const distance = to === null ? null : distanceBetween(from, to);
  return {
    id: `${environment}.${process}`,
    process,
    kind: to === null ? "prune" : "deploy",
    strategy: rulesOf(rollout),
    from,
    to,
    distance,
    isDowngrade: isDowngrade(from, to),
    why: "",
    changes,
    waitsFor: [],
    estimatedDuration: (played.endedAt ?? played.startedAt) - played.startedAt,
    estimatedFrom: durations.from,
  };
}

/** What it calls, as it serves now. */
function dependenciesOf(version: ProcessVersion | null, { routes }: Observation): readonly PlanDependency[] {
  const serving = (process: string) => (routes.kind === "known" ? servingUnit(routes.value.get(process) ?? null) : null);
  return requiredProcesses(version?.dependencies ?? []).map(({ name, version: range }) => ({
    process: version?.process ?? "",
    on: name,
    range,
    version: serving(name)?.version ?? "none",
  }));
}
