/** What merging a change would do in one environment: the decision function played forward, with what is held, risk, duration and the way back. */

import semver from "semver";
import type { DeploymentPlan, HeldDeployment, PlannedDeployment, VersionDistance } from "./deployment-plan.ts";
import type { PlanDependency } from "../journal/rollout-plan.ts";
import type { JsonObject } from "../desired/definition.ts";
import type { ChangeSummary } from "../changes/describe.ts";
import type { EnvironmentSpec } from "../desired/environment.ts";
import { describeFinding } from "../finding.ts";
import { differencesBetween } from "../changes/json-difference.ts";
import type { EnvironmentName, ProcessId, Version } from "../names.ts";
import { leftLacking } from "./held.ts";
import { requiredProcesses } from "../desired/dependency-graph.ts";
import { neededBy } from "./beginning.ts";
import { type Foreseen, foresee } from "./foresee.ts";
import { leftPaths } from "./paths.ts";
import { changedPins, type PinChange, versionOf } from "./pin-changes.ts";
import { assessRisk } from "./risk.ts";
import { createDurations } from "./state-durations.ts";
import { planRollback } from "./way-back.ts";
import { describeSettings } from "./settings.ts";
import { rulesOf } from "../strategies/rollout-states.ts";
import { type Act, checksIn, planSteps } from "./steps.ts";
import type { Check } from "../desired/version.ts";
import type { EnvironmentSnapshot } from "../desired/snapshot.ts";
import type { Deployment } from "../journal/state.ts";

/** What is known of a process whose pin changes, beyond the snapshots. */
export interface PlanDetail {
  /** Between the definitions before and after; null when there is nothing to compare. */
  readonly changes: ChangeSummary | null;
  /** Of the version after. */
  readonly checks: readonly Check[];
  /** Whether the version after is called over HTTP; absent where that is not known. */
  readonly hasHttpTrigger?: boolean;
}

export interface PlanInput {
  readonly environment: EnvironmentName;
  /** Null: the environment is new. */
  readonly from: EnvironmentSnapshot | null;
  /** Null: the environment leaves the repository. */
  readonly to: EnvironmentSnapshot | null;
  readonly details: ReadonlyMap<ProcessId, PlanDetail>;
  /** Past deployments, for estimates; empty when not known. */
  readonly history: readonly Deployment[];
  /** Ids of the engine's instances; absent: one is taken to be there, as where pinion.yaml says nothing else. */
  readonly instances?: readonly string[];
}

const oneInstance = ["the only instance"];

export function makePlan(input: PlanInput): DeploymentPlan {
  const { from, to } = input;
  if (!to) return blockedPlan(input, "the environment is no longer in the repository; running versions keep running");
  if (!to.spec) return blockedPlan(input, `environment.yaml cannot be used, so nothing is changed here: ${firstFinding(to)}`);
  const changes = changedPins(from, to);
  const usable = { ...to, spec: to.spec };
  const durations = createDurations(input.environment, input.history);
  const instances = input.instances?.length ? input.instances : oneInstance;
  const foreseen = foresee(changes, { from, to: usable, instances, durations });
  const acts = foreseen.played.map((played) => ({ played, planned: planDeployment(played, foreseen, { input, durations }) }));
  return {
    ...whole(input, to.spec),
    deployments: acts.map(({ planned }) => planned),
    held: heldOf(changes, foreseen),
    dependencies: dependenciesOf(acts, foreseen),
    ...consequencesOf(acts, { input, to: usable, foreseen, changes }),
  };
}

function firstFinding({ findings }: EnvironmentSnapshot): string {
  return findings[0] ? describeFinding(findings[0]) : "it is missing";
}

type Whole = Pick<DeploymentPlan, "environment" | "type" | "isNew" | "blocked" | "settings" | "settingLines">;

function whole({ environment, from }: PlanInput, spec: EnvironmentSpec | null): Whole {
  const type = spec?.type ?? from?.spec?.type ?? null;
  return { environment, type, isNew: from === null, blocked: null, ...changedSettings(from?.spec ?? null, spec) };
}

function changedSettings(from: EnvironmentSpec | null, to: EnvironmentSpec | null): Pick<Whole, "settings" | "settingLines"> {
  if (!from || !to) return { settings: [], settingLines: [] };
  return { settings: differencesBetween(settingsOf(from), settingsOf(to)), settingLines: describeSettings(from, to) };
}

function settingsOf(spec: EnvironmentSpec): JsonObject {
  return JSON.parse(JSON.stringify({ ...spec, strategies: Object.fromEntries(spec.strategies) })) as JsonObject;
}

/** A plan that does nothing, and says why. */
function blockedPlan(input: PlanInput, blocked: string): DeploymentPlan {
  return {
    ...whole(input, null),
    blocked,
    deployments: [],
    held: [],
    steps: [],
    dependencies: [],
    estimatedDuration: 0,
    riskAssessment: { level: "low", reasons: [] },
    validationChecks: [],
    rollbackPlan: { instruction: "there is nothing to roll back", automatic: null, steps: [] },
  };
}

function heldAs({ process, from, to }: PinChange): Omit<HeldDeployment, "reason"> {
  return { process, from: versionOf(from), to: versionOf(to) };
}

function heldOf(changes: readonly PinChange[], { reasons }: Foreseen): readonly HeldDeployment[] {
  return changes.flatMap((change) => {
    const reason = reasons.get(change.process);
    return reason === undefined ? [] : [{ ...heldAs(change), reason }];
  });
}

interface Known {
  readonly input: PlanInput;
  readonly durations: ReturnType<typeof createDurations>;
}

function planDeployment(played: Act["played"], { changeOf, begins }: Foreseen, { input, durations }: Known): PlannedDeployment {
  const { environment, details } = input;
  const { process, opened, startedAt, endedAt } = played;
  const { why, ...change } = changeOf(process);
  const [from, to] = [versionOf(change.from), versionOf(change.to)];
  return {
    id: `${environment}.${process}`,
    process,
    kind: to === null ? "prune" : "deploy",
    strategy: rulesOf(opened),
    from,
    to,
    distance: to === null ? null : distanceBetween(from, to),
    isDowngrade: isDowngrade(from, to),
    why: to === null ? `takes ${process} out of ${environment}: ${why}` : why,
    changes: details.get(process)?.changes ?? null,
    waitsFor: neededBy(change.to).filter(begins),
    estimatedDuration: (endedAt ?? startedAt) - startedAt,
    estimatedFrom: durations(opened).from,
  };
}

export function isDowngrade(from: Version | null, to: Version | null): boolean {
  return from !== null && to !== null && semver.lt(to, from);
}

/** How far apart two versions are, in the words of semantic versioning. */
export function distanceBetween(from: Version | null, to: Version): VersionDistance {
  if (from === null) return "first";
  const difference = semver.diff(from, to);
  if (difference === null) return "same";
  if (difference.startsWith("pre")) return "prerelease";
  return difference === "major" || difference === "minor" ? difference : "patch";
}

interface Around {
  readonly input: PlanInput;
  readonly to: EnvironmentSnapshot & { readonly spec: EnvironmentSpec };
  readonly foreseen: Foreseen;
  readonly changes: readonly PinChange[];
}

type Consequences = Pick<DeploymentPlan, "steps" | "estimatedDuration" | "riskAssessment" | "validationChecks" | "rollbackPlan">;

function consequencesOf(acts: readonly Act[], { input, to, foreseen, changes }: Around): Consequences {
  const { spec } = to;
  const checksOf = (process: ProcessId): readonly Check[] => input.details.get(process)?.checks ?? [];
  const steps = planSteps(acts, { spec, checksOf });
  const deployments = acts.map(({ planned }) => planned);
  return {
    steps: steps.flatMap(({ steps: own }) => own),
    estimatedDuration: acts.reduce((last, { played }) => Math.max(last, played.endedAt ?? 0), 0),
    riskAssessment: assessRisk(deployments, {
      spec,
      lacking: leftLacking(changes, to, foreseen.versionAfter),
      hasChecks: (process) => checksOf(process).length > 0,
      hasHttpTrigger: (process) => input.details.get(process)?.hasHttpTrigger ?? true,
      leftPaths: (process) => leftPaths(process, { from: input.from, to, isHeld: (other) => foreseen.reasons.has(other) }),
    }),
    validationChecks: steps.flatMap(({ process, steps: own }) => checksIn(process, own)),
    rollbackPlan: planRollback(deployments, spec),
  };
}

function dependenciesOf(acts: readonly Act[], foreseen: Foreseen): readonly PlanDependency[] {
  return acts.flatMap(({ played: { process } }) => {
    const { to } = foreseen.changeOf(process);
    if (to?.kind !== "runnable") return [];
    return requiredProcesses(to.summary.dependencies).map(({ name, version }) => ({
      process,
      on: name,
      range: version,
      version: foreseen.versionAfter(name) ?? "none",
    }));
  });
}
