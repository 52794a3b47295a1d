/** What every recorded decision must keep: one rollout at a time, reasons, freezes and pauses, and the rails of rolling back. */

import type { EnvironmentName, Instant, ProcessId, Version } from "../../src/domain/names.ts";
import type { CommandSpec } from "../../src/domain/journal/commands.ts";
import type { RevertRequest } from "../../src/domain/journal/revert.ts";
import type { Rollout } from "../../src/domain/journal/rollout.ts";
import type { DeploymentUpdate, EnvironmentState, ProcessState, Decision } from "../../src/domain/journal/state.ts";
import { createRemovalRules } from "./removal-rules.ts";
import { judgeSuccess } from "./success-rules.ts";
import { isAlone, isSameState } from "./memory.ts";
import type { SimWorld } from "./sim-world.ts";
import { judgeWatch } from "./watch-rules.ts";

export interface DecisionRules {
  /** A controller starts. */
  onStart(): void;
  afterStep(decision: Decision, before: EnvironmentState, after: EnvironmentState): void;
  /** Every command to put a pin back that was ever recorded. */
  readonly orders: ReadonlyMap<string, RevertRequest>;
  /** Of those, the ones that a person's retry has overtaken. */
  readonly retried: ReadonlySet<string>;
  /** Deployments that have not ended. */
  readonly open: ReadonlyMap<string, Opened>;
  /** How many have begun so far. */
  readonly begun: number;
}

export type Opened = NonNullable<DeploymentUpdate["opened"]>;

export interface Memory {
  readonly opened: Map<string, Opened>;
  readonly open: Map<string, Opened>;
  readonly orders: Map<string, RevertRequest>;
  /** Deployments that a person has promoted, or that went on since their stable version was lost for good. */
  readonly promoted: Set<string>;
  readonly retried: Set<string>;
  /** `environment/process version` that were found good, and not bad since. */
  readonly good: Set<string>;
  /** When the controller that runs now was started. */
  startedAt: Instant;
}

export function createDecisionRules(world: SimWorld): DecisionRules {
  const memory: Memory = {
    opened: new Map(),
    open: new Map(),
    orders: new Map(),
    promoted: new Set(),
    retried: new Set(),
    good: new Set(),
    startedAt: world.time.now(),
  };
  const removals = createRemovalRules(world);
  return {
    onStart: () => void (memory.startedAt = world.time.now()),
    orders: memory.orders,
    retried: memory.retried,
    open: memory.open,
    get begun() {
      return memory.opened.size;
    },
    afterStep(decision, before, after) {
      tellStep(world, decision);
      judgeReasons(world, decision);
      notePeople(memory, decision, before);
      for (const update of decision.deployments) follow(world, memory, update);
      removals.afterStep(decision);
      judgeConcurrency(world, decision, after);
      for (const row of decision.processes) {
        const old = before.processes.get(row.process) ?? null;
        judgeOpen(world, memory, { environment: decision.environment, row });
        if (old) judgeStandingStill(world, { old, row, before, after, decision });
        if (old) judgeWatch(world, { old, row, decision, before });
        noteAlone(memory, { old: old?.rollout, is: row.rollout, before });
        judgeOrder(world, memory, { old, row, decision });
      }
    },
  };
}

export const goodKey = (environment: EnvironmentName, process: ProcessId, version: Version): string =>
  `${environment}/${process} ${version}`;

function tellStep({ trace }: SimWorld, { deployments, results, freezing: line }: Decision): void {
  for (const { id, step, phase } of deployments) trace.say(`  ${id}: ${phase} ${step.state}: ${step.why}`);
  for (const { id, kind, why } of results) trace.say(`  order ${id} ${kind}: ${why}`);
  if (line) trace.say(line.freeze ? `  frozen: ${line.freeze.why}` : "  no longer frozen");
}

function judgeReasons({ trace }: SimWorld, { deployments, results, events, processes }: Decision): void {
  const reasons = [...deployments.map(({ step }) => step.why), ...results.map(({ why }) => why), ...events.map(({ why }) => why)];
  for (const { status } of processes) if (status) reasons.push(status.reason.text);
  if (reasons.some((why) => why.trim() === ""))
    trace.violate("every decision has a reason", JSON.stringify({ deployments, results, events }));
}

function notePeople(memory: Memory, { results }: Decision, before: EnvironmentState): void {
  for (const { id, kind } of results) {
    const spec = before.commands.find((command) => command.id === id)?.spec;
    if (kind === "done" && spec && "process" in spec) noteCommand(memory, spec.kind, before.processes.get(spec.process) ?? null);
  }
}

function noteCommand({ promoted, retried }: Memory, spec: CommandSpec["kind"], state: ProcessState | null): void {
  if (state?.rollout && (spec === "promote" || spec === "resume")) promoted.add(state.rollout.deployment);
  if (state?.revert && spec === "retry") retried.add(state.revert.request.id);
}

interface Rows {
  readonly old: Rollout | null | undefined;
  readonly is: Rollout | null;
  readonly before: EnvironmentState;
}

function noteAlone({ promoted }: Memory, { old, is, before }: Rows): void {
  const isSwitched = old?.state.kind === "shifting" && is?.state.kind === "switching" && is.deployment === old.deployment;
  if (isSwitched && isAlone(before, old)) promoted.add(old.deployment);
}

function follow(world: SimWorld, memory: Memory, { id, opened, endedAt, phase, step }: DeploymentUpdate): void {
  if (opened) {
    const other = [...memory.open.values()].find((each) => each.environment === opened.environment && each.process === opened.process);
    if (other) world.trace.violate("one rollout at a time", `${id} begins while ${other.version} of ${other.process} is under way`);
    memory.open.set(id, opened);
    memory.opened.set(id, opened);
  }
  if (endedAt === null) return;
  memory.open.delete(id);
  const about = memory.opened.get(id);
  if (!about?.version || phase !== "Succeeded") return;
  const key = goodKey(about.environment, about.process, about.version);
  const wasPromoted = memory.promoted.has(id) || memory.good.has(key);
  judgeSuccess(world, { about, wasPromoted, why: step.why, seenMs: world.time.now() - memory.startedAt });
  if (about.kind !== "self-heal") memory.good.add(key);
}

const allButOver: ReadonlySet<string> = new Set(["draining", "removing", "baking", "rejected", "handing-over"]);

/** It has a share already, and only waits for paths of others. */
function hasPassed({ state }: Rollout): boolean {
  return (state.kind === "shifting" && state.hasPassed === true) || (state.kind === "restoring" && state.isKeptIn === true);
}

/** Ways back pass every gate; what has all the traffic already, loses it, or only waits for paths of others, does not count. */
function judgeConcurrency({ trace, plan }: SimWorld, { deployments, environment }: Decision, { processes }: EnvironmentState): void {
  const most = plan.environments.find(({ name }) => name === environment)?.spec.maxConcurrentDeployments ?? null;
  // Those that waited for each other's paths all go at once.
  const over = plan.sourceErrors.paths.size > 0 ? new Set([...allButOver, "switching", "post-deployment"]) : allButOver;
  const isNew = (rollout: Rollout): boolean => rollout.kind === "deploy" && !over.has(rollout.state.kind) && !hasPassed(rollout);
  const running = [...processes.values()].flatMap(({ rollout }) => (rollout && isNew(rollout) ? [rollout.deployment] : []));
  const hasBegun = deployments.some(({ id, opened }) => opened && running.includes(id));
  if (most !== null && hasBegun && running.length > most) trace.violate("no more deployments at once than may be", running.join(", "));
}

function judgeOpen({ trace }: SimWorld, { open }: Memory, { environment, row }: { environment: EnvironmentName; row: ProcessState }): void {
  const ids = [...open].filter(([, each]) => each.environment === environment && each.process === row.process).map(([id]) => id);
  const expected = row.rollout ? [row.rollout.deployment] : [];
  if (ids.join() !== expected.join())
    trace.violate(
      "history and state agree",
      `${row.process}: history has ${ids.join() || "none"} under way, state ${expected.join() || "none"}`,
    );
}

interface Moved {
  readonly old: ProcessState;
  readonly row: ProcessState;
  readonly before: EnvironmentState;
  readonly after: EnvironmentState;
  readonly decision: Decision;
}

function judgeStandingStill(world: SimWorld, { old, row, before, after }: Moved): void {
  const [was, is] = [old.rollout, row.rollout];
  if (!is) return;
  const isFrozen = before.freeze !== null && after.freeze !== null;
  const hasBegun = is.deployment !== was?.deployment;
  // What goes back together with a rejected version is rejected as it begins: nothing new is given any traffic.
  const isAllowed = !isFrozen || !hasBegun || is.kind !== "deploy" || is.state.kind === "rejected";
  world.trace.expect(isAllowed, "nothing new is deployed in a freeze", `${is.deployment} began`);
  if (was && !hasBegun && canStandStill(was)) judgeMove(world, { was, is, isFrozen });
}

function judgeMove({ trace }: SimWorld, { was, is, isFrozen }: { was: Rollout; is: Rollout; isFrozen: boolean }): void {
  const hasMoved = !isSameState(was.state, is.state) && is.state.kind !== "rejected";
  if (!hasMoved) return;
  const move = `${was.deployment}: ${JSON.stringify(was.state)} to ${JSON.stringify(is.state)}`;
  // A pause of another time: it was promoted and paused again in between.
  trace.expect(!was.paused || was.paused.at !== is.paused?.at, "what is paused does not move", move);
  trace.expect(!isFrozen || was.kind !== "deploy", "nothing is promoted in a freeze", move);
}

const stillStates: ReadonlySet<string> = new Set([
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

function judgeOrder(
  world: SimWorld,
  memory: Memory,
  { old, row, decision }: { old: ProcessState | null; row: ProcessState; decision: Decision },
): void {
  const request = row.revert?.request ?? orderedOnFullDisk(row, decision);
  if (!request || memory.orders.has(request.id)) return;
  memory.orders.set(request.id, request);
  const what = `${request.id}: ${request.process} ${request.from} to ${request.to}, ${request.trigger}`;
  world.trace.say(`  revert ordered: ${what}`);
  world.trace.expect(request.from !== request.to, "a rollback goes somewhere else", what);
  const isVerified = memory.good.has(goodKey(decision.environment, request.process, request.to)) || request.trigger === "emergency";
  world.trace.expect(isVerified, "back only to a verified version", what);
  if (request.quarantine !== null) memory.good.delete(goodKey(decision.environment, request.process, request.from));
  if (request.by === null) judgeAutomatic(world, { what, request, lastAt: old?.rolledBackAt ?? null, opened: memory.opened });
}

/** What could not be recorded before a person moved the pin is over when it is; it is owed still, so that a push without an answer is found. */
function orderedOnFullDisk({ process }: ProcessState, { owed, at }: Decision): RevertRequest | null {
  for (const action of owed.get(process) ?? []) if (action.kind === "ensure-reverted" && action.request.at < at) return action.request;
  return null;
}

interface Automatic {
  readonly what: string;
  readonly request: RevertRequest;
  readonly lastAt: number | null;
  readonly opened: ReadonlyMap<string, Opened>;
}

function judgeAutomatic({ trace, plan }: SimWorld, { what, request, lastAt, opened }: Automatic): void {
  const automatic = plan.environments.find(({ name }) => name === request.environment)?.spec.rollback.automatic;
  if (!automatic) return;
  trace.expect(automatic.enabled, "automatic rollback is off", what);
  const isCool = lastAt === null || request.at - lastAt >= automatic.coolDownMs;
  trace.expect(isCool, "one automatic rollback in a cool-down", what);
  trace.expect(opened.get(request.deployment ?? "")?.kind === "deploy", "no rollback of a rollback", what);
}
