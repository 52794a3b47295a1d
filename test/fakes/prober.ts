/** A prober that answers from a function instead of the network. */

import type { Answer, Prober, ProbeRequest } from "../../src/ports/prober.ts";

/** What an address says: an answer (what is left out is a plain 200), or an Error when there is none in time. */
export type AnswerFor = (request: ProbeRequest) => Partial<Answer> | Error | Promise<Partial<Answer> | Error>;

export interface FakeProber extends Prober {
  /** Everything that was asked, in order. */
  readonly asked: readonly ProbeRequest[];
  /** From now on this answers. */
  setAnswer(answerFor: AnswerFor): void;
}

/** Without a function everything answers 200 with an empty body. */
export function createFakeProber(answerFor: AnswerFor = () => ({})): FakeProber {
  const asked: ProbeRequest[] = [];
  let current = answerFor;
  return {
    asked,
    setAnswer(next) {
      current = next;
    },
    async ask(request, signal) {
      asked.push(request);
      if (signal?.aborted) throw new Error(`${request.method} ${request.url}: given up before it was asked`);
      const answer = await orGivenUp(Promise.resolve(current(request)), request, signal);
      if (answer instanceof Error) throw answer;
      return { status: 200, headers: {}, body: "", durationMs: 1, ...answer };
    },
  };
}

function orGivenUp<T>(answer: Promise<T>, request: ProbeRequest, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return answer;
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error(`${request.method} ${request.url}: given up`)), { once: true });
    answer.then(resolve, reject);
  });
}
