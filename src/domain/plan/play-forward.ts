/**
 * The decision function played forward from a beginning: time jumps to the next moment at which anything is due, a person promotes where
 * only people can, and every state that a deployment enters is noted.
 */

import { isWaitingForPerson } from "../strategies/traits.ts";
import { dueAt } from "../strategies/next-step.ts";
import { placesHeld } from "../gates/concurrency.ts";
import type { Instant, ProcessId } from "../names.ts";
import type { EnvironmentSpec } from "../desired/environment.ts";
import type { Rollout } from "../journal/rollout.ts";
import type { Decision, ProcessState } from "../journal/state.ts";
import type { ImaginedWorld } from "./imagined-world.ts";
import { type PlayedDeployment, PlayedDeployments } from "./played.ts";

export interface Cast {
  /** Whose pins change, or whose deployment is under way, in the order in which they are decided about. */
  readonly processes: readonly ProcessId[];
  /** Whose paths change their owner: what is decided about one of them depends on all. */
  readonly entangled: ReadonlySet<ProcessId>;
  needsOf(process: ProcessId): readonly ProcessId[];
  /** How long what is done in the state that it is in takes, in milliseconds. */
  workMs(rollout: Rollout): number;
  /** How long it takes to remove what was taken out. */
  readonly removalMs: number;
  /** What is not over after so many decisions has no end; absent: it is played to the end. */
  readonly mostDecisions?: number;
}

/** Those that are under way, then the others in the order in which they begin. What never begins is not among them. */
export function playForward(world: ImaginedWorld, cast: Cast): readonly PlayedDeployment[] {
  return new Play(world, cast).run();
}

/** More states than any deployment has: a play without an end is a bug. */
const mostSteps = 100_000;

class Play {
  readonly #world: ImaginedWorld;
  readonly #cast: Cast;
  readonly #spec: EnvironmentSpec | null;
  readonly #pinned: ReadonlySet<ProcessId>;
  readonly #places: ReadonlyMap<ProcessId, number>;
  /** Not begun, and not asked yet since what they wait for has changed. */
  #queue: readonly ProcessId[] = [];
  /** Not begun, and held by a gate. */
  readonly #held = new Set<ProcessId>();
  /** They wait for each other: that is seen only when all of them are decided about. */
  readonly #deadlocked = new Set<ProcessId>();
  /** Under way, or about to be removed, with the moment at which something is due. */
  readonly #active = new Map<ProcessId, Instant>();
  readonly #played = new PlayedDeployments();
  /** Since the last of them was let go. */
  #hasAskedAll = false;
  #steps = 0;

  constructor(world: ImaginedWorld, cast: Cast) {
    this.#world = world;
    this.#cast = cast;
    const { spec, desired } = world.observation();
    this.#spec = spec;
    this.#pinned = new Set(desired?.processes.keys());
    this.#places = new Map(cast.processes.map((process, place) => [process, place]));
    for (const process of cast.processes) this.#takeUp(process);
    this.#queue = cast.processes.filter((process) => !this.#active.has(process));
  }

  run(): readonly PlayedDeployment[] {
    while (this.#steps < (this.#cast.mostDecisions ?? Infinity) && this.#goOn()) this.#insistOnAnEnd();
    return this.#played.all;
  }

  #goOn(): boolean {
    return this.#act() || this.#letTimePass() || this.#askAll();
  }

  /** What is under way goes on from where it is. */
  #takeUp(process: ProcessId): void {
    const rollout = this.#world.row(process)?.rollout;
    if (rollout) this.#noteRollout(rollout, null);
  }

  #insistOnAnEnd(): void {
    this.#steps += 1;
    if (this.#steps > mostSteps + 100 * this.#cast.processes.length) throw new Error("the plan has no end");
  }

  /** Does what is due, and decides; false: nothing is new. */
  #act(): boolean {
    const due = [...this.#active].flatMap(([process, at]) => (at <= this.#world.now ? [process] : []));
    const moved = this.#world.perform(new Set(due));
    for (const process of due) this.#promote(process);
    this.#release(moved);
    const asked = this.#admitted();
    const touched = this.#inOrder(new Set([...due, ...asked, ...this.#cast.entangled, ...this.#deadlocked]));
    if (touched.length === 0) return false;
    const before = new Map(touched.map((process) => [process, this.#world.row(process)]));
    const decision = this.#world.decide(touched);
    for (const process of touched) this.#note(process, before.get(process) ?? null, decision);
    const isLeft = this.#leaveQueue(asked);
    this.#release(this.#noteDeadlocks(touched));
    return moved.size > 0 || isLeft || isProgress(decision);
  }

  /** Who is told so for the first time. */
  #noteDeadlocks(touched: readonly ProcessId[]): ReadonlySet<ProcessId> {
    const told = touched.filter(
      (process) => this.#world.row(process)?.status?.reason.code === "Deadlocked" && !this.#deadlocked.has(process),
    );
    for (const process of told) this.#deadlocked.add(process);
    return new Set(told);
  }

  /** Who hands paths over may be waiting for those who wait for it: that is told when all of them are asked. False: it has been. */
  #askAll(): boolean {
    if (this.#cast.entangled.size === 0 || this.#held.size === 0 || this.#hasAskedAll) return false;
    this.#hasAskedAll = true;
    this.#queue = this.#inOrder(new Set([...this.#queue, ...this.#held]));
    this.#held.clear();
    return true;
  }

  #promote(process: ProcessId): void {
    const rollout = this.#world.row(process)?.rollout;
    if (rollout && isWaitingForPerson(rollout)) this.#world.promote(process);
  }

  /** As many as there are places; those that cannot begin make room for the next. */
  #admitted(): readonly ProcessId[] {
    const limit = this.#spec?.maxConcurrentDeployments ?? null;
    if (limit === null || this.#queue.length === 0) return this.#queue;
    let left = limit - placesHeld(this.#world.state, null).size;
    return this.#queue.filter((process) => !this.#isPinned(process) || (left -= 1) >= 0);
  }

  /** Whether any of these was told something else than to wait for its turn. */
  #leaveQueue(asked: readonly ProcessId[]): boolean {
    const leaving = new Set(asked.filter((process) => this.#world.row(process)?.status?.reason.code !== "WaitsForTurn"));
    this.#queue = this.#queue.filter((process) => !leaving.has(process));
    for (const process of leaving) if (!this.#active.has(process)) this.#held.add(process);
    return leaving.size > 0;
  }

  /** Processes that waited for one of these are decided about again, because it serves another version now, or will never serve. */
  #release(moved: ReadonlySet<ProcessId>): void {
    if (moved.size === 0) return;
    const freed = [...this.#held].filter((process) => this.#cast.needsOf(process).some((needed) => moved.has(needed)));
    for (const process of freed) this.#held.delete(process);
    if (freed.length > 0) this.#hasAskedAll = false;
    if (freed.length > 0) this.#queue = this.#inOrder(new Set([...this.#queue, ...freed]));
  }

  #inOrder(processes: ReadonlySet<ProcessId>): readonly ProcessId[] {
    const placeOf = (process: ProcessId): number => this.#places.get(process) ?? 0;
    return [...processes].sort((one, other) => placeOf(one) - placeOf(other));
  }

  #note(process: ProcessId, before: ProcessState | null, decision: Decision): void {
    const rollout = this.#world.row(process)?.rollout ?? null;
    const last = before?.rollout ?? null;
    if (rollout) this.#noteRollout(rollout, last);
    else if (last) this.#noteEnd(process);
    else if (this.#active.has(process)) this.#noteTakenOut(process, decision);
  }

  #noteRollout(rollout: Rollout, last: Rollout | null): void {
    const { process } = rollout;
    const { now } = this.#world;
    if (rollout.deployment !== last?.deployment) {
      this.#played.open(rollout, now);
      this.#held.delete(process);
    } else if (JSON.stringify(last.state) === JSON.stringify(rollout.state)) {
      this.#noteWait(rollout);
      return;
    }
    this.#played.enter(rollout, now);
    this.#active.set(process, now + this.#cast.workMs(rollout));
  }

  /** Nothing has changed: it waits until its strategy has something to do again. */
  #noteWait(rollout: Rollout): void {
    const { now } = this.#world;
    const isBusy = (this.#active.get(rollout.process) ?? 0) > now;
    if (!isBusy) this.#active.set(rollout.process, Math.max(now, dueAt(rollout) ?? now));
  }

  #noteEnd(process: ProcessId): void {
    const { now } = this.#world;
    this.#played.close(process, now);
    const isTakenOut = this.#world.row(process) !== null && !this.#isPinned(process);
    if (isTakenOut) this.#active.set(process, now);
    else this.#active.delete(process);
  }

  #isPinned(process: ProcessId): boolean {
    return this.#pinned.has(process);
  }

  /** What was taken out stays installed for a while, and is removed. */
  #noteTakenOut(process: ProcessId, decision: Decision): void {
    const { now } = this.#world;
    const row = this.#world.row(process);
    const isRemoved = decision.owed.get(process)?.some(({ kind }) => kind === "ensure-removed") === true;
    if (!row) {
      this.#played.endStep(process, now);
      this.#active.delete(process);
    } else if (isRemoved) {
      this.#played.begin(process, { key: "remove", rollout: null, at: now });
      this.#active.set(process, now + this.#cast.removalMs);
    } else this.#keep(process, row.takenOutAt ?? now);
  }

  #keep(process: ProcessId, since: Instant): void {
    const { now } = this.#world;
    const until = since + (this.#spec?.pruneDelayMs ?? 0);
    if (until > now) this.#played.begin(process, { key: "keep", rollout: null, at: now });
    this.#active.set(process, Math.max(now, until));
  }

  /** To the next moment at which anything is due; false: there is none. */
  #letTimePass(): boolean {
    const { now } = this.#world;
    const next = [...this.#active.values()].reduce((first, at) => (at > now && at < first ? at : first), Infinity);
    if (next === Infinity) return false;
    this.#world.now = next;
    return true;
  }
}

function isProgress({ processes, forgotten, owed, deployments }: Decision): boolean {
  return processes.length + forgotten.length + deployments.length + owed.size > 0;
}
