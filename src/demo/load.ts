/** The customers of the demo: they ask one address again and again, at a bounded pace, and remember who answered and what failed. */

import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createTally, type LoadCounts, type Outcome, type Tally } from "./tally.ts";

/** What is asked, and how hard. */
export interface Customers {
  readonly url: string;
  /** Sent as JSON by POST; null: it is asked by GET. */
  readonly order: unknown;
  /** So many ask at a time, each one question after the other. */
  readonly callers: number;
  /** Between an answer and the next question of the same caller. */
  readonly pauseMs: number;
}

export interface Load {
  /** Of the questions that were asked since the last `mark()`. */
  readonly counts: LoadCounts;
  /** Counts anew: an answer to a question from before counts no more. */
  mark(): void;
  stop(): Promise<void>;
}

const timeoutMs = 15_000;

/** Starts at once. An answer with a status other than 200 has failed. */
export function startLoad(customers: Customers): Load {
  const { callers, pauseMs } = customers;
  const agent = new Agent({ keepAlive: true, maxSockets: callers });
  const stopping = new AbortController();
  let tally: Tally = createTally();

  async function call(): Promise<void> {
    while (!stopping.signal.aborted) {
      const counting = tally;
      counting.add(await ask(customers, agent));
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const calls = Array.from({ length: callers }, call);
  return {
    get counts() {
      return tally.counts;
    },
    mark() {
      tally = createTally();
    },
    async stop() {
      stopping.abort();
      await Promise.all(calls);
      agent.destroy();
    },
  };
}

function ask({ url, order }: Customers, agent: Agent): Promise<Outcome> {
  return new Promise((resolve) => {
    const end = (version: string | null, failure: string | null) => resolve({ at: Date.now(), version, failure });
    // A test leaves no trace in the shop.
    const headers = { "x-test": "1", ...(order === null ? {} : { "content-type": "application/json" }) };
    const sent = request(url, { agent, timeout: timeoutMs, method: order === null ? "GET" : "POST", headers }, (answer) => {
      const version = answer.headers["x-pinion-version"];
      answer.resume();
      answer.once("end", () => end(typeof version === "string" ? version : null, failureOf(answer.statusCode ?? 0)));
      answer.once("error", (error) => end(null, error.message));
    });
    sent.once("timeout", () => sent.destroy(new Error("no answer in time")));
    sent.once("error", (error) => end(null, error.message));
    sent.end(order === null ? undefined : JSON.stringify(order));
  });
}

function failureOf(status: number): string | null {
  return status === 200 ? null : `status ${status}`;
}
