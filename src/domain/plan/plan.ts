/** What merging a change would do in one environment: deployments in dependency order, what is held, risk, duration and the way back. */

import semver from "semver";
import type {
  DeploymentPlan,
  HeldDeployment,
  PlanDependency,
  PlannedDeployment,
  ValidationCheck,
  VersionDistance,
} from "./deployment-plan.ts";
import type { JsonObject } from "../desired/definition.ts";
import type { ChangeSummary } from "../changes/describe.ts";
import { type EnvironmentSpec, strategyFor } from "../desired/environment.ts";
import { describeFinding } from "../finding.ts";
import { differencesBetween } from "../changes/json-difference.ts";
import type { EnvironmentName, ProcessId, Version } from "../names.ts";
import { estimate, estimateAll } from "./estimate.ts";
import { type Held, holdChanges, leftLacking, needsOf } from "./held.ts";
import { inDependencyOrder, requiredProcesses } from "../desired/dependency-graph.ts";
import { leftPaths } from "./paths.ts";
import { changedPins, type PinChange, versionOf } from "./pin-changes.ts";
import { assessRisk } from "./risk.ts";
import { planRollback } from "./way-back.ts";
import { describeSettings } from "./settings.ts";
import { planSteps } from "./steps.ts";
import type { Check } from "../desired/version.ts";
import type { EnvironmentSnapshot } from "../desired/snapshot.ts";
import type { Deployment } from "../journal/state.ts";
import { bakeMsOf } from "../strategies/rollout-view.ts";

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
}

export function makePlan(input: PlanInput): DeploymentPlan {
  const { from, to } = input;
  if (!to) return blockedPlan(input, "the environment is not in the repository any more; what runs there is left running");
  if (!to.spec) return blockedPlan(input, `environment.yaml cannot be used, so nothing here is touched: ${firstFinding(to)}`);
  const changes = changedPins(from, to);
  const held = holdChanges(changes, from, to);
  const order = orderOf(changes, held);
  const deployments = order.map((change) => planDeployment(change, order, { ...input, spec: to.spec as EnvironmentSpec }));
  return {
    ...whole(input, to.spec),
    deployments,
    held: heldOf(changes, held),
    dependencies: dependenciesOf(order, held),
    ...consequencesOf(deployments, { input, to, spec: to.spec, held, lacking: leftLacking(changes, to, held) }),
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
    rollbackPlan: { instruction: "nothing to go back from", automatic: null, steps: [] },
  };
}

/** What is taken out comes last. */
function orderOf(changes: readonly PinChange[], { reasons }: Held): readonly PinChange[] {
  const free = new Map(changes.filter(({ process }) => !reasons.has(process)).map((change) => [change.process, change]));
  const order = inDependencyOrder(new Map([...free.values()].map((change) => [change.process, needsOf(change)])));
  const ordered = order.flatMap((process) => free.get(process) ?? []);
  return [...ordered.filter(({ to }) => to !== null), ...ordered.filter(({ to }) => to === null)];
}

function heldAs({ process, from, to }: PinChange): Omit<HeldDeployment, "reason"> {
  return { process, from: versionOf(from), to: versionOf(to) };
}

function heldOf(changes: readonly PinChange[], { reasons }: Held): readonly HeldDeployment[] {
  return changes.flatMap((change) => {
    const reason = reasons.get(change.process);
    return reason === undefined ? [] : [{ ...heldAs(change), reason }];
  });
}

function planDeployment(
  change: PinChange,
  order: readonly PinChange[],
  { environment, details, history, spec }: PlanInput & { readonly spec: EnvironmentSpec },
): PlannedDeployment {
  const { process, why } = change;
  const [from, to] = [versionOf(change.from), versionOf(change.to)];
  const own = strategyFor(spec, process);
  const strategy = to === null ? "prune" : own.kind;
  return {
    id: `${environment}.${process}`,
    process,
    kind: to === null ? "prune" : "deploy",
    strategy,
    from,
    to,
    distance: to === null ? null : distanceBetween(from, to),
    isDowngrade: from !== null && to !== null && semver.lt(to, from),
    why: to === null ? `takes ${process} out of ${environment}: ${why}` : why,
    changes: details.get(process)?.changes ?? null,
    waitsFor: needsOf(change).filter((needed) => order.some((other) => other.process === needed && other.to !== null)),
    ...estimate({ environment, process, strategy, spec: own, isFirst: from === null, bakeMs: bakeMsOf(own, spec) }, history),
  };
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
  readonly to: EnvironmentSnapshot;
  readonly held: Held;
  readonly spec: EnvironmentSpec;
  readonly lacking: readonly { readonly process: ProcessId; readonly reason: string }[];
}

type Consequences = Pick<DeploymentPlan, "steps" | "estimatedDuration" | "riskAssessment" | "validationChecks" | "rollbackPlan">;

function consequencesOf(deployments: readonly PlannedDeployment[], { input, to, spec, held, lacking }: Around): Consequences {
  const checksOf = (process: ProcessId): readonly Check[] => input.details.get(process)?.checks ?? [];
  const hasHttpTrigger = (process: ProcessId): boolean => input.details.get(process)?.hasHttpTrigger ?? true;
  const steps = deployments.map((deployment) => ({ deployment, steps: planSteps([deployment], spec, checksOf) }));
  return {
    steps: planSteps(deployments, spec, checksOf),
    estimatedDuration: estimateAll(deployments, spec.maxConcurrentDeployments),
    riskAssessment: assessRisk(deployments, {
      spec,
      lacking,
      hasChecks: (process) => checksOf(process).length > 0,
      hasHttpTrigger,
      leftPaths: (process) => leftPaths(process, { from: input.from, to, isHeld: (other) => held.reasons.has(other) }),
    }),
    validationChecks: steps.flatMap(({ deployment: { process }, steps: own }) =>
      own.flatMap(({ validation }) => checksIn(process, validation)),
    ),
    rollbackPlan: planRollback(deployments, spec),
  };
}

function checksIn(process: ProcessId, validation: DeploymentPlan["steps"][number]["validation"]): readonly ValidationCheck[] {
  return validation === null ? [] : validation.validations.map((one) => ({ process, phase: validation.phase, ...one }));
}

function dependenciesOf(order: readonly PinChange[], held: Held): readonly PlanDependency[] {
  return order.flatMap(({ process, to }) => {
    if (to?.kind !== "runnable") return [];
    return requiredProcesses(to.summary.dependencies).map(({ name, version }) => ({
      process,
      on: name,
      range: version,
      version: held.versionAfter(name) ?? "none",
    }));
  });
}
