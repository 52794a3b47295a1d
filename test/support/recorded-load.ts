/** Continuous traffic of which every answer is remembered: by whom, when it was asked for, when it came. */

import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface Answer {
  readonly sentAt: number;
  readonly answeredAt: number;
  /** Null: none, or not from a version. */
  readonly version: string | null;
  readonly isGood: boolean;
  /** For people: the status, or what went wrong. */
  readonly outcome: string;
}

export interface RecordedLoad {
  /** In the order in which they came. */
  readonly answers: readonly Answer[];
  /** Those that were no good. */
  failures(): readonly Answer[];
  of(version: string): readonly Answer[];
  /** Waits for so many that were asked for from now on, and gives them: what was under way before counts for nothing. */
  next(count: number): Promise<readonly Answer[]>;
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly callers?: number;
  /** What each caller waits between an answer and its next request: customers enough, and a machine that does something else too. */
  readonly pauseMs?: number;
}

/** Starts at once; who stops it is told when the last answer is there. */
export function startRecordedLoad(url: string, { callers = 8, pauseMs = 50 }: LoadOptions = {}): RecordedLoad {
  const agent = new Agent({ keepAlive: true, maxSockets: callers });
  const answers: Answer[] = [];
  let running = true;
  const call = async (): Promise<void> => {
    while (running) {
      answers.push(await ask(url, agent));
      await sleep(pauseMs);
    }
  };
  const calls = Array.from({ length: callers }, call);
  return {
    answers,
    failures: () => answers.filter((answer) => !answer.isGood),
    of: (version) => answers.filter((answer) => answer.version === version),
    next: async (count) => {
      const since = Date.now();
      const later = () => answers.filter(({ sentAt }) => sentAt > since);
      const deadline = since + patienceMs;
      while (later().length < count) {
        if (Date.now() > deadline) throw new Error(`waited in vain for ${count} answers of ${url}`);
        await sleep(25);
      }
      return later();
    },
    stop: async () => {
      running = false;
      await Promise.all(calls);
      agent.destroy();
    },
  };
}

/** These catch only what hangs. */
const limitMs = 60_000;
const patienceMs = 240_000;

function ask(url: string, agent: Agent): Promise<Answer> {
  const sentAt = Date.now();
  return new Promise((resolve) => {
    const end = (version: string | null, isGood: boolean, outcome: string) =>
      resolve({ sentAt, answeredAt: Date.now(), version, isGood, outcome });
    const sent = request(url, { agent, timeout: limitMs }, (answer) => {
      const said = answer.headers["x-pinion-version"];
      const version = typeof said === "string" ? said : null;
      answer.resume();
      answer.once("end", () => end(version, answer.statusCode === 200, `status ${answer.statusCode}`));
      answer.once("error", (error) => end(version, false, error.message));
    });
    sent.once("timeout", () => sent.destroy(new Error("no answer in time")));
    sent.once("error", (error) => end(null, false, error.message));
    sent.end();
  });
}
