/** The side of the thread: reads, and hands over in parts what was asked for. */

import { PinionError } from "../../../domain/errors.ts";
import type { Snapshot } from "../../../domain/desired/snapshot.ts";
import type { Manifests } from "../../../ports/manifests.ts";
import type { Answer, FromThread, Part, Question, Request, ToThread } from "./messages.ts";
import { environmentParts, snapshotParts, versionParts } from "./parts.ts";
import { sentError } from "./thread-errors.ts";

/** One end of the way between the two. */
export interface Port {
  post(message: FromThread): void;
  listen(take: (message: ToThread) => void): void;
}

/** What git's log says, by way of the controller. */
export type AskLog = (question: Question) => Promise<string>;

export interface Serving {
  readonly manifests: Manifests & { keep(): Promise<void> };
  /** What is to be remembered of published versions, as of now. */
  published(): string | null;
  /** The mirror lacks an object, and may be made anew. */
  onMissing(): Promise<void>;
}

/** Serves what `make` makes, until the thread ends. */
export function serveManifests(port: Port, make: (log: AskLog) => Serving): void {
  const asked = createQuestions(port);
  const server = new Server(port, make(asked.ask));
  port.listen((message) => {
    if (message.kind === "answer") asked.answer(message.id, message.answer);
    else void server.take(message);
  });
}

function createQuestions(port: Port): { readonly ask: AskLog; answer(id: number, answer: Answer): void } {
  const waiting = new Map<number, (answer: Answer) => void>();
  let count = 0;
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        const id = (count += 1);
        waiting.set(id, (answer) => ("failure" in answer ? reject(new Error(answer.failure)) : resolve(answer.text)));
        port.post({ kind: "question", id, question });
      }),
    answer(id, answer) {
      waiting.get(id)?.(answer);
      waiting.delete(id);
    },
  };
}

class Server {
  readonly #port: Port;
  readonly #serving: Serving;
  readonly #parts = new Map<number, Iterator<Part>>();
  /** What the controller has, as far as is known. */
  #delivered: Snapshot | null = null;

  constructor(port: Port, serving: Serving) {
    this.#port = port;
    this.#serving = serving;
  }

  async take(message: Exclude<ToThread, { kind: "answer" }>): Promise<void> {
    const { id } = message;
    try {
      if (message.kind === "request") this.#parts.set(id, await this.#answer(message.request));
      this.#post(id);
    } catch (error) {
      this.#parts.delete(id);
      if (error instanceof PinionError && error.code === "git/object-missing") await this.#serving.onMissing().catch(() => undefined);
      this.#port.post({ kind: "failed", id, error: sentError(error) });
    }
  }

  #post(id: number): void {
    const step = this.#parts.get(id)?.next();
    if (step === undefined || step.done === true) return;
    const isLast = !["pins", "nodes", "connections"].includes(step.value.kind);
    if (isLast) this.#parts.delete(id);
    this.#port.post({ kind: "part", id, part: step.value, isLast });
  }

  async #answer(request: Request): Promise<Iterator<Part>> {
    const { manifests } = this.#serving;
    switch (request.kind) {
      case "snapshot": {
        const { commit, committedAt, base } = request;
        const snapshot = await manifests.snapshot(commit, committedAt);
        return this.#deliver(base !== null && this.#delivered?.commit === base ? this.#delivered : null, snapshot);
      }
      case "restore":
        this.#delivered = await manifests.snapshot(request.commit, request.committedAt);
        return done();
      case "keep":
        await manifests.keep();
        return done();
      case "earlier":
        return environmentParts(await manifests.earlier(request.commit, request.environment));
      case "version":
        return versionParts(await manifests.version(request.process, request.version));
    }
  }

  *#deliver(before: Snapshot | null, after: Snapshot): Generator<Part> {
    for (const part of snapshotParts(before, after, this.#serving.published())) {
      if (part.kind === "snapshot") this.#delivered = after;
      yield part;
    }
  }
}

function done(): Iterator<Part> {
  return [{ kind: "done" } as const].values();
}
