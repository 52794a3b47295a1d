/** Which versions may never be found good, given what is really wrong with them and who was looking. */

import type { EnvironmentSpec } from "../../src/domain/desired/environment.ts";
import { strategyFor } from "../../src/domain/desired/environment.ts";
import type { Opened } from "./decision-rules.ts";
import { faultyNatures, refusedNatures } from "./natures.ts";
import type { Plan } from "./plan.ts";
import type { SimWorld } from "./sim-world.ts";
import { failureShare } from "./traffic.ts";

interface Success {
  readonly about: Opened;
  /** A person took it further, whatever its metrics said, now or when it was found good before. */
  readonly wasPromoted: boolean;
  readonly why: string;
  /** For how long the controller that has found it good runs, in milliseconds. */
  readonly seenMs: number;
}

export function judgeSuccess(world: SimWorld, { about, wasPromoted, why, seenMs }: Success): void {
  const { trace, plan, catalogue } = world;
  const { environment, process, version, kind, strategy } = about;
  const nature = version === null ? null : catalogue.nature(process, version);
  const spec = plan.environments.find(({ name }) => name === environment)?.spec;
  if (!nature || !spec || kind === "self-heal") return;
  const what = `${environment}/${process} ${version} (${nature}, ${strategy}): ${why}`;
  trace.expect(!refusedNatures.has(nature), "what fails its checks is never good", what);
  if (kind === "deploy" && !wasPromoted) judgeMetrics(world, { about, why, what, spec, seenMs, isBad: faultyNatures.has(nature) });
}

interface Judged extends Omit<Success, "wasPromoted"> {
  readonly what: string;
  readonly spec: EnvironmentSpec;
  readonly isBad: boolean;
}

function judgeMetrics(world: SimWorld, { about, why, what, spec, seenMs, isBad }: Judged): void {
  const { trace, plan } = world;
  const isSeen = isBad && failuresIn(plan, spec, about, seenMs) >= 2 * instancesOf(plan, about);
  const isMeasured = rateOf(plan, about) > 0;
  const isAnalysedNow = isAnalysed(spec, about) && !(plan.sourceErrors.paths.size > 0 && isOvertaken(why));
  trace.expect(!isAnalysedNow || (isMeasured && !isSeen), "unknown or bad metrics never promote", what);
  if (isBad && isOurs(plan, why)) trace.expect(!isCaught(world, spec, about), "a trigger takes a bad version back", what);
}

function isAnalysed(spec: EnvironmentSpec, { strategy: name, from, process }: Opened): boolean {
  const strategy = strategyFor(spec, process);
  const hasAnalysis = strategy.kind === "canary" && strategy.steps.some(({ kind }) => kind === "analysis");
  return hasAnalysis && name === "canary" && from !== null;
}

/** How many requests fail while the last share is measured: each instance counts whole ones, so that few may be hidden altogether. */
function failuresIn(plan: Plan, spec: EnvironmentSpec, about: Opened, seenMs: number): number {
  const strategy = strategyFor(spec, about.process);
  if (strategy.kind !== "canary") return 0;
  const weight = Math.max(0, ...strategy.steps.flatMap((step) => (step.kind === "weight" && step.weight < 100 ? [step.weight] : [])));
  const windowMs = Math.min(seenMs, ...strategy.checks.map((check) => check.windowMs));
  return (((rateOf(plan, about) * weight) / 100) * failureShare * windowMs) / 1_000;
}

function instancesOf({ environments }: Plan, { environment }: Opened): number {
  return environments.find(({ name }) => name === environment)?.instances.length ?? 0;
}

function rateOf({ environments }: Plan, { environment, process }: Opened): number {
  return environments.find(({ name }) => name === environment)?.traffic.get(process) ?? 0;
}

/** Long enough with all the traffic for its failures to be counted, and measured once after that. */
function isCaught({ plan, outside, clocks }: SimWorld, spec: EnvironmentSpec, about: Opened): boolean {
  const { environment, process, digest } = about;
  if (digest === null || !isWatched(spec, plan, about)) return false;
  const fullSince = outside.traffic.fullSince(environment, process, digest);
  const full = Math.max(clocks.inRun(fullSince ?? 0), about.startedAt);
  return clocks.now() - full >= countedMs(plan, about) + askedAndAnswered * spec.analysis.intervalMs;
}

/** In intervals: until the next measurement begins, and until what it has found is judged. */
const askedAndAnswered = 1.5;

/** Until a first failure shows on each instance, in milliseconds: each counts whole ones, and has its part of the requests. */
function countedMs(plan: Plan, about: Opened): number {
  return (1_000 * instancesOf(plan, about)) / (rateOf(plan, about) * failureShare);
}

/** Enough requests in the watch time for the error rate to be known. */
function isWatched({ rollback }: EnvironmentSpec, plan: Plan, about: Opened): boolean {
  const { enabled, triggers, bakeMs, coolDownMs } = rollback.automatic;
  const { strategy, from } = about;
  const rate = rateOf(plan, about);
  const isLooked = enabled && bakeMs >= 5_000 && triggers.some(({ metric }) => metric === "error_rate");
  return isLooked && coolDownMs === 0 && rate >= 3 && strategy !== "recreate" && from !== null;
}

/** Nothing failed but the version, and nobody pinned another one while it was watched. */
function isOurs({ isCalm }: Plan, why: string): boolean {
  return isCalm && !isOvertaken(why);
}

/** A canary that takes paths over is only watched, and may be overtaken then as any other. */
function isOvertaken(why: string): boolean {
  return why.endsWith("pinned now") || why.endsWith("no longer pinned");
}
