/** One bounded HTTP question whose answer is JSON, with the errors of metric sources. */

import { Agent, request as send } from "undici";
import { parseShallowJson } from "../../domain/shallow-json.ts";
import { readWithin } from "../../domain/bounded-reading.ts";
import type { SourceAuth } from "../../domain/config/config.ts";
import type { SecretReference } from "../../domain/desired/environment.ts";
import { PinionError } from "../../domain/errors.ts";
import type { Secrets } from "../../ports/secrets.ts";

export interface JsonClientOptions {
  /** Names the source in errors. */
  readonly name: string;
  readonly auth: SourceAuth;
  readonly headers: Readonly<Record<string, string>>;
  /** For the whole answer. */
  readonly timeoutMs: number;
  readonly secrets: Pick<Secrets, "resolve">;
}

export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface JsonRequest {
  readonly url: string;
  /** Sent as a form by POST; null: GET. */
  readonly form: Readonly<Record<string, string>> | null;
  readonly signal: AbortSignal | undefined;
}

export interface JsonClient {
  /** Answers of any status that are JSON. @throws `metric/unreachable` when there is none in time, or it is no JSON, or too long. */
  ask(request: JsonRequest): Promise<JsonAnswer>;
  close(): Promise<void>;
}

const largestBytes = 1024 * 1024;
const connections = 8;

/** Keeps its connections; follows no redirects. */
export function createJsonClient(options: JsonClientOptions): JsonClient {
  const agent = new Agent({ connections, headersTimeout: 0, bodyTimeout: 0 });
  const failed = (url: string, why: string, cause?: unknown) =>
    new PinionError("metric/unreachable", `${options.name}: ${withoutSecrets(url)}: ${why}`, { cause });
  return {
    async ask({ url, form, signal }) {
      const timeout = AbortSignal.timeout(options.timeoutMs);
      const both = signal ? AbortSignal.any([timeout, signal]) : timeout;
      try {
        both.throwIfAborted();
        const answer = await send(url, {
          dispatcher: agent,
          method: form ? "POST" : "GET",
          headers: { ...options.headers, accept: "application/json", ...(form && formType), ...(await authorization(options)) },
          body: form ? new URLSearchParams(form).toString() : null,
          signal: both,
        });
        return { status: answer.statusCode, body: parse(await readWithin(answer.body, largestBytes), answer.statusCode) };
      } catch (error) {
        if (timeout.aborted) throw failed(url, `no answer within ${options.timeoutMs} ms`, error);
        throw failed(url, error instanceof Error ? inWords(error) : String(error), error);
      }
    },
    close: () => agent.destroy(),
  };
}

/** Errors of a status that carries no answer. Wrong questions are refused; everything else may be well next time. */
export function statusError(name: string, status: number, detail: string): PinionError {
  const isQuestion = status === 400 || status === 422;
  const rights = status === 401 || status === 403 ? " (check the token or password of this source)" : "";
  return new PinionError(
    isQuestion ? "metric/refused" : "metric/unreachable",
    `${name} answers ${status}${rights}${detail && `: ${detail}`}`,
  );
}

/** An object's fields, or none when it is no object. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}

const formType = { "content-type": "application/x-www-form-urlencoded" };

async function authorization({ auth, secrets }: JsonClientOptions): Promise<Readonly<Record<string, string>>> {
  if (auth.kind === "none") return {};
  // A line break at the end would be no header any more.
  const secret = async (reference: SecretReference) => (await secrets.resolve(reference)).replace(/[\r\n]+$/, "");
  if (auth.kind === "bearer") return { authorization: `Bearer ${await secret(auth.token)}` };
  const password = await secret(auth.password);
  return { authorization: `Basic ${Buffer.from(`${auth.username}:${password}`).toString("base64")}` };
}

/** What is no JSON is no answer; of an error page the status is all there is to tell. */
function parse(text: string, status: number): unknown {
  try {
    return parseShallowJson(text);
  } catch {
    if (status >= 200 && status < 300) throw new Error("the answer is not JSON");
    return null;
  }
}

/** An address may carry tokens in its query. */
function withoutSecrets(url: string): string {
  return URL.canParse(url) ? new URL(url).origin + new URL(url).pathname : "its address";
}

function inWords(error: Error): string {
  const code = "code" in error ? String(error.code) : "";
  if (code === "ECONNREFUSED") return "connection refused";
  if (error.name === "AbortError") return "given up";
  return error.message || code || error.name;
}
