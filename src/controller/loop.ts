/** Keeps everything going: one loop that follows the repository, and one for each environment, so that none waits for another. */

import type { EnvironmentName, Instant } from "../domain/names.ts";
import { isNothingNew } from "../domain/journal/state.ts";
import type { StoreFailure } from "../domain/status/store-failure.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import { type WakeSignal, createWakeSignal } from "./wake-signal.ts";
import type { Ports, DesiredEnvironment } from "./ports.ts";
import { reconcile } from "./reconcile.ts";
import { createRepeatedFailure, type RepeatedFailure } from "./repeated-failure.ts";
import type { Source } from "./source.ts";

export interface LoopParts {
  readonly source: Source;
  readonly ports: Ports;
  readonly clock: Clock;
  readonly log: Log;
  /** How often engines are looked at without any event, in milliseconds. */
  readonly resyncIntervalMs: number;
  /** When to poll next, after so many failures in a row. */
  nextPollAt(failures: number): number;
  /** Why nothing can be recorded; null: all is well. */
  storeFailure(): StoreFailure | null;
  /** An environment appeared in the repository: whatever runs it is got ready. */
  onEnvironment(environment: EnvironmentName): void;
}

export interface Loop {
  start(): void;
  /** Resolves when the pass under way is over. */
  stop(): Promise<void>;
  /** Looks at an environment now. */
  wake(environment: EnvironmentName): void;
  /** Polls now and looks at every environment. */
  refresh(): void;
  /** When the last whole pass over an environment was over; null: none yet. */
  passedAt(environment: EnvironmentName): Instant | null;
}

/** What a loop over an environment waits for. */
interface Bell {
  /** Somebody has seen something. */
  readonly news: WakeSignal;
  /** A commit changes the environment: it is decided about at once, also after a long pass. */
  readonly commits: WakeSignal;
}

/** Passes in a row that may follow each other at once; more are a sign of two sides undoing each other's work. */
const burst = 50;
const burstPauseMs = 250;
/** After a pass this long as much time is left to other work, at most so much; what happens meanwhile is looked at in one pass. No commit waits for that. */
const longPassMs = 100;
const longestRestMs = 500;

export function createLoop(parts: LoopParts): Loop {
  return new Loops(parts);
}

class Loops implements Loop {
  readonly #parts: LoopParts;
  readonly #polling: WakeSignal;
  readonly #bells = new Map<EnvironmentName, Bell>();
  readonly #admitted = new Map<EnvironmentName, DesiredEnvironment | null>();
  readonly #passedAt = new Map<EnvironmentName, Instant>();
  readonly #running: Promise<void>[] = [];
  readonly #stop = new AbortController();

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#polling = createWakeSignal(parts.clock);
  }

  start(): void {
    this.#running.push(this.#follow());
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#polling.notify();
    for (const bell of this.#bells.values()) ringAll(bell);
    await Promise.all(this.#running);
  }

  wake(environment: EnvironmentName): void {
    this.#bells.get(environment)?.news.notify();
  }

  refresh(): void {
    this.#polling.notify();
    for (const { news } of this.#bells.values()) news.notify();
  }

  passedAt(environment: EnvironmentName): Instant | null {
    return this.#passedAt.get(environment) ?? null;
  }

  async #follow(): Promise<void> {
    const { source, clock } = this.#parts;
    await source.recover();
    this.#admit();
    while (!this.#isStopping()) {
      if (await source.poll()) this.#admit();
      const next = Math.max(this.#parts.nextPollAt(source.failures()), source.leaveAloneUntil() ?? 0);
      source.announce(next);
      if (!this.#isStopping()) await this.#polling.wait(Math.max(0, next - clock.now()));
    }
  }

  /** There is a new commit: new environments get a loop, and those that it changes are woken. */
  #admit(): void {
    const { source } = this.#parts;
    for (const environment of source.environments()) {
      const wanted = source.wanted(environment);
      const bell = this.#bells.get(environment);
      if (!bell) this.#open(environment);
      else if (!isSameRequest(wanted, this.#admitted.get(environment) ?? null)) ringAll(bell);
      this.#admitted.set(environment, wanted);
    }
  }

  #open(environment: EnvironmentName): void {
    const { clock } = this.#parts;
    const bell = { news: createWakeSignal(clock), commits: createWakeSignal(clock) };
    this.#bells.set(environment, bell);
    this.#parts.onEnvironment(environment);
    this.#running.push(this.#keep(environment, bell));
  }

  async #keep(environment: EnvironmentName, { news, commits }: Bell): Promise<void> {
    const { clock, log } = this.#parts;
    const words = { text: "a pass failed; it is tried again", over: "passes succeed again" };
    const failure = createRepeatedFailure({ log, clock, about: { environment }, ...words });
    let busy = 0;
    while (!this.#isStopping()) {
      const startedAt = clock.now();
      const pauseMs = await this.#passSafely(environment, failure);
      await rest(clock.now() - startedAt, commits);
      busy = pauseMs === 0 ? busy + 1 : 0;
      if (pauseMs > 0) await news.wait(pauseMs);
      else if (busy > burst) await clock.sleep(burstPauseMs, this.#stop.signal);
    }
  }

  #isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Milliseconds until the next pass; 0 when something was decided just now. */
  async #passSafely(environment: EnvironmentName, failure: RepeatedFailure): Promise<number> {
    const { ports, clock, resyncIntervalMs } = this.#parts;
    try {
      const decision = await reconcile(environment, ports);
      this.#passedAt.set(environment, clock.now());
      failure.wentWell();
      if (!decision) return resyncIntervalMs;
      if (!isNothingNew(decision)) return 0;
      return decision.wakeAt === null ? resyncIntervalMs : Math.min(resyncIntervalMs, Math.max(10, decision.wakeAt - clock.now()));
    } catch (error) {
      failure.failed(error);
      return Math.max(1_000, Math.min(resyncIntervalMs, 5_000));
    }
  }
}

/** A commit that came during the pass ends it at once, too. */
async function rest(passMs: number, commits: WakeSignal): Promise<void> {
  if (passMs > longPassMs) await commits.wait(Math.min(passMs, longestRestMs));
}

function ringAll({ news, commits }: Bell): void {
  news.notify();
  commits.notify();
}

/** Whether an environment shall be as it was to be before; the commit that says so may be another. */
function isSameRequest(one: DesiredEnvironment | null, other: DesiredEnvironment | null): boolean {
  return one?.environment === other?.environment && one?.desired === other?.desired;
}
