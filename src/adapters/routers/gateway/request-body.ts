/** A request's body on its way to a version. It can be dropped without harm to the caller's connection. */

import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";

/** Whether a body follows the headers. */
export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers["content-length"];
  return (length !== undefined && length !== "0") || request.headers["transfer-encoding"] !== undefined;
}

/** Reads nothing from the caller before somebody reads it; until then another one can be made for another attempt. */
export class RequestBody extends Readable {
  hasBegun = false;
  readonly #request: IncomingMessage;

  constructor(request: IncomingMessage) {
    super({ highWaterMark: 64 * 1024 });
    this.#request = request;
    this.on("error", () => {});
  }

  override _read(): void {
    if (!this.hasBegun) this.#begin();
    this.#request.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#request.off("data", this.#onData).off("end", this.#onEnd).off("aborted", this.#onAborted);
    callback(error);
  }

  #begin(): void {
    this.hasBegun = true;
    this.#request.on("data", this.#onData).on("end", this.#onEnd).on("aborted", this.#onAborted);
  }

  readonly #onData = (chunk: Buffer): void => {
    if (!this.push(chunk)) this.#request.pause();
  };

  readonly #onEnd = (): void => {
    this.push(null);
  };

  readonly #onAborted = (): void => {
    this.destroy(new Error("the caller went away in the middle of the body"));
  };
}
