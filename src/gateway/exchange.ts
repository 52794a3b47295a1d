/** One request on its way through the gateway: handed to an instance, its answer piped back, tried elsewhere when nothing was sent. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { errors, type Dispatcher } from "undici";
import { answer, type OwnAnswer } from "./answers.ts";
import { callerGone } from "./counters.ts";
import { latin1, reasonPhrase, responseHeaders } from "./headers.ts";
import { hasBody, RequestBody, StalledBody } from "./request-body.ts";
import { addressesOf, choosePlace, type Place, type RoutedVersion } from "./routing.ts";
import type { Upstream } from "./upstreams.ts";

/** A request whose version is decided. */
export interface Handed {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly environment: string;
  /** What callers write before the path. */
  readonly prefix: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: string[];
  readonly version: RoutedVersion;
  readonly timeoutMs: number;
  /** How long the caller may send nothing in the middle of its body. */
  readonly bodyIdleMs: number;
  readonly startedAtMs: number;
  /** False: it is the controller's own, and nobody's traffic. */
  readonly isCounted: boolean;
  /** Called with an upstream that refused a connection. */
  readonly eject: (upstream: Upstream, why: string) => void;
}

const mostAttempts = 3;
const largestTextBytes = 16 * 1024;
/** May be sent twice without harm (RFC 9110, 9.2.1). */
const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Is itself the handler of its answer, so that a request costs one object. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #handed: Handed;
  readonly #tried: Place[] = [];
  #place: Place | null = null;
  #body: RequestBody | null = null;
  #abort: ((error?: Error) => void) | null = null;
  #resume: (() => void) | null = null;
  #status = 0;
  #remaining = -1;
  #held: Buffer | null = null;
  #isOver = false;

  constructor(handed: Handed) {
    this.#handed = handed;
    handed.response.on("close", this.#onCallerGone);
  }

  /** Hands the request to the best instance that was not tried yet. */
  send(): void {
    const { version, request, headers, target, timeoutMs, bodyIdleMs } = this.#handed;
    const place = choosePlace(version, this.#tried) ?? this.#tried[0];
    if (place === undefined) {
      this.#isOver = true;
      return this.#answer({ status: 503, error: "no-instance", message: "The version has no instance." });
    }
    this.#tried.push(place);
    this.#place = place;
    this.#abort = null;
    this.#body = hasBody(request) ? new RequestBody(request, bodyIdleMs) : null;
    place.counter.begin();
    const method = request.method as Dispatcher.HttpMethod;
    const path = place.prefix + target;
    place.upstream.pool.dispatch({ path, method, headers, body: this.#body, headersTimeout: timeoutMs, bodyTimeout: 0 }, this);
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort;
    if (this.#isOver) abort();
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void, statusText: string): boolean {
    if (status < 200) return true;
    const { request, response, version, requestId, prefix } = this.#handed;
    const addresses = addressesOf(this.#place, prefix);
    const from = { version: version.version, process: version.process, addresses, takesTrailers: takesTrailers(request, status) };
    const { headers, length } = responseHeaders(raw, from, requestId);
    this.#remaining = length;
    this.#resume = resume;
    response.sendDate = false;
    response.writeHead(status, reasonPhrase(statusText), headers);
    // Only now: what cannot be passed on is no answer that has begun.
    this.#status = status;
    queueMicrotask(this.#flush);
    return true;
  }

  onData(chunk: Buffer): boolean {
    const { response } = this.#handed;
    if (chunk.length === this.#remaining) {
      this.#held = chunk;
      return true;
    }
    this.#remaining = -1;
    if (response.write(chunk)) return true;
    response.once("drain", () => this.#resume?.());
    return false;
  }

  onComplete(trailers: readonly (string | Buffer)[] | null): void {
    if (this.#isOver) return;
    const { response } = this.#handed;
    this.#finish(this.#status, false);
    if (trailers && trailers.length > 0) response.addTrailers(pairs(trailers));
    if (this.#held) endWith(response, this.#held);
    else response.end();
  }

  onError(error: Error): void {
    if (this.#isOver) return;
    if (this.#status !== 0) return this.#breakOff();
    if (this.#abort === null && !isRefusedRequest(error)) return this.#connectionRefused(error);
    if (this.#mayRepeat(error)) return this.#again();
    const own = ownAnswer(error, this.#handed.timeoutMs);
    // A caller that stalls is no fault of the version.
    this.#finish(own.status, own.status !== 408);
    if (own.status === 408) this.#handed.response.shouldKeepAlive = false;
    this.#answer(own);
  }

  /** Headers go out at once even when the body takes its time; a body that came with them is already there. */
  readonly #flush = (): void => {
    if (!this.#isOver && this.#held === null) this.#handed.response.flushHeaders();
  };

  readonly #onCallerGone = (): void => {
    if (this.#isOver) return;
    this.#finish(callerGone, false);
    this.#body?.destroy();
    this.#abort?.();
  };

  /** Nothing was sent, so any request may go elsewhere. */
  #connectionRefused(error: Error): void {
    const place = this.#place;
    if (place) this.#handed.eject(place.upstream, describe(error));
    if (this.#tried.length < this.#handed.version.places.length) return this.#again();
    this.#finish(502, true);
    this.#answer({
      status: 502,
      error: "instance-unreachable",
      message: `No instance of the version accepts connections: ${describe(error)}.`,
    });
  }

  #mayRepeat(error: Error): boolean {
    const { request } = this.#handed;
    return isBrokenConnection(error) && safeMethods.has(request.method ?? "") && this.#body === null && this.#tried.length < mostAttempts;
  }

  #again(): void {
    this.#place?.counter.withdraw();
    this.send();
  }

  /** The answer stopped half way: the caller must see that, not a short body. */
  #breakOff(): void {
    this.#finish(this.#status, true);
    this.#handed.response.destroy();
  }

  #finish(status: number, failed: boolean): void {
    this.#isOver = true;
    const { isCounted, startedAtMs } = this.#handed;
    if (isCounted) this.#place?.counter.end(status, failed, performance.now() - startedAtMs);
    else this.#place?.counter.withdraw();
  }

  #answer(own: OwnAnswer): void {
    const { response, requestId, environment, version } = this.#handed;
    const about = { environment, process: version.process, version: version.version };
    const headers = { "x-pinion-version": version.version, "x-pinion-process": version.process };
    answer(response, requestId, { ...own, about, headers });
  }
}

/**
 * A small body goes out with its headers in one plain write: as text, because Node joins text to the headers (Latin-1 changes
 * no byte), and uncorked before the end, because `end` would add an empty second part and with it a vectored write.
 */
function endWith(response: ServerResponse, body: Buffer): void {
  if (body.length > largestTextBytes) return void response.end(body);
  response.write(body.toString("latin1"), "latin1");
  response.socket?.uncork();
  response.end();
}

function ownAnswer(error: Error, timeoutMs: number): OwnAnswer {
  if (error instanceof errors.HeadersTimeoutError)
    return { status: 504, error: "timeout", message: `The version did not answer within ${timeoutMs} ms.` };
  if (error instanceof StalledBody) return { status: 408, error: "request-timeout", message: `${error.message}.` };
  if (isRefusedRequest(error)) return { status: 400, error: "bad-request", message: `The request cannot be passed on: ${error.message}.` };
  return { status: 502, error: "bad-answer", message: `The version did not give a whole answer: ${describe(error)}.` };
}

/** Trailers follow a body in chunks. */
function takesTrailers({ method, httpVersionMinor }: IncomingMessage, status: number): boolean {
  return httpVersionMinor > 0 && method !== "HEAD" && status !== 204 && status !== 304;
}

/** The request itself is at fault, before any connection. */
function isRefusedRequest(error: Error): boolean {
  return (
    error instanceof errors.InvalidArgumentError ||
    error instanceof errors.NotSupportedError ||
    error instanceof errors.RequestContentLengthMismatchError
  );
}

function isBrokenConnection(error: Error): boolean {
  return error instanceof errors.SocketError || ["ECONNRESET", "EPIPE"].includes(codeOf(error));
}

/** Addresses are private: a caller reads codes, not hosts and ports. */
function describe(error: Error): string {
  return codeOf(error) || error.name;
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

function pairs(flat: readonly (string | Buffer)[]): [string, string][] {
  const text = flat.map(latin1);
  return text.flatMap((name, index): [string, string][] => (index % 2 === 0 ? [[name, text[index + 1] ?? ""]] : []));
}
