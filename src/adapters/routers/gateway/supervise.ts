/** Keeps a gateway up: looks whether it is there and whether it answers, ends it when it hangs, and starts it again. */

import type { Log } from "../../../ports/log.ts";
import type { Identity } from "../../../gateway/identity.ts";
import { isRunning } from "../../../platform/owned-process.ts";

/** What became of the gateway's process. */
export type GatewayChange =
  | { readonly kind: "up"; readonly pid: number; readonly publicUrl: string }
  | { readonly kind: "down"; readonly why: string }
  /** Somebody else has changed, or tried to change, what the controller alone may; it is taken back. */
  | { readonly kind: "tampered"; readonly why: string };

export interface SuperviseOptions {
  readonly first: Identity;
  readonly start: () => Promise<Identity>;
  /** Gives one line for each thing that somebody else has done to it. Rejects when the gateway does not answer as it should. */
  readonly ask: () => Promise<readonly string[]>;
  /** Ends one that hangs. */
  readonly end: (hanging: Identity) => Promise<void>;
  readonly tell: (change: GatewayChange) => void;
  readonly log: Log;
  /** How often it is asked; default 0.5 s. */
  readonly beatMs?: number;
}

export interface Supervision {
  current(): Identity;
  /** Watches no more; resolves once nothing is under way. */
  end(): Promise<void>;
}

const defaultBeatMs = 500;
const looksPerBeat = 2;
/** Beats in a row without an answer. Counted in beats, so that time in which we did not run ourselves is one beat. */
const hungAfterBeats = 12;
const firstRestartMs = 100;
const longestRestartMs = 5_000;
/** A gateway that stayed up that long is not in a crash loop. */
const steadyAfterMs = 30_000;

/** Begins at once. */
export function superviseGateway(options: SuperviseOptions): Supervision {
  const watch = new Watch(options);
  watch.begin();
  return watch;
}

class Watch implements Supervision {
  readonly #options: SuperviseOptions;
  readonly #beatMs: number;
  #current: Identity;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;
  #pending: Promise<void> = Promise.resolve();
  #sinceMs = 0;
  #looks = 0;
  #missed = 0;
  #isAsked = false;

  constructor(options: SuperviseOptions) {
    this.#options = options;
    this.#beatMs = options.beatMs ?? defaultBeatMs;
    this.#current = options.first;
  }

  begin(delayMs = firstRestartMs): void {
    this.#sinceMs = performance.now();
    [this.#looks, this.#missed, this.#isAsked] = [0, 0, false];
    this.#lookLater(delayMs);
  }

  current(): Identity {
    return this.#current;
  }

  async end(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    await this.#pending;
  }

  #later(work: () => void, delayMs: number): void {
    if (!this.#isOver) this.#timer = setTimeout(work, delayMs).unref();
  }

  /** `delayMs`: how long the next restart waits, longer each time while the gateway does not stay. */
  #lookLater(delayMs: number): void {
    this.#later(() => {
      const { pid } = this.#current;
      if (!isRunning(this.#current)) return this.#down(`process ${pid} is gone`, "gateway died; starting it again", delayMs);
      if (++this.#looks % looksPerBeat === 0) this.#beat();
      if (this.#missed < hungAfterBeats) return this.#lookLater(delayMs);
      this.#pending = this.#options.end(this.#current);
      const why = `process ${pid} did not answer for ${(hungAfterBeats * this.#beatMs) / 1_000} s and was ended`;
      void this.#pending.then(() => this.#down(why, "gateway hangs; it is ended and started again", delayMs));
    }, this.#beatMs / looksPerBeat);
  }

  #beat(): void {
    if (this.#isAsked) {
      this.#missed += 1;
      return;
    }
    const asked = this.#current;
    const settle = (missed: number) => {
      if (asked === this.#current) [this.#isAsked, this.#missed] = [false, missed];
    };
    this.#isAsked = true;
    this.#options.ask().then(
      (lines) => {
        settle(0);
        lines.forEach((why) => this.#tampered(why));
      },
      () => settle(this.#missed + 1),
    );
  }

  #tampered(why: string): void {
    const { log, tell } = this.#options;
    log.warn({ pid: this.#current.pid }, why);
    tell({ kind: "tampered", why });
  }

  #down(why: string, message: string, delayMs: number): void {
    const { log, tell } = this.#options;
    log.warn({ pid: this.#current.pid, why }, message);
    tell({ kind: "down", why });
    this.#again(performance.now() - this.#sinceMs > steadyAfterMs ? firstRestartMs : delayMs);
  }

  #again(delayMs: number): void {
    this.#later(() => void (this.#pending = this.#restart(Math.min(longestRestartMs, delayMs * 2))), delayMs);
  }

  async #restart(delayMs: number): Promise<void> {
    const { start, tell, log } = this.#options;
    try {
      this.#current = await start();
      tell({ kind: "up", pid: this.#current.pid, publicUrl: this.#current.url });
      this.begin(delayMs);
    } catch (error) {
      log.error({ error }, "gateway does not come up; trying again");
      this.#again(delayMs);
    }
  }
}
