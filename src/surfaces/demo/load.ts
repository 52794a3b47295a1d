/** Continuous traffic for the tour: asks one address again and again, and remembers who answered and what failed. */

import { Agent, request } from "node:http";

export interface Load {
  readonly counts: LoadCounts;
  /** When a version answered for the first time since `mark()`; null: not yet. */
  firstAnswerOf(version: string): number | null;
  /** Forgets everything so far. */
  mark(): void;
  stop(): Promise<void>;
}

export interface LoadCounts {
  readonly requests: number;
  readonly failed: number;
  readonly byVersion: ReadonlyMap<string, number>;
  /** The first failure since the mark, for people. */
  readonly firstFailure: string | null;
}

const callers = 4;
const timeoutMs = 15_000;

/** Starts at once; each caller asks again as soon as it is answered. */
export function startLoad(url: string): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: callers });
  let running = true;
  let requests = 0;
  let failed = 0;
  let firstFailure: string | null = null;
  let byVersion = new Map<string, number>();
  let firstAnswers = new Map<string, number>();

  async function call(): Promise<void> {
    while (running) {
      const outcome = await ask(url, agent);
      requests += 1;
      if (outcome.version) {
        byVersion.set(outcome.version, (byVersion.get(outcome.version) ?? 0) + 1);
        if (!firstAnswers.has(outcome.version)) firstAnswers.set(outcome.version, Date.now());
      }
      if (outcome.failure) {
        failed += 1;
        firstFailure ??= outcome.failure;
      }
    }
  }

  const calls = Array.from({ length: callers }, call);
  return {
    get counts() {
      return { requests, failed, byVersion, firstFailure };
    },
    firstAnswerOf: (version) => firstAnswers.get(version) ?? null,
    mark() {
      [requests, failed, firstFailure] = [0, 0, null];
      byVersion = new Map();
      firstAnswers = new Map();
    },
    async stop() {
      running = false;
      await Promise.all(calls);
      agent.destroy();
    },
  };
}

interface Outcome {
  readonly version: string | null;
  readonly failure: string | null;
}

function ask(url: string, agent: Agent): Promise<Outcome> {
  return new Promise((resolve) => {
    const sent = request(url, { agent, timeout: timeoutMs, headers: { "x-test": "1" } }, (answer) => {
      const status = answer.statusCode ?? 0;
      const version = answer.headers["x-pinion-version"];
      answer.resume();
      answer.once("end", () =>
        resolve({ version: typeof version === "string" ? version : null, failure: status === 200 ? null : `status ${status}` }),
      );
      answer.once("error", (error) => resolve({ version: null, failure: error.message }));
    });
    sent.once("timeout", () => sent.destroy(new Error("no answer in time")));
    sent.once("error", (error) => resolve({ version: null, failure: error.message }));
    sent.end();
  });
}
