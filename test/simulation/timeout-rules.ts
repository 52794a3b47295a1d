/** When a deployment may run out of time: not before its limit, not while people hold it, and not much later. */

import type { EnvironmentSpec } from "../../src/domain/desired/environment.ts";
import { strategyFor } from "../../src/domain/desired/environment.ts";
import type { EnvironmentName, Instant } from "../../src/domain/names.ts";
import type { Rollout, RolloutState } from "../../src/domain/journal/rollout.ts";
import type { DeploymentUpdate, EnvironmentState, ProcessState } from "../../src/domain/journal/state.ts";
import type { Span } from "./clocks.ts";
import { readEnvironmentFiles } from "./files.ts";
import type { Files } from "./git.ts";
import { doneTo, isSameState, type Recorded } from "./memory.ts";
import type { SimWorld } from "./sim-world.ts";

export interface TimeoutRules {
  afterStep(recorded: Recorded): void;
}

/** The time of one deployment. */
interface Watch {
  readonly environment: EnvironmentName;
  readonly startedAt: Instant;
  readonly limitMs: number;
  /** Times in which it stood still for people, and that are over. */
  readonly stops: Span[];
  /** Times in which nobody ran, of which that is known already. */
  readonly noted: Set<Span>;
}

/** How late a timeout may be noticed, in milliseconds. */
const slackMs = 45_000;
/** Nothing is decided about what is to be superseded while engine or router does not answer; calls that are lost, too, may be so twice in a row. */
const supersededSlackMs = 90_000;
/** How long ago a pass may have begun, where engine or router hang, in milliseconds: it decides by the commit that was in force then. */
const passMs = 20_000;

export function createTimeoutRules(world: SimWorld): TimeoutRules {
  const watches = new Map<string, Watch>();

  function follow({ id, opened, endedAt }: DeploymentUpdate): void {
    const spec = world.plan.environments.find(({ name }) => name === opened?.environment)?.spec;
    if (opened && spec && (opened.kind === "deploy" || opened.kind === "rollback"))
      watches.set(id, {
        environment: opened.environment,
        startedAt: opened.startedAt,
        limitMs: limitOf(spec, opened.process),
        stops: [],
        noted: new Set(),
      });
    if (endedAt !== null) watches.delete(id);
  }

  function thaw({ decision, before, after }: Recorded): void {
    if (!before.freeze || before.freeze.at === after.freeze?.at) return;
    for (const { environment, stops } of watches.values())
      if (environment === decision.environment) stops.push({ from: before.freeze.at, to: decision.at });
  }

  function judgeRow(recorded: Recorded, { process, rollout: is }: ProcessState): void {
    const was = recorded.before.processes.get(process)?.rollout ?? null;
    const watch = watches.get(is?.deployment ?? "");
    if (!watch || !is || was?.deployment !== is.deployment) return;
    noteStops(watch, was, is, recorded.decision.at);
    noteLost(world, watch, recorded.decision.at);
    judgeDeadline(world, watch, is);
    judgeTimeout(world, watch, { was, is, recorded });
  }

  return {
    afterStep(recorded) {
      const { decision, after } = recorded;
      thaw(recorded);
      for (const update of decision.deployments) follow(update);
      for (const row of decision.processes) judgeRow(recorded, row);
      for (const { rollout } of after.processes.values()) if (rollout) judgeLateness(world, watches, rollout, recorded);
    },
  };
}

/** A canary has a limit of its own. */
function limitOf(spec: EnvironmentSpec, process: string): number {
  const strategy = strategyFor(spec, process);
  return strategy.kind === "canary" ? strategy.maxDurationMs : spec.deploymentTimeoutMs;
}

/** What is rejected was not resumed: nothing is added. */
function noteStops({ stops }: Watch, was: Rollout, is: Rollout, now: Instant): void {
  if (is.state.kind === "rejected") return;
  if (was.paused && !is.paused) stops.push({ from: was.paused.at, to: now });
  const hasMoved = !isSameState(was.state, is.state);
  if (hasMoved && isWaitingForPerson(was) && "since" in was.state) stops.push({ from: was.state.since, to: now });
}

/** Time in which the controller did not run. */
function noteLost({ clocks }: SimWorld, { stops, startedAt, noted }: Watch, now: Instant): void {
  for (const span of clocks.lost) {
    if (span.to > now || span.to <= startedAt || noted.has(span)) continue;
    noted.add(span);
    stops.push({ from: Math.max(span.from, startedAt), to: span.to });
  }
}

/** What it stood still is added, at the latest when somebody promotes it. */
function judgeDeadline({ trace, clocks }: SimWorld, watch: Watch, is: Rollout): void {
  const short = watch.startedAt + watch.limitMs + union(watch) - is.deadline;
  const isOpen = is.state.kind === "rejected" || isWaitingForPerson(is);
  trace.expect(short < 1 + clocks.blurMs || isOpen, "time that stood still is added", `${is.deployment} lacks ${short} ms`);
}

interface Moved {
  readonly was: Rollout;
  readonly is: Rollout;
  readonly recorded: Recorded;
}

function judgeTimeout({ trace, clocks }: SimWorld, watch: Watch, { was, is, recorded }: Moved): void {
  if (was.state.kind === "rejected" || is.state.kind !== "rejected" || is.state.trigger !== "timeout") return;
  const { decision, before, after } = recorded;
  const elapsed = decision.at - watch.startedAt - union(watch);
  const what = `${is.deployment}, while ${was.state.kind}, after ${elapsed} of ${watch.limitMs} ms`;
  trace.expect(elapsed >= watch.limitMs - clocks.blurMs, "no deployment times out too early", what);
  const hasPeople = doneTo(recorded, is.process).size > 0;
  if (hasPeople) return;
  trace.expect(!was.paused || !canStandStill(was), "no deployment times out while paused", what);
  trace.expect(!isWaitingForPerson(was), "no deployment times out while it waits for a person", what);
  const isFrozen = before.freeze !== null && after.freeze !== null && was.kind === "deploy" && canStandStill(was);
  trace.expect(!isFrozen, "no deployment times out in a freeze", what);
}

/** How long it stood still, each moment counted once. */
function union({ stops, startedAt }: Pick<Watch, "stops" | "startedAt">): number {
  let [total, until] = [0, startedAt];
  for (const { from, to } of stops.toSorted((one, other) => one.from - other.from)) {
    total += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return total;
}

function judgeLateness(world: SimWorld, watches: ReadonlyMap<string, Watch>, rollout: Rollout, recorded: Recorded): void {
  const watch = watches.get(rollout.deployment);
  const now = recorded.decision.at;
  if (!watch || now < watch.startedAt + watch.limitMs) return;
  // Nothing is decided while nothing can be recorded, but for what protects callers.
  const allowedMs = world.disk.fullMs + (isPinned(world, watch, rollout) ? slackMs : supersededSlackMs + silentMs(world, watch));
  if (now < watch.startedAt + watch.limitMs + allowedMs || !canRunOut(rollout, recorded.after)) return;
  if (isBack(world, watch, rollout)) return;
  noteLost(world, watch, now);
  const stoodMs = watch.stops.reduce((sum, { from, to }) => sum + to - from, 0);
  const lateMs = now - (watch.startedAt + watch.limitMs + stoodMs);
  world.trace.expect(lateMs < allowedMs, "a deployment that times out ends soon", `${rollout.deployment} is ${lateMs} ms late`);
}

/** Since it should have run out of time. */
function silentMs({ silences, clocks }: SimWorld, { environment, startedAt, limitMs }: Watch): number {
  const heard = silences.filter(({ port }) => port === "router" || port === `engine ${environment}`);
  const spans = heard.map(({ from, to }) => ({ from, to: Math.min(to, clocks.now()) }));
  return union({ startedAt: startedAt + limitMs, stops: spans.filter(({ to }) => to > startedAt + limitMs) });
}

/** There is no rollback of a rollback: once it has all the traffic no timeout takes that away. */
function isBack({ outside }: SimWorld, { environment }: Watch, { kind, state, process, candidate }: Rollout): boolean {
  if (kind !== "rollback" || state.kind !== "switching" || !candidate) return false;
  return outside.traffic.weight(environment, process, candidate.version) === 100;
}

/**
 * By the commit that is in force, and by what was on the branch while a pass looked: what was pinned again only now is still to be
 * superseded, and so is what was begun with other variables.
 */
function isPinned(world: SimWorld, { environment }: Watch, { process, candidate, commit }: Rollout): boolean {
  const { git, clocks, applied } = world;
  const since = git.commits.findLastIndex(({ at }) => clocks.inRun(at) < clocks.now() - passMs);
  const seen = [git.find(applied ?? "") ?? git.head, ...git.commits.slice(Math.max(0, since))];
  const begun = git.find(commit)?.files ?? git.head.files;
  return seen.every(({ files }) => pinOf(files, environment, process) === candidate?.version && hasVariablesOf(begun, files, environment));
}

function pinOf(files: Files, environment: EnvironmentName, process: string): string | undefined {
  return readEnvironmentFiles(files, environment).pins.get(process);
}

/** While the settings cannot be read those before them are in force. */
function hasVariablesOf(begun: Files, files: Files, environment: EnvironmentName): boolean {
  const now = readEnvironmentFiles(files, environment);
  return now.broken.settings || now.revision === readEnvironmentFiles(begun, environment).revision;
}

const arrived: ReadonlySet<RolloutState["kind"]> = new Set(["draining", "baking", "rejected"]);

function canRunOut(rollout: Rollout, { freeze }: EnvironmentState): boolean {
  const { state, fast, paused, kind, strategy } = rollout;
  if (arrived.has(state.kind) || (state.kind === "removing" && strategy.kind !== "recreate")) return false;
  if ((fast && state.kind === "post-deployment") || isWaitingForPerson(rollout)) return false;
  const isStopped = paused !== null || (freeze !== null && kind === "deploy");
  return !isStopped || !canStandStill(rollout);
}

/** What has passed only waits for whom it changes over with. */
function isWaitingForPerson({ strategy, state }: Rollout): boolean {
  const step = strategy.kind === "canary" && state.kind === "shifting" && !state.hasPassed ? strategy.steps[state.step] : null;
  return step?.kind === "pause" && step.durationMs === null;
}

const stillStates: ReadonlySet<RolloutState["kind"]> = new Set([
  "validating",
  "installing",
  "checking",
  "waiting",
  "handing-over",
  "shifting",
  "pausing",
]);

function canStandStill({ state, strategy }: Rollout): boolean {
  return strategy.kind === "recreate" ? state.kind === "validating" : stillStates.has(state.kind);
}
