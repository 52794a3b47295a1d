/**
 * The time of a run: it begins at the machine's clock, or where the run before it has ended if that is later, and goes on by the
 * monotonic clock. It notices when the process has stood still.
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { Awake, Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";

/** The clocks of a machine, in milliseconds. */
export interface MachineClocks {
  /** May be set, forwards and backwards. */
  wall(): number;
  /** Never set; its beginning means nothing. */
  monotonic(): number;
}

/** Where the newest instant of a run is kept for the next one. */
export interface TimeMemory {
  read(): string | null;
  write(value: string): void;
}

export interface SystemTime {
  readonly clock: Clock;
  readonly awake: Awake;
  /** Remembers the newest instant, and looks no more. */
  stop(): void;
}

export interface SystemTimeParts {
  readonly memory: TimeMemory;
  readonly log: Log;
  readonly machine?: MachineClocks;
  /** Calls something again and again until the returned function is called; default: a timer that keeps no process alive. */
  readonly every?: (ms: number, work: () => void) => () => void;
}

/** How often it is looked whether the process runs, in milliseconds. */
const lookEveryMs = 250;
/** A loop that was not turned for so long did not run; less is a busy machine. */
const standstillMs = 3_000;
/** At most so much of a run is forgotten when it ends without a word. */
const rememberEveryMs = 5_000;
/** A machine's clock that is behind by less is only slow. */
const worthAWordMs = 1_000;

const thisMachine: MachineClocks = { wall: () => Date.now(), monotonic: () => performance.now() };

function everyMs(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms).unref();
  return () => clearInterval(timer);
}

/** Begins a run. */
export function startSystemTime({ memory, log, machine = thisMachine, every = everyMs }: SystemTimeParts): SystemTime {
  const before = readMemory(memory);
  const wall = Math.floor(machine.wall());
  const [from, origin] = [Math.max(wall, before?.newest ?? wall), machine.monotonic()];
  if (from - wall > worthAWordMs)
    log.warn({ behindMs: from - wall }, "the machine's clock was set back: times go on from the newest one known");
  const now = () => Math.floor(from + machine.monotonic() - origin);
  const awake = new Watch(now, before === null ? 0 : before.lostMs + (from - before.newest), log);
  const remember = () => memory.write(JSON.stringify({ newest: now(), lostMs: awake.lostMs() } satisfies Remembered));
  // Also for a run that is killed soon: the next run begins no earlier.
  safely(remember, log);
  const stopLooking = every(lookEveryMs, () => awake.look());
  const stopRemembering = every(rememberEveryMs, () => safely(remember, log));
  return {
    clock: { now, sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined) },
    awake,
    stop() {
      stopLooking();
      stopRemembering();
      safely(remember, log);
    },
  };
}

class Watch implements Awake {
  readonly #now: () => number;
  readonly #log: Log;
  #lostMs: number;
  #since: number;
  #lookedAt: number;

  constructor(now: () => number, lostMs: number, log: Log) {
    this.#now = now;
    this.#log = log;
    this.#lostMs = lostMs;
    this.#since = this.#lookedAt = now();
  }

  /** The first call after a standstill notices it, also before any timer has fired. */
  look(): void {
    const now = this.#now();
    const gapMs = now - this.#lookedAt;
    this.#lookedAt = now;
    if (gapMs < standstillMs) return;
    this.#lostMs += gapMs;
    this.#since = now;
    this.#log.warn({ stoodStillMs: gapMs }, "this process did not run for a while: everything is observed again before it is judged");
  }

  ran(): number {
    this.look();
    return this.#lookedAt - this.#lostMs;
  }

  lostMs(): number {
    this.look();
    return this.#lostMs;
  }

  since(): number {
    this.look();
    return this.#since;
  }
}

interface Remembered {
  readonly newest: number;
  readonly lostMs: number;
}

/** Null: there was no run before, or it left nothing that can be read. */
function readMemory({ read }: TimeMemory): Remembered | null {
  try {
    const { newest, lostMs } = JSON.parse(read() ?? "null") as Partial<Remembered>;
    return Number.isSafeInteger(newest) && Number.isSafeInteger(lostMs) ? { newest: newest as number, lostMs: lostMs as number } : null;
  } catch {
    return null;
  }
}

/** What cannot be remembered makes the next run count a little more as lost, and nothing else. */
function safely(remember: () => void, log: Log): void {
  try {
    remember();
  } catch (error) {
    log.warn({ error }, "the time of this run could not be remembered");
  }
}
