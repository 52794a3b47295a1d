/**
 * How risky a plan is, and why. Each reason has a level of its own, one higher in production, and the plan has that of the
 * gravest.
 */

import type { PlannedDeployment } from "./deployment-plan.ts";
import type { RiskAssessment, RiskLevel, RiskReason } from "../journal/rollout-plan.ts";
import { type EnvironmentSpec, strategyFor, type StrategySpec } from "../desired/environment.ts";
import type { ProcessId } from "../names.ts";
import { traitsOf } from "../strategies/traits.ts";
import type { LeftPaths } from "./paths.ts";
import { foreseeVerdict } from "./verdicts.ts";

/** From so many deployments at once on, it is hard to say which of them did it. */
const many = 5;

const ranks = { low: 0, medium: 1, high: 2 } as const satisfies Record<RiskLevel, number>;
const oneLower = { low: "low", medium: "low", high: "medium" } as const satisfies Record<RiskLevel, RiskLevel>;
const oneHigher = { low: "medium", medium: "high", high: "high" } as const satisfies Record<RiskLevel, RiskLevel>;

export interface RiskView {
  readonly spec: EnvironmentSpec;
  /** Whether the version after has any smoke test. */
  hasChecks(process: ProcessId): boolean;
  /** Whether the version after is called over HTTP; where that is not known, it is taken to be. */
  hasHttpTrigger(process: ProcessId): boolean;
  /** What becomes of the paths of a process that is taken out; null: it is not known what they are. */
  leftPaths(process: ProcessId): LeftPaths | null;
  /** Processes that stay and will miss something that they need. */
  readonly lacking: readonly { readonly process: ProcessId; readonly reason: string }[];
}

/** The judgement over the deployments of one environment. */
export function assessRisk(deployments: readonly PlannedDeployment[], view: RiskView): RiskAssessment {
  const isProduction = view.spec.type === "production";
  const found = [
    ...view.lacking.map(({ process, reason }) => risk("high", process, reason)),
    ...deployments.flatMap((deployment) => risksOf(deployment, view)),
    ...(deployments.length >= many ? [risk("low", null, `${deployments.length} deployments at once`)] : []),
  ];
  const weighed = found.map((reason) => (isProduction ? { ...reason, level: oneHigher[reason.level] } : reason));
  const all = isProduction && deployments.length > 0 ? [...weighed, risk("low", null, "it is production")] : weighed;
  const reasons = all.toSorted((a, b) => ranks[b.level] - ranks[a.level]);
  return { level: reasons[0]?.level ?? "low", reasons };
}

function risksOf(deployment: PlannedDeployment, view: RiskView): readonly RiskReason[] {
  const { process, kind } = deployment;
  if (kind === "prune") return [riskOfTakingOut(process, view.leftPaths(process))];
  return [...softened(risksOfContent(deployment), deployment, strategyFor(view.spec, process)), ...risksOfRollout(deployment, view)];
}

function riskOfTakingOut(process: ProcessId, left: LeftPaths | null): RiskReason {
  if (left === null) return risk("medium", process, "it is removed: its callers get 404");
  const heirs = left.heirs.join(" and ");
  if (left.lost.length > 0) {
    const others = heirs === "" ? "" : `; its other paths move to ${heirs}`;
    return risk("medium", process, `it is removed: calls of ${listed(left.lost)} get 404${others}`);
  }
  if (heirs !== "") return risk("low", process, `it is removed; its paths move to ${heirs} at the same moment`);
  return risk("medium", process, "it is removed and no longer runs; it has no paths");
}

/** Not more than anybody reads. */
function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(", ");
  return paths.length > 3 ? `${shown} or ${paths.length - 3} more` : shown;
}

/** What begins with a small share shows what is wrong with a version to few people only. */
function softened(reasons: readonly RiskReason[], { from }: PlannedDeployment, strategy: StrategySpec): readonly RiskReason[] {
  const first = traitsOf(strategy).firstShare(strategy);
  if (first === null || from === null) return reasons;
  const softer = `but a ${strategy.kind} begins with ${first} %`;
  return reasons.map(({ level, process, reason }) => risk(oneLower[level], process, `${reason}, ${softer}`));
}

function risksOfContent({ process, from, to, isDowngrade, distance, changes }: PlannedDeployment): readonly RiskReason[] {
  const step = `${from} → ${to}`;
  const breaking = changes?.impact === "breaking" ? [risk("medium", process, "breaking changes in its definition")] : [];
  if (isDowngrade) return [...breaking, risk("low", process, `${step} goes back`)];
  if (distance === "major") return [...breaking, risk("medium", process, `${step} is a major step`)];
  const isUnexpected = breaking.length > 0 && (distance === "minor" || distance === "patch");
  return isUnexpected ? [risk("medium", process, `breaking changes, although ${step} is a ${distance} step`)] : breaking;
}

function risksOfRollout(deployment: PlannedDeployment, { spec, hasChecks, hasHttpTrigger }: RiskView): readonly RiskReason[] {
  const { process, from, to } = deployment;
  const unjudged = foreseeVerdict(deployment, spec, hasHttpTrigger(process));
  const strategy = strategyFor(spec, process);
  const isReplaced = traitsOf(strategy).takesOldOutFirst && from !== null;
  return [
    ...(hasChecks(process) ? [] : [risk("low", process, `${to} has no checks: it gets traffic without a test`)]),
    ...(unjudged === null ? [] : [risk(unjudged.isHindered ? "medium" : "low", process, unjudged.why)]),
    ...(isReplaced ? [risk("low", process, `${strategy.kind}: it does not answer while it is replaced`)] : []),
  ];
}

function risk(level: RiskLevel, process: ProcessId | null, reason: string): RiskReason {
  return { level, process, reason };
}
