/** A request's body on its way to a version. It can be dropped without harm to the caller's connection. */

import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";

/** Whether a body follows the headers. */
export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers["content-length"];
  return (length !== undefined && length !== "0") || request.headers["transfer-encoding"] !== undefined;
}

/** The caller sends nothing any more in the middle of its body. */
export class StalledBody extends Error {
  constructor(idleMs: number) {
    super(`The caller sent nothing of the body for ${idleMs} ms`);
    this.name = "StalledBody";
  }
}

/** Reads nothing from the caller before somebody reads it; until then another one can be made for another attempt. */
export class RequestBody extends Readable {
  hasBegun = false;
  readonly #request: IncomingMessage;
  readonly #idleMs: number;
  /** Runs only while the caller is waited for, not while the version is. */
  #idling: NodeJS.Timeout | null = null;

  constructor(request: IncomingMessage, idleMs: number) {
    super({ highWaterMark: 64 * 1024 });
    this.#request = request;
    this.#idleMs = idleMs;
    this.on("error", () => {});
  }

  override _read(): void {
    if (!this.hasBegun) this.#begin();
    this.#request.resume();
    this.#idling ??= setTimeout(() => this.destroy(new StalledBody(this.#idleMs)), this.#idleMs).unref();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#stopIdling();
    this.#request.off("data", this.#onData).off("end", this.#onEnd).off("aborted", this.#onAborted);
    callback(error);
  }

  #begin(): void {
    this.hasBegun = true;
    this.#request.on("data", this.#onData).on("end", this.#onEnd).on("aborted", this.#onAborted);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#idling?.refresh();
    if (this.push(chunk)) return;
    this.#request.pause();
    this.#stopIdling();
  };

  #stopIdling(): void {
    if (this.#idling) clearTimeout(this.#idling);
    this.#idling = null;
  }

  readonly #onEnd = (): void => {
    this.#stopIdling();
    this.push(null);
  };

  readonly #onAborted = (): void => {
    this.destroy(new Error("the caller went away in the middle of the body"));
  };
}
