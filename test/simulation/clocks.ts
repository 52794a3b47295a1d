/**
 * The clocks of the machine under the controller. In most worlds there is one, and it is right. In some the machine's clock drifts and is
 * set, forwards and backwards, while the product's own time of a run is in force: rules then judge by the time of the run under way.
 */

import { startSystemTime } from "../../src/adapters/system/system-time.ts";
import type { Instant } from "../../src/domain/names.ts";
import type { Awake, Clock } from "../../src/ports/clock.ts";
import type { Log } from "../../src/ports/log.ts";
import type { Life } from "./life.ts";
import type { Random } from "./random.ts";
import type { VirtualTime } from "./time.ts";
import type { Trace } from "./trace.ts";

/** A time from one instant to another. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

export interface RunTime {
  readonly clock: Clock;
  readonly awake: Awake;
}

export interface Clocks {
  /** By the run under way, or the last one. */
  now(): Instant;
  /** An instant of the world, as the run that was under way then had it. */
  inRun(instant: Instant): Instant;
  /** A controller starts. */
  begin(life: Life): RunTime;
  /** Somebody, or something, sets the machine's clock. */
  set(random: Random): void;
  /** A run that is killed forgets its last seconds: so much may times of two runs differ. */
  readonly blurMs: number;
  /** When nobody ran, oldest first, by the time of runs. */
  readonly lost: Span[];
}

export interface ClockParts {
  readonly time: VirtualTime;
  readonly trace: Trace;
  /** Null: the machine's clock is right. */
  readonly random: Random | null;
}

const [secondMs, hourMs] = [1_000, 3_600_000];
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export function createClocks({ time, trace, random }: ClockParts): Clocks {
  return random === null ? createRightClock(time) : createWrongClock({ time, trace, random });
}

function createRightClock(time: VirtualTime): Clocks {
  const lost: Span[] = [];
  return {
    now: () => time.now(),
    blurMs: 0,
    inRun: (instant) => instant,
    set: () => undefined,
    lost,
    begin(life) {
      const startedAt = time.now();
      const lostMs = (): number => lostIn(lost, 0, time.now());
      const since = (): number => Math.max(startedAt, ...lost.filter(({ to }) => to <= time.now()).map(({ to }) => to));
      return { clock: clockOf(time, life, () => time.now()), awake: { ran: () => time.now() - lostMs(), lostMs, since } };
    },
  };
}

function clockOf(time: VirtualTime, life: Life, now: () => Instant): Clock {
  return { now, sleep: (ms, signal) => time.sleep(ms, life, signal) };
}

interface Run {
  /** The same instant, in the world and by the run. */
  readonly world: Instant;
  readonly run: Instant;
}

function createWrongClock({ time, trace, random }: ClockParts & { readonly random: Random }): Clocks {
  const startedAt = time.now();
  const drift = random.pick([0, 0.001, -0.001, 0.02, -0.02]);
  const lost: Span[] = [];
  const runs: Run[] = [];
  let [setBy, memory]: [number, string | null] = [0, null];
  const wall = (): number => time.now() + setBy + (time.now() - startedAt) * drift;

  function inRun(instant: Instant): Instant {
    const index = runs.findLastIndex(({ world }) => world <= instant);
    const [run, next] = [runs[index], runs[index + 1]];
    if (!run) return instant;
    return Math.min(run.run + instant - run.world, next?.run ?? Infinity);
  }

  /** What the run before had of later times is no part of this one, which begins where that was remembered. */
  function forgetAfter(now: Instant): void {
    for (const [index, span] of lost.entries()) if (span.to > now) lost[index] = { from: Math.min(span.from, now), to: now };
  }

  function every(life: Life, ms: number, work: () => void): () => void {
    let off = (): void => undefined;
    const again = (): void => {
      const due = (): void => {
        again();
        work();
      };
      off = time.later(ms, due, life);
    };
    again();
    return () => off();
  }

  return {
    now: () => inRun(time.now()),
    blurMs: 5_250,
    inRun,
    lost,
    set(own) {
      const [least, most] = own.pick([
        [secondMs, 20 * secondMs],
        [20 * secondMs, 600 * secondMs],
        [hourMs / 2, 3 * hourMs],
      ] as const);
      const ms = own.between(least, most) * (own.chance(0.5) ? 1 : -1);
      setBy += ms;
      trace.say(`the machine's clock is set by ${ms} ms`);
    },
    begin(life) {
      const { newest } = JSON.parse(memory ?? "{}") as { readonly newest?: number };
      const run = startSystemTime({
        memory: { read: () => memory, write: (value) => void (memory = value) },
        log: silent,
        machine: { wall, monotonic: () => time.now() },
        every: (ms, work) => every(life, ms, work),
      });
      const now = run.clock.now();
      runs.push({ world: time.now(), run: now });
      forgetAfter(now);
      if (newest !== undefined) lost.push({ from: newest, to: now });
      return { clock: clockOf(time, life, run.clock.now), awake: run.awake };
    },
  };
}

/** Of these, what is over by then and after `since`, each moment once. */
export function lostIn(lost: readonly Span[], since: Instant, now: Instant): number {
  let [total, until] = [0, since];
  for (const { from, to } of lost.filter((span) => span.to <= now).toSorted((one, other) => one.from - other.from)) {
    total += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return total;
}
