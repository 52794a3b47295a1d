/** One bounded HTTP question whose answer is JSON, with the errors of metric sources. */

import type { SourceAuth } from "../../domain/config/config.ts";
import { PinionError } from "../../domain/errors.ts";
import { parseShallowJson } from "../../domain/shallow-json.ts";
import { basic, bearer } from "../../platform/http/authorization.ts";
import { whole } from "../../platform/http/http-answer.ts";
import { createHttpClient } from "../../platform/http/http-client.ts";
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
  /** A text out of it as a short line for people, without secrets. */
  quote(text: string): string;
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

/** Keeps its connections; follows no redirects. Credentials are looked up for each question. */
export function createJsonClient(options: JsonClientOptions): JsonClient {
  const { name, timeoutMs } = options;
  const client = createHttpClient({ connections });
  return {
    async ask({ url, form, signal }) {
      try {
        const headers = { ...options.headers, accept: "application/json", ...(form && formType), ...(await authorization(options)) };
        const sending = form && { method: "POST", body: new URLSearchParams(form).toString() };
        const answer = await client.ask({ url, ...sending, headers, timeoutMs, reading: whole(largestBytes), signal, isRepeatable: true });
        return { status: answer.status, body: parse(answer.text(), answer.status), quote: (text) => answer.quote(text) };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new PinionError("metric/unreachable", `${name}: ${withoutSecrets(url)}: ${why}`, { cause: error });
      }
    },
    close: async () => client.close(),
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
  if (auth.kind === "bearer") return bearer(await secrets.resolve(auth.token));
  return basic(auth.username, await secrets.resolve(auth.password));
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
