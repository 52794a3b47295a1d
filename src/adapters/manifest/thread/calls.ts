/** One thread that reads, as long as it lives: what was asked of it, and what it asks. */

import type { Answer, FromThread, Part, Question, Request, ToThread } from "./messages.ts";
import { receivedError, ThreadEnded, TookTooLong } from "./thread-errors.ts";

/** A thread that was started. */
export interface Thread {
  post(message: ToThread): void;
  /** Milliseconds for which it has worked since it was started, whether or not it answers. */
  activeMs(): number;
  /** Resolves when it is gone. */
  terminate(): Promise<void>;
}

/** What a thread sends to the code that started it. */
export interface ThreadListener {
  message(message: FromThread): void;
  /** It is gone, and why. */
  ended(why: string): void;
}

/** What git's log says. */
export type AnswerLog = (question: Question) => Promise<string>;

interface Call {
  readonly take: (part: Part) => void;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly limitMs: number;
  /** The thread's active time at which it must be over. */
  readonly until: number;
}

export class Calls implements ThreadListener {
  readonly #thread: Thread;
  readonly #log: AnswerLog;
  readonly #waiting = new Map<number, Call>();
  #count = 0;
  #whyEnded: string | null = null;

  constructor(start: (listener: ThreadListener) => Thread, log: AnswerLog) {
    this.#log = log;
    this.#thread = start(this);
  }

  /** Why it is gone; null: it is not. */
  get whyEnded(): string | null {
    return this.#whyEnded;
  }

  /** Resolves when the last part was taken. @throws ThreadEnded, TookTooLong, and what the thread throws. */
  ask(request: Request, take: (part: Part) => void, limitMs: number): Promise<void> {
    if (this.#whyEnded !== null) return Promise.reject(new ThreadEnded(this.#whyEnded));
    const id = (this.#count += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { take, resolve, reject, limitMs, until: this.#thread.activeMs() + limitMs });
      this.#thread.post({ kind: "request", id, request });
    });
  }

  /** Ends the thread where something takes longer than it may. */
  watch(): void {
    const active = this.#thread.activeMs();
    const late = [...this.#waiting].filter(([, { until }]) => active > until);
    for (const [id, call] of late) this.#settle(id, () => call.reject(new TookTooLong(call.limitMs)));
    if (late.length > 0) void this.end("it was ended, since it took too long");
  }

  /** What is being asked is refused; resolves when the thread is gone. */
  async end(why: string): Promise<void> {
    this.ended(why);
    await this.#thread.terminate();
  }

  ended(why: string): void {
    this.#whyEnded ??= why;
    for (const id of this.#waiting.keys()) this.#settle(id, ({ reject }) => reject(new ThreadEnded(why)));
  }

  message(message: FromThread): void {
    if (this.#whyEnded !== null) return;
    if (message.kind === "part") this.#takePart(message);
    else if (message.kind === "failed") this.#settle(message.id, ({ reject }) => reject(receivedError(message.error)));
    else void this.#answer(message.id, message.question);
  }

  #takePart({ id, part, isLast }: Extract<FromThread, { kind: "part" }>): void {
    const call = this.#waiting.get(id);
    if (!call) return;
    try {
      call.take(part);
      if (isLast) this.#settle(id, ({ resolve }) => resolve());
      else this.#thread.post({ kind: "next", id });
    } catch (error) {
      this.#settle(id, ({ reject }) => reject(error instanceof Error ? error : new Error(String(error))));
    }
  }

  async #answer(id: number, question: Question): Promise<void> {
    const answer = await this.#log(question).then(
      (text): Answer => ({ text }),
      (error: unknown): Answer => ({ failure: String(error) }),
    );
    if (this.#whyEnded === null) this.#thread.post({ kind: "answer", id, answer });
  }

  #settle(id: number, how: (call: Call) => void): void {
    const call = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (call) how(call);
  }
}
