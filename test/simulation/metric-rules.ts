/** What metrics must have said before a version gets further, from the callers' point of view: how many there were, and what they got. */

import { strategyFor, type EnvironmentSpec, type StrategySpec } from "../../src/domain/desired/environment.ts";
import { inconclusive, onInconclusiveOf } from "../../src/domain/strategies/inconclusive.ts";
import type { MetricCheck } from "../../src/domain/analysis/metrics.ts";
import type { Instant } from "../../src/domain/names.ts";
import type { RolloutState } from "../../src/domain/journal/rollout.ts";
import type { Opened } from "./decision-rules.ts";
import type { EnvironmentPlan, Nature } from "./plan.ts";
import { doneTo, isAlone, isSameState, type Known, type Memory, type Moved } from "./memory.ts";
import { lostIn } from "./clocks.ts";
import type { SimWorld } from "./sim-world.ts";
import { lateMs } from "./traffic.ts";

/** How long it takes at most, in a calm world, until a version is seen to fail, in milliseconds. */
const noticedMs = 9_000;

/** A found-good version, and the policy it was watched by. */
interface Watched {
  readonly about: Opened;
  readonly automatic: EnvironmentSpec["rollback"]["automatic"];
  /** Since when it has had all the traffic. */
  readonly full: Instant;
  readonly what: string;
}

/** A version that was watched was watched for its time, and what fails all the time is never found good. */
export function judgeWatch(world: SimWorld, { startedAt }: Memory, { about }: Known, { what, why }: { what: string; why: string }): void {
  const { plan, outside, clocks } = world;
  const { environment, process, digest, kind, strategy } = about;
  const automatic = plan.environments.find(({ name }) => name === environment)?.spec.rollback.automatic;
  if (kind !== "deploy" || strategy === "recreate" || digest === null || !automatic || !hasWatch(automatic)) return;
  const full = Math.max(clocks.inRun(outside.traffic.fullSince(environment, process, digest) ?? 0), about.startedAt);
  const watched: Watched = { about, automatic, full, what };
  if (isByItself(why)) judgeTime(world, watched);
  if (hasBeenWatched(why)) judgePresence(world, startedAt, watched);
  judgeCallers(world, watched);
}

function hasWatch({ enabled, triggers, bakeMs }: Watched["automatic"]): boolean {
  return enabled && triggers.length > 0 && bakeMs > 0;
}

function judgeTime(world: SimWorld, { automatic, full, what }: Watched): void {
  const { trace, clocks } = world;
  const now = clocks.now();
  trace.expect(
    now - full - lostIn(clocks.lost, full, now) >= automatic.bakeMs - clocks.blurMs,
    "what is watched is watched for its time",
    what,
  );
}

/** Its time was over, and the version before it is being removed: whoever decides that has watched it. */
export function judgeWatched(world: SimWorld, { startedAt }: Memory, { known, was, is }: Moved): void {
  if (was.state.kind !== "baking" || is.state.kind !== "removing") return;
  const automatic = world.plan.environments.find(({ name }) => name === known.about.environment)?.spec.rollback.automatic;
  if (automatic && hasWatch(automatic)) judgePresence(world, startedAt, { automatic, what: `${known.id}, whose old version goes` });
}

/** Whoever has only just been started has not seen enough. */
function judgePresence({ trace, time }: SimWorld, startedAt: Instant, { automatic, what }: Pick<Watched, "automatic" | "what">): void {
  const { bakeMs, triggers } = automatic;
  const leastMs = Math.min(bakeMs, ...triggers.map(({ windowMs }) => windowMs));
  trace.expect(time.now() - startedAt >= leastMs, "a controller that was down has watched no version", what);
}

/** Whatever comes next: what its callers suffer from is not good. */
function judgeCallers({ trace, plan, clocks, catalogue }: SimWorld, { about, automatic, full, what }: Watched): void {
  const { environment, process, version } = about;
  const place = plan.environments.find(({ name }) => name === environment);
  const isSeen = callers(place, process) >= 3 && automatic.triggers.some(({ metric }) => metric === "error_rate");
  if (!plan.isCalm || !isSeen || version === null) return;
  const badSince = badFrom(catalogue.nature(process, version), full);
  // Where the disk was full it is told later that a watch was over.
  const judgedAt = Math.min(clocks.now(), full + automatic.bakeMs);
  trace.expect(badSince === null || judgedAt - badSince < noticedMs, "what fails in public is not found good", what);
}

function badFrom(nature: Nature | null, full: Instant): Instant | null {
  if (nature === "errors" || nature === "fails-in-public") return full;
  return nature === "errors-late" ? full + lateMs : null;
}

const [whileWatched, unjudged] = ["while it was watched", "has all traffic; not judged: "];

function hasBeenWatched(why: string): boolean {
  return !isRemoved(why) && (why.includes(whileWatched) || why.startsWith(unjudged));
}

/** It ended because its time was over, not because something else was pinned. */
function isByItself(why: string): boolean {
  return hasBeenWatched(why) || isRemoved(why);
}

/** The version before it, after the watch. */
function isRemoved(why: string): boolean {
  return why.endsWith("is removed") || why.includes("could not be removed");
}

/** Where nobody has measured lately, or there are not enough callers, metrics say nothing: what waits for them stays, and nobody is rejected. */
export function judgeUnmeasured(world: SimWorld, { measuredAt }: Memory, moved: Moved): void {
  const { known, was, is, recorded } = moved;
  const { environment, kind } = known.about;
  const place = world.plan.environments.find(({ name }) => name === environment);
  if (!place || kind !== "deploy" || was.state.kind === "rejected" || isSameState(was.state, is.state) || goesOnAnyway(moved)) return;
  const age = recorded.decision.at - (measuredAt.get(environment) ?? 0);
  // What was decided while the disk was full is recorded when it has room again.
  const isOld = age > place.spec.rollback.automatic.evidenceMaxAgeMs + world.disk.fullMs;
  const what = `${known.id}, measured ${age} ms ago: ${was.state.kind} to ${is.state.kind}`;
  if (is.state.kind !== "rejected") return judgeFurther(world, place, { known, was, isOld, what });
  const isOrderedBack = doneTo(recorded, is.process).has("rollback");
  judgeUnjudged(world, recorded, { process: is.process, trigger: is.state.trigger, isOrderedBack, what });
  const isFileAtFault = is.state.trigger === "refused" && isUnreadable(recorded, is);
  world.trace.expect(!isFileAtFault, "what nobody has judged is not rejected", `${is.state.why}: ${what}`);
  world.trace.expect(!isOld || !metrics.has(is.state.trigger), "an old measurement rejects no version", what);
}

/** A person wants it, or nobody is left to share with. */
function goesOnAnyway({ known, was, is, recorded }: Moved): boolean {
  const done = doneTo(recorded, known.about.process);
  if (done.has("promote") || done.has("resume")) return true;
  return was.state.kind === "shifting" && is.state.kind === "switching" && isAlone(recorded.before, was);
}

/** It was to be installed, and its file cannot be read any more, or says something else by now. What becomes of the version before it is another matter. */
function isUnreadable({ before }: Moved["recorded"], { candidate }: Moved["is"]): boolean {
  return before.owed.some(
    ({ action, stuck }) =>
      action.kind === "ensure-installed" && action.unit.digest === candidate?.digest && stuck?.code === "manifest/invalid",
  );
}

interface Unjudged {
  readonly process: string;
  readonly trigger: string;
  /** By a person, in the same pass. */
  readonly isOrderedBack: boolean;
  readonly what: string;
}

/** Without a verdict nothing is put back by a commit, and nothing is put into quarantine, unless a person says so. */
function judgeUnjudged(
  { trace }: SimWorld,
  { decision, before, after }: Moved["recorded"],
  { process, trigger, isOrderedBack, what }: Unjudged,
): void {
  if (trigger !== inconclusive || isOrderedBack) return;
  const count = (state: typeof after): number => state.processes.get(process)?.quarantined.length ?? 0;
  const isOwed = (decision.owed.get(process) ?? []).some(({ kind }) => kind === "ensure-reverted");
  const had = before.processes.get(process)?.revert ?? null;
  trace.expect(count(after) <= count(before) && (!isOwed || had !== null), "a version without a verdict is not rejected", what);
}

const metrics: ReadonlySet<string> = new Set(["error_rate", "response_time"]);

interface Further extends Pick<Moved, "known" | "was"> {
  readonly isOld: boolean;
  readonly what: string;
}

function judgeFurther({ trace }: SimWorld, place: EnvironmentPlan, { known, was, isOld, what }: Further): void {
  const { process } = known.about;
  const strategy = strategyFor(place.spec, process);
  const checks = [...(strategy.kind === "canary" ? strategy.checks : []), ...place.spec.analysis.checks];
  if (checks.length === 0 || !(isInAnalysis(was.state, strategy) || isBetweenBatches(was.state, strategy))) return;
  const isWanted = onInconclusiveOf(strategy, place.spec) === "proceed";
  const isKnown = isWanted || checks.every((check) => callers(place, process) * 10 >= leastRequests(check));
  trace.expect(isKnown, "a version that is not measured goes no further", `${what}; ${callers(place, process)} requests a second`);
  trace.expect(!isOld || isWanted, "an old measurement takes no version further", what);
}

function callers(place: EnvironmentPlan | undefined, process: string): number {
  return place?.traffic.get(process) ?? 0;
}

/** What compares a high quantile needs more than the check itself says. */
function leastRequests({ statistic, minRequests }: MetricCheck): number {
  return statistic === "p95" ? 40 : minRequests;
}

/** What has passed, by its metrics or by a person's word, only waits for whom it changes over with. */
function isInAnalysis(state: RolloutState, strategy: StrategySpec): boolean {
  return state.kind === "shifting" && !state.hasPassed && strategy.kind === "canary" && strategy.steps[state.step]?.kind === "analysis";
}

function isBetweenBatches(state: RolloutState, strategy: StrategySpec): boolean {
  return strategy.kind === "rolling" && state.kind === "pausing" && state.done.length > 0;
}
