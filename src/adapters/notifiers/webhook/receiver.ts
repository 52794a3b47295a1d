/** Posts JSON to a receiver outside, and says of a failure whether trying again can help. */

import { Agent, request as send } from "undici";
import { readBeginning } from "../../../domain/bounded-reading.ts";
import { DeliveryFailure } from "../../../domain/events/delivery-failure.ts";
import type { SecretReference } from "../../../domain/desired/environment.ts";
import { PinionError } from "../../../domain/errors.ts";
import { escapeInvisible } from "../../../domain/safe-text.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Secrets } from "../../../ports/secrets.ts";

export interface ReceiverOptions {
  /** Names it in errors. */
  readonly name: string;
  /** Often a secret by itself: errors name its origin only. */
  readonly url: string | SecretReference;
  /** Sent as a bearer token; null: none. */
  readonly token: SecretReference | null;
  readonly secrets: Secrets;
  readonly clock: Pick<Clock, "now">;
  /** For one request, from connecting to the end of the answer. */
  readonly timeoutMs: number;
}

export interface Receiver {
  /** @throws `notify/unreachable`, `notify/refused`, `secret/missing`. */
  post(contentType: string, body: string, signal?: AbortSignal): Promise<void>;
}

const longestAnswerBytes = 4_096;
const longestQuote = 200;
/** Nobody is left alone for longer than this, whatever they ask for. */
const longestRetryAfterMs = 3_600_000;

/** Secrets are resolved for every request, so that a token that was replaced is taken up. Redirects are not followed. */
export function createReceiver(options: ReceiverOptions): Receiver {
  // Events are rare: a connection is not kept for the next one.
  const agent = new Agent({ pipelining: 0 });
  return {
    async post(contentType, body, signal) {
      const { url, headers } = await address(options);
      const timeout = AbortSignal.timeout(options.timeoutMs);
      const both = signal ? AbortSignal.any([timeout, signal]) : timeout;
      const answer = await exchange(agent, { url, headers: { ...headers, "content-type": contentType }, body, signal: both }).catch(
        (error: unknown) => {
          const why = timeout.aborted ? `no answer within ${options.timeoutMs} ms` : reason(error);
          throw new DeliveryFailure(`${options.name}: ${url.origin}: ${why}`, { cause: error });
        },
      );
      judge(answer, `${options.name}: ${url.origin}`, options.clock.now());
    },
  };
}

async function address({ name, url, token, secrets }: ReceiverOptions): Promise<{ url: URL; headers: Record<string, string> }> {
  const text = typeof url === "string" ? url : await secrets.resolve(url);
  const parsed = URL.canParse(text) ? new URL(text) : null;
  if (!parsed || !/^https?:$/u.test(parsed.protocol)) throw new PinionError("notify/refused", `${name}: its url is not an http(s) address`);
  const headers: Record<string, string> = { "user-agent": "pinion", accept: "application/json, text/plain;q=0.9, */*;q=0.1" };
  if (token) headers["authorization"] = `Bearer ${await secrets.resolve(token)}`;
  return { url: parsed, headers };
}

interface Message {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
}

async function exchange(agent: Agent, { url, headers, body, signal }: Message): Promise<Answer> {
  signal.throwIfAborted();
  const answer = await send(url, { dispatcher: agent, method: "POST", headers, body, signal });
  const retryAfter = answer.headers["retry-after"];
  return {
    status: answer.statusCode,
    retryAfter: typeof retryAfter === "string" ? retryAfter : null,
    text: await readBeginning(answer.body, longestAnswerBytes),
  };
}

function judge({ status, retryAfter, text }: Answer, who: string, now: number): void {
  if (status >= 200 && status < 300) return;
  const what = `${who} answered ${status}${quote(text)}`;
  const isForLater = status === 408 || status === 425 || status === 429 || status >= 500;
  if (!isForLater) throw new PinionError("notify/refused", what);
  throw new DeliveryFailure(what, { retryAfterMs: retryAfter === null ? null : retryAfterMs(retryAfter, now) });
}

/** In seconds, or as a date (RFC 9110, 10.2.3). */
function retryAfterMs(text: string, now: number): number | null {
  const waitMs = /^\d+$/u.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(waitMs) ? null : Math.min(longestRetryAfterMs, Math.max(0, waitMs));
}

function quote(text: string): string {
  const line = escapeInvisible(text.trim().replaceAll(/\s+/gu, " ").slice(0, longestQuote));
  return line === "" || line.startsWith("<") ? "" : `: ${line}`;
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  if (code === "ECONNREFUSED") return "connection refused";
  return error.message || code || error.name;
}
