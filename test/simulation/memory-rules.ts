/** The rails of rolling back, judged by what the invariants remember by themselves. */

import type { EnvironmentName, Instant } from "../../src/domain/names.ts";
import type { RevertRequest } from "../../src/domain/journal/revert.ts";
import type { Route } from "../../src/domain/observed/route.ts";
import type { ProcessState } from "../../src/domain/journal/state.ts";
import { isBroken, quarantinePath, readQuarantine } from "./files.ts";
import type { SimCommit } from "./git.ts";
import { noteAcquitted, noteFalling } from "./doubt-rules.ts";
import { judgeEnd, judgeOpening } from "./history-rules.ts";
import { createMemory, doneTo, isGood, type Memory, type Moved, type Place, type Recorded, servingThen } from "./memory.ts";
import type { SimWorld } from "./sim-world.ts";
import { createOpeningRules } from "./opening-rules.ts";
import { createTimeoutRules } from "./timeout-rules.ts";
import { judgeUnmeasured, judgeWatched } from "./metric-rules.ts";

export interface MemoryRules {
  /** Orders that are void, since the fault was somebody else's. */
  readonly acquitted: ReadonlySet<string>;
  /** A controller starts. */
  onStart(): void;
  /** It asks how many callers there were. */
  onMeasured(environment: EnvironmentName): void;
  onMove(to: SimCommit): void;
  afterRoutes(environment: EnvironmentName, routes: readonly Route[]): void;
  afterStep(recorded: Recorded): void;
}

export function createMemoryRules(world: SimWorld): MemoryRules {
  const memory = createMemory(world.time.now());
  const timeouts = createTimeoutRules(world);
  const openings = createOpeningRules(world);
  return {
    acquitted: memory.acquitted,
    onStart() {
      memory.startedAt = world.time.now();
      openings.onStart();
    },
    onMeasured: (environment) => void memory.measuredAt.set(environment, world.clocks.now()),
    onMove(to) {
      followGit(world, memory, to);
      judgeTrafficFirst(world, memory, to);
    },
    afterRoutes(environment, routes) {
      for (const known of memory.deployments.values())
        if (known.about.environment === environment && !known.isRejected && hasTraffic(routes, known.about)) known.hadTraffic = true;
    },
    afterStep(recorded) {
      const { decision, before } = recorded;
      if (decision.results.length > 0) for (const row of before.processes.values()) notePeople(memory, recorded, row);
      for (const update of decision.deployments) judgeEnd(world, memory, recorded, update);
      for (const update of decision.deployments) judgeOpening(world, memory, recorded, update);
      for (const update of decision.deployments) openings.judge(update);
      noteFalling(memory, recorded);
      for (const row of decision.processes) judgeRow(world, memory, recorded, row);
      for (const process of decision.forgotten) forget(memory.place(decision.environment, process));
      timeouts.afterStep(recorded);
    },
  };
}

function hasTraffic(routes: readonly Route[], { process, digest }: { process: string; digest: string | null }): boolean {
  return routes.some((route) => route.process === process && route.shares.some((share) => share.digest === digest && share.weight > 0));
}

/** Taken out and pinned again, a process begins anew; what must not come again stays so, where git does not say it already. */
function forget(place: Place): void {
  place.good.clear();
  for (const [version, { isInGit }] of place.held) if (isInGit) place.held.delete(version);
  place.automaticAt = null;
}

/** Whoever tries again lifts what git does not have. */
function notePeople(memory: Memory, recorded: Recorded, { process, rollout }: ProcessState): void {
  const done = doneTo(recorded, process);
  const known = memory.deployments.get(rollout?.deployment ?? "");
  if (known && (done.has("promote") || done.has("resume"))) known.wasPromoted = true;
  if (done.has("retry")) memory.place(recorded.decision.environment, process).held.clear();
}

function followGit({ plan }: SimWorld, memory: Memory, { files }: SimCommit): void {
  for (const { name } of plan.environments) {
    // Nothing is lifted by a file that nobody can read.
    if (isBroken(files.get(quarantinePath(name)) ?? "")) continue;
    const lines = readQuarantine(files.get(quarantinePath(name)) ?? "");
    for (const process of plan.processes.keys())
      followHeld(memory.place(name, process), new Set(lines.filter((line) => line.process === process).map(({ version }) => version)));
  }
}

/** What quarantine.yaml has had and has no more was lifted by a person. */
function followHeld({ held }: Place, inGit: ReadonlySet<string>): void {
  for (const [version, entry] of held) {
    if (inGit.has(version)) entry.isInGit = true;
    else if (entry.isInGit) held.delete(version);
  }
}

/** The bot's commit follows the traffic; a person's own rollback is the other way round. */
function judgeTrafficFirst({ trace, outside }: SimWorld, memory: Memory, { by, rollbackId }: SimCommit): void {
  const request = by === "pinion" ? memory.orders.get(rollbackId ?? "") : null;
  trace.expect(!request || !memory.acquitted.has(request.id), "what is void is not written", request?.id ?? "");
  if (!request || request.deployment === null) return;
  const weight = outside.traffic.weight(request.environment, request.process, request.from);
  trace.expect(weight === 0, "traffic first, git second", `${request.id}: ${request.from} still has ${weight} %`);
}

function judgeRow(world: SimWorld, memory: Memory, recorded: Recorded, row: ProcessState): void {
  const was = recorded.before.processes.get(row.process)?.rollout ?? null;
  const known = memory.of(row);
  if (known && was && row.rollout && row.rollout.deployment === was.deployment)
    judgeMoved(world, memory, { known, was, is: row.rollout, recorded });
  noteAcquitted(world, memory, recorded, row);
  if (row.revert) judgeOrder(world, memory, row.revert.request);
  if (was) noteOvertaken(world, memory, { was: was.deployment, row, recorded });
  judgeRemembered(world, memory.place(recorded.decision.environment, row.process), row);
}

interface Overtaken {
  readonly was: string;
  readonly row: ProcessState;
  readonly recorded: Recorded;
}

/** What was rolled back on a full disk may be known only when a person has overtaken its revert. */
function noteOvertaken(world: SimWorld, memory: Memory, { was, row: { process, revert, rolledBackAt }, recorded }: Overtaken): void {
  const { environment, deployments } = recorded.decision;
  const isNow = deployments.some(({ id, trigger, step }) => id === was && trigger !== undefined && step.at === rolledBackAt);
  if (rolledBackAt === null || !isNow || revert?.request.at === rolledBackAt) return;
  noteAutomatic(world, memory.place(environment, process), rolledBackAt, was);
}

function noteAutomatic({ trace, plan }: SimWorld, place: Place, at: Instant, what: string): void {
  const coolDownMs = plan.environments.find(({ name }) => name === place.environment)?.spec.rollback.automatic.coolDownMs ?? 0;
  trace.expect(isCool(place, at, coolDownMs), "one automatic rollback in a cool-down", `${what}; the last one is remembered`);
  place.automaticBefore = place.automaticAt;
  place.automaticAt = at;
}

/** What the controller remembers of a process is what happened to it. */
function judgeRemembered(world: SimWorld, place: Place, row: ProcessState): void {
  const { trace } = world;
  const { good, automaticAt } = place;
  const { process, knownGood, rolledBackAt } = row;
  judgeHeld(world, place, row);
  const bad = knownGood.filter(({ digest }) => !good.has(digest)).map(({ version }) => version);
  trace.expect(bad.length === 0, "only what was not found bad since is known good", `${process} ${bad.join(", ")}`);
  const is = `${process}: ${automaticAt ?? "never"}, not ${rolledBackAt ?? "never"}`;
  trace.expect(rolledBackAt === automaticAt, "when it was rolled back by itself is not forgotten", is);
}

/** Of what is taken out, only what git does not have needs to be remembered. */
function judgeHeld({ trace }: SimWorld, { held }: Place, { process, quarantined, status }: ProcessState): void {
  for (const [version, { isInGit }] of held) {
    if (quarantined.some((entry) => entry.version === version)) continue;
    if (isInGit && status === null) held.delete(version);
    else if (isInGit) trace.violate("what no person has lifted stays in quarantine", `${process} ${version}`);
    else trace.violate("what git does not have yet stays in quarantine", `${process} ${version}`);
  }
}

function judgeMoved(world: SimWorld, memory: Memory, moved: Moved): void {
  const { known, was, is } = moved;
  judgeUnmeasured(world, memory, moved);
  judgeWatched(world, memory, moved);
  if (was.state.kind === "rejected" || is.state.kind !== "rejected") return;
  known.isRejected = true;
  const { environment, process, digest } = known.about;
  const place = memory.place(environment, process);
  judgeTakenBack(world, memory, place, moved);
  if (known.about.kind === "deploy" && known.hadTraffic && !notFoundBad.has(is.state.trigger) && digest) place.good.delete(digest);
}

/** A person has stopped it, another process was found bad, with which it had exchanged paths, or nothing could be judged. */
const notFoundBad: ReadonlySet<string> = new Set(["abort", "handed-back", "inconclusive"]);

const settled: ReadonlySet<string> = new Set(["draining", "baking"]);

/** People, and what was never judged. */
const byOthers: ReadonlySet<string> = new Set(["emergency", "quarantine", "inconclusive"]);

/** A version that has all the traffic for good is only taken back within the rails, but for people. */
function judgeTakenBack({ trace, plan }: SimWorld, memory: Memory, place: Place, { was, is, known, recorded: { decision } }: Moved): void {
  if (!settled.has(was.state.kind) || is.state.kind !== "rejected") return;
  const { trigger, why } = is.state;
  if (byOthers.has(trigger)) return;
  const automatic = plan.environments.find(({ name }) => name === place.environment)?.spec.rollback.automatic;
  if (!automatic) return;
  const what = `${known.id} is taken back while ${was.state.kind}: ${why}`;
  // Its partner in a change of paths goes back, and without it a path would have no owner.
  if (trigger !== "handed-back") {
    trace.expect(automatic.enabled && was.kind === "deploy", "what serves is taken back only where that is on", what);
    trace.expect(isCool(place, decision.at, automatic.coolDownMs), "what serves is taken back once in a cool-down", what);
  }
  const back = servingThen(decision, was).map(({ process, version }) => ({ there: memory.place(place.environment, process), version }));
  const isAnyBack = back.length > 0;
  const [areGood, areFree] = [
    back.every(({ there, version }) => isGood(there, version)),
    back.every(({ there, version }) => !there.held.has(version)),
  ];
  trace.expect(isAnyBack && areGood, "what serves is taken back only to what was good", what);
  trace.expect(isAnyBack && areFree, "what serves is taken back only to what is not in quarantine", what);
}

function isCool({ automaticAt }: Place, now: number, coolDownMs: number): boolean {
  return automaticAt === null || now - automaticAt >= coolDownMs;
}

function judgeOrder(world: SimWorld, memory: Memory, request: RevertRequest): void {
  if (memory.orders.has(request.id)) return;
  memory.orders.set(request.id, request);
  const { trace } = world;
  const place = memory.place(request.environment, request.process);
  const what = `${request.id}: ${request.process} ${request.from} to ${request.to}, ${request.trigger}`;
  const isStopped = request.trigger === "emergency" && request.deployment !== null;
  trace.expect(isStopped || isGood(place, request.to), "back only to what was not found bad since", what);
  trace.expect(isStopped || !isHeldInGit(world, request), "back only to what people do not hold in quarantine", what);
  if (request.by === null) noteAutomatic(world, place, request.at, what);
  if (request.quarantine !== null) hold(world, place, request);
}

/** By the commit that it was decided on. */
function isHeldInGit({ git, catalogue }: SimWorld, { commit, environment, process, to }: RevertRequest): boolean {
  const definition = catalogue.known(process, to)?.definitionDigest;
  const lines = readQuarantine(git.find(commit)?.files.get(quarantinePath(environment)) ?? "");
  return lines.some((line) => line.process === process && line.digest === definition);
}

function hold({ git, applied }: SimWorld, { good, held }: Place, { environment, process, from }: RevertRequest): void {
  for (const [digest, version] of good) if (version === from) good.delete(digest);
  const isIn = (files: SimCommit["files"] | undefined): boolean =>
    readQuarantine(files?.get(quarantinePath(environment)) ?? "").some((line) => line.process === process && line.version === from);
  const [isInForce, isInGit] = [isIn(git.find(applied ?? "")?.files), isIn(git.head.files)];
  // Lifted by a commit that is not in force yet.
  if (isInForce && !isInGit) return;
  held.set(from, { isInGit });
}
