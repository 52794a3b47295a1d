/** Turns what was seen of a process into what a strategy may look at. */

import { whyKiller } from "../observed/engine-deaths.ts";
import { firing, isSameQuestion, judgeChecks } from "../analysis/verdicts.ts";
import { scopeOf, validationScope } from "../journal/actions.ts";
import { heldUpMs } from "./deadline.ts";
import { judge, type Phase, type ValidationResult, type Verdict } from "../validation-result.ts";
import type { EnvironmentSpec, StrategySpec } from "../desired/environment.ts";
import { onInconclusiveOf } from "./inconclusive.ts";
import type { Measured, MetricCheck } from "../analysis/metrics.ts";
import type { Instant, UnitRef } from "../names.ts";
import type { InstanceView, Judgement, Rollout, RolloutView, Stuck } from "../journal/rollout.ts";
import type { Route, Share } from "../observed/route.ts";
import {
  engineFor,
  findInstalled,
  inFlightAt,
  inFlightOn,
  isArmedAlone,
  isReady,
  type Known,
  type Observation,
  weightOf,
} from "../observed/observation.ts";
import type { OwedAction } from "../journal/state.ts";
import { isBeforeSwitch } from "./steps.ts";
import { isJudgedOnTheWay, traitsOf } from "./traits.ts";
import type { EngineInstance, Installed } from "../desired/unit.ts";

interface Memory {
  readonly validationResults: readonly ValidationResult[];
  readonly owed: readonly OwedAction[];
}

export function viewRollout(rollout: Rollout, observation: Observation, memory: Memory): RolloutView {
  const { candidate, stable } = rollout;
  const ask = questions(rollout.process, observation);
  const { pre, during, post, verification } = verdicts(rollout, memory);
  const judged = judgeRollout(rollout, observation);
  const bake: Bake = {
    bakeMs: bakeMsOf(rollout.strategy, observation.spec, rollout),
    checks: bakedBy(rollout, observation),
    measured: observation.measured.get(rollout.deployment) ?? [],
  };
  return {
    now: observation.now,
    heldUpMs: heldUpMs(rollout.startedAt, observation),
    candidateReady: ask.engine(
      (installed, instances) => candidate !== null && isReady(findInstalled(installed, candidate.digest), instances),
    ),
    stableInstalled: ask.engine((installed) => stable !== null && findInstalled(installed, stable.digest) !== null),
    candidateInstalled: ask.engine((installed) => candidate !== null && findInstalled(installed, candidate.digest) !== null),
    candidateWeight: ask.weight(candidate),
    stableWeight: ask.weight(stable),
    candidateArmed: ask.engine((installed) => candidate !== null && isArmedAlone(installed, candidate.digest)),
    stableArmed: ask.engine((installed) => stable !== null && isArmedAlone(installed, stable.digest)),
    stableInFlight: ask.inFlight(stable),
    candidateInFlight: ask.inFlight(candidate),
    pre,
    during,
    post,
    verification,
    wantsVerification: (observation.spec?.validation.rollback.length ?? 0) > 0,
    ...judged,
    isRouted: ask.engine((installed, instances) => isRouted(ask.route, installed, instances)),
    instances: ask.engine((installed, instances) =>
      instances.map((each) => viewInstance(each, { rollout, installed, route: ask.route, observation })),
    ),
    stuck: stuckOf(rollout, memory.owed),
    drainTimeoutMs: observation.spec?.drainTimeoutMs ?? 0,
    isBaked: isBaked(bake, observation.now),
    bakeMs: bake.bakeMs,
    bake: judgeChecks(bake.measured, bake.checks, at(observation)),
    judgeMs: longestWindow(checksOf(rollout, observation)),
    onInconclusive: onInconclusiveOf(rollout.strategy, observation.spec),
  };
}

/** All that may reject a candidate by itself. */
export type Judged = Pick<RolloutView, "analysis" | "triggers" | "killing" | "takenBack">;

/** What its metrics say, and the ends of its engine. */
export function judgeRollout(rollout: Rollout, observation: Observation): Judged {
  const analysis = judgeMetrics(checksOf(rollout, observation), rollout, observation);
  return {
    analysis,
    triggers: judgeTriggers(rollout, observation),
    ...killingOf(rollout, observation),
    ...takenBackOf(rollout, observation),
  };
}

/** What can never be done comes before what is only tried again: that may never end because of it. */
function stuckOf(rollout: Rollout, owed: readonly OwedAction[]): Stuck | null {
  const stuck = owed.filter((entry) => isOwnWork(entry, rollout)).flatMap((entry) => entry.stuck ?? []);
  return stuck.find(({ retry }) => retry === "never") ?? stuck[0] ?? null;
}

/** What is refused for the version before it, while that is only kept, says nothing about the candidate. */
function isOwnWork({ action }: OwedAction, rollout: Rollout): boolean {
  if (action.kind === "ensure-reverted") return false;
  return action.kind !== "ensure-installed" || action.unit.digest !== rollout.stable?.digest || !isBeforeSwitch(rollout);
}

/** How long a version is watched once it has all the traffic. With neither triggers nor metrics there is nothing to watch for. */
export function bakeMsOf(strategy: StrategySpec, spec: EnvironmentSpec | null, how: Shared = {}): number {
  const bakeMs = triggersOf({ spec }).length > 0 ? (spec?.rollback.automatic.bakeMs ?? 0) : 0;
  return Math.max(bakeMs, longestWindow(judgedLast({ strategy, ...how }, { spec })));
}

/** What a version with all the traffic is watched by. */
function bakedBy(rollout: Rollout, observation: Observation): readonly MetricCheck[] {
  const hasTime = (observation.spec?.rollback.automatic.bakeMs ?? 0) > 0;
  return [...(hasTime ? triggersOf(observation) : []), ...judgedLast(rollout, observation)];
}

type Shared = Pick<Rollout, "isUnshared">;

/** What is not judged on its way is judged once it has all the traffic. */
function judgedLast(rollout: Pick<Rollout, "strategy"> & Shared, observation: Pick<Observation, "spec">): readonly MetricCheck[] {
  return isJudgedOnTheWay(rollout) ? [] : checksOf(rollout, observation);
}

function longestWindow(checks: readonly MetricCheck[]): number {
  return checks.reduce((longest, { windowMs }) => Math.max(longest, windowMs), 0);
}

/** How a version with all the traffic is watched, and what is known by now. */
interface Bake {
  readonly bakeMs: number;
  readonly checks: readonly MetricCheck[];
  readonly measured: readonly Measured[];
}

/** A controller that was down has watched nothing: each metric is measured for its window again, or for the whole watch. */
function isBaked({ bakeMs, checks, measured }: Bake, now: Instant): boolean {
  return checks.every((wanted) =>
    measured.some(({ check, since }) => isSameQuestion(check, wanted) && now - since >= Math.min(wanted.windowMs, bakeMs)),
  );
}

function questions(process: string, observation: Observation) {
  const { routes } = observation;
  const engine = engineFor(process, observation);
  const route = routes.kind === "known" ? (routes.value.get(process) ?? null) : null;
  const installed = engine.kind === "known" ? (engine.value.installed.get(process) ?? []) : [];
  return {
    route,
    engine<T>(question: (installed: readonly Installed[], instances: readonly EngineInstance[]) => T): Known<T> {
      return engine.kind === "unknown" ? engine : { kind: "known", value: question(installed, engine.value.instances) };
    },
    weight(unit: UnitRef | null): Known<number> {
      return routes.kind === "unknown" ? routes : { kind: "known", value: unit ? weightOf(route, unit.digest) : 0 };
    },
    inFlight(unit: UnitRef | null): Known<number> {
      return unit ? inFlightOn(observation, unit, findInstalled(installed, unit.digest)) : { kind: "known", value: 0 };
    },
  };
}

/** Whether every version with traffic gets it on all instances where it answers, and nowhere else. */
function isRouted(route: Route | null, installed: readonly Installed[], instances: readonly EngineInstance[]): boolean {
  const isUp = new Set(instances.filter((instance) => instance.state === "ready").map((instance) => instance.id));
  return (route?.shares ?? []).every((share) => {
    const ready = findInstalled(installed, share.digest)?.placements.filter((each) => each.ready && isUp.has(each.instance)) ?? [];
    if (ready.length === 0 || share.weight === 0) return true;
    return (
      ready.length === share.targets.length &&
      ready.every((each) => share.targets.some((target) => target.instance === each.instance && target.url === each.address))
    );
  });
}

interface Around {
  readonly rollout: Rollout;
  readonly installed: readonly Installed[];
  readonly route: Route | null;
  readonly observation: Observation;
}

function viewInstance({ id, state }: EngineInstance, around: Around): InstanceView {
  const { rollout, installed, route } = around;
  const isReadyHere = (unit: UnitRef | null): boolean => {
    const found = unit && findInstalled(installed, unit.digest);
    return found !== null && found.drift === null && found.placements.some((each) => each.instance === id && each.ready);
  };
  return {
    id,
    isUp: state === "ready",
    candidateReady: isReadyHere(rollout.candidate),
    stableReady: isReadyHere(rollout.stable),
    stableInFlight: inFlightOf(id, rollout.stable, around),
    inRotation: route?.shares.some((share) => share.weight > 0 && isTargeted(share, id, installed)) ?? false,
  };
}

/** A target at an address that its instance has left reaches no instance. */
function isTargeted(share: Share, instance: string, installed: readonly Installed[]): boolean {
  const place = findInstalled(installed, share.digest)?.placements.find((each) => each.instance === instance);
  return share.targets.some((target) => target.instance === instance && (place === undefined || place.address === target.url));
}

function inFlightOf(instance: string, unit: UnitRef | null, { installed, observation }: Around): Known<number> {
  if (!unit) return { kind: "known", value: 0 };
  const placement = findInstalled(installed, unit.digest)?.placements.find((each) => each.instance === instance);
  return inFlightAt(observation, unit, { instance, placement });
}

/** What a rollout's metrics are held against: the strategy's own checks and the environment's. */
export function checksOf({ strategy }: Pick<Rollout, "strategy">, { spec }: Pick<Observation, "spec">): readonly MetricCheck[] {
  return [...traitsOf(strategy).checks(strategy), ...(spec?.analysis.checks ?? [])];
}

function judgeMetrics(checks: readonly MetricCheck[], rollout: Rollout, observation: Observation): Judgement {
  const measured = observation.measured.get(rollout.deployment) ?? [];
  const verdict = judgeChecks(measured, checks, at(observation));
  return { ...verdict, trigger: verdict.kind === "unhealthy" ? firing(measured, checks, at(observation)).trigger : "" };
}

function judgeTriggers(rollout: Rollout, observation: Observation): Judgement {
  return firing(observation.measured.get(rollout.deployment) ?? [], triggersOf(observation), at(observation));
}

/** Those that are switched on. */
export function triggersOf({ spec }: Pick<Observation, "spec">): readonly MetricCheck[] {
  return spec?.rollback.automatic.enabled ? spec.rollback.automatic.triggers : [];
}

/** By what ended since it began: before, its version was not there. */
function killingOf({ candidate, startedAt }: Rollout, observation: Observation): Pick<RolloutView, "killing"> {
  const why = candidate && whyKiller(candidate, observation, observation.now - startedAt);
  return why === null ? {} : { killing: why };
}

/** The router knows that it was rejected, by a run that could not record it. */
function takenBackOf({ process, deployment }: Rollout, { routes }: Observation): Pick<RolloutView, "takenBack"> {
  const takenBack = routes.kind === "known" ? routes.value.get(process)?.takenBack : undefined;
  return takenBack?.deployment === deployment ? { takenBack } : {};
}

function at({ now, spec }: Observation): { readonly now: number; readonly maxAgeMs: number } {
  return { now, maxAgeMs: spec?.rollback.automatic.evidenceMaxAgeMs ?? 60_000 };
}

type Verdicts = Pick<RolloutView, "pre" | "during" | "post" | "verification">;

function verdicts({ state }: Rollout, { validationResults, owed }: Memory): Verdicts {
  const of = (phase: Phase, scope: string): Verdict => {
    const verdict = judge(validationResults.filter((result) => result.phase === phase && result.scope === scope));
    const isRunning = owed.some(
      ({ action }) => action.kind === "ensure-validated" && action.phase === phase && validationScope(action) === scope,
    );
    return isRunning && verdict.kind === "healthy" ? { kind: "unknown", why: "validations are still running" } : verdict;
  };
  const batch = "batch" in state ? scopeOf(state.batch) : "";
  return { pre: of("pre", ""), during: of("during", batch), post: of("post", ""), verification: of("post", "rollback") };
}
