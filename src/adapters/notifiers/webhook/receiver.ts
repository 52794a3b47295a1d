/** Posts JSON to a receiver outside, and says of a failure whether trying again can help. */

import { DeliveryFailure } from "../../../domain/events/delivery-failure.ts";
import type { SecretReference } from "../../../domain/desired/environment.ts";
import { PinionError } from "../../../domain/errors.ts";
import { bearer } from "../../../platform/http/authorization.ts";
import { beginning, type HttpAnswer } from "../../../platform/http/http-answer.ts";
import { createHttpClient } from "../../../platform/http/http-client.ts";
import { HttpFailure } from "../../../platform/http/http-failure.ts";
import { retryAfterMs } from "../../../platform/http/retry-after.ts";
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
/** A shorter path stands in every text. */
const shortestPath = 8;

/** Secrets are resolved for every request, so that a token that was replaced is taken up. Redirects are not followed. */
export function createReceiver(options: ReceiverOptions): Receiver {
  const { name, timeoutMs, clock } = options;
  // Events are rare: a connection is not kept for the next one.
  const client = createHttpClient();
  return {
    async post(contentType, body, signal) {
      const { url, headers } = await address(options);
      const request = { url: url.href, method: "POST", headers: { ...headers, "content-type": contentType }, body, signal };
      const who = `${name}: ${url.origin}`;
      const asked = client.ask({ ...request, timeoutMs, reading: beginning(longestAnswerBytes) });
      const answer = await asked.catch((error: unknown) => {
        throw failed(who, error);
      });
      judge(answer, { who, url, now: clock.now() });
    },
  };
}

async function address({ name, url, token, secrets }: ReceiverOptions): Promise<{ url: URL; headers: Record<string, string> }> {
  const text = typeof url === "string" ? url : await secrets.resolve(url);
  const parsed = URL.canParse(text) ? new URL(text) : null;
  if (!parsed || !/^https?:$/u.test(parsed.protocol)) throw new PinionError("notify/refused", `${name}: its url is not an http(s) address`);
  const headers = { "user-agent": "pinion", accept: "application/json, text/plain;q=0.9, */*;q=0.1" };
  return { url: parsed, headers: token ? { ...headers, ...bearer(await secrets.resolve(token)) } : headers };
}

function failed(who: string, error: unknown): PinionError {
  const what = `${who}: ${error instanceof Error ? error.message : String(error)}`;
  const isOurs = error instanceof HttpFailure && error.code === "request";
  return isOurs ? new PinionError("notify/refused", what, { cause: error }) : new DeliveryFailure(what, { cause: error });
}

interface Asked {
  readonly who: string;
  readonly url: URL;
  readonly now: number;
}

function judge(answer: HttpAnswer, { who, url, now }: Asked): void {
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return;
  const path = url.pathname + url.search;
  const text = answer.text();
  const said = answer.quote(path.length < shortestPath ? text : text.replaceAll(path, "***"));
  const what = `${who} answered ${status}${said === "" ? "" : `: ${said}`}`;
  const isForLater = status === 408 || status === 425 || status === 429 || status >= 500;
  if (!isForLater) throw new PinionError("notify/refused", what);
  throw new DeliveryFailure(what, { retryAfterMs: retryAfterMs(headers["retry-after"], now) });
}
