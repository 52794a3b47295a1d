/**
 * The HTTP client that isomorphic-git speaks through: the house's own, with redirects that git would follow too, and the server's
 * capabilities remembered, so that an idle poll is one request instead of two.
 */

import type { GitHttpRequest, GitHttpResponse, HttpClient } from "isomorphic-git";
import { PinionError } from "../../../domain/errors.ts";
import { type HttpAnswer, whole } from "../../../platform/http/http-answer.ts";
import { createHttpClient, type HttpClient as BoundedClient } from "../../../platform/http/http-client.ts";
import { HttpFailure, type HttpFailureCode } from "../../../platform/http/http-failure.ts";
import type { Access } from "./access.ts";
import { failureOf, statusFailure } from "./failure.ts";
import { AskGit, judgeContent, judgeFormat, redirectTarget } from "./git-http-answer.ts";

export interface GitHttpClientOptions {
  readonly access: Pick<Access, "enter" | "authorities">;
  readonly timeoutMs: number;
  readonly closing: AbortSignal;
}

export interface GitHttpClient extends HttpClient {
  /** Asks the server for its capabilities again before the next poll. */
  forget(): void;
  /** Where the repository at an address is really reached. @throws as a request. */
  address(url: string): Promise<string>;
  close(): Promise<void>;
}

interface Answer extends Pick<HttpAnswer, "status" | "headers" | "body"> {
  readonly url: string;
}

/** What lists more than some thousand branches is left to git: taking it apart in process would hold up everything else. */
const maxAnswerBytes = 256 * 1024;
const maxRedirects = 3;
/** Most servers give an idle connection up before. */
const keepMs = 120_000;
const discovery = "/info/refs?service=git-upload-pack";

export function createGitHttpClient(options: GitHttpClientOptions): GitHttpClient {
  const http = createHttpClient({ connections: 1, keepMs, authorities: () => options.access.authorities()?.pem ?? null });
  let advertised: { readonly asked: string; readonly answer: Answer } | null = null;

  async function discover(asked: GitHttpRequest): Promise<Answer> {
    if (advertised?.asked === asked.url) return advertised.answer;
    const answer = await send(options, http, asked);
    judgeFormat(asked.url, answer.body);
    advertised = isVersion2(answer) ? { asked: asked.url, answer } : null;
    return answer;
  }

  return {
    forget: () => void (advertised = null),
    address: async (url) => {
      const { url: reached } = await discover({ url: url + discovery, method: "GET", headers: { "git-protocol": "version=2" } });
      return reached.endsWith(discovery) ? reached.slice(0, -discovery.length) : url;
    },
    close: async () => http.close(),
    request: async (asked) => {
      if (asked.method !== "POST") return respond(await discover(asked));
      return respond(await send(options, http, { ...asked, url: redirectedAs(advertised, asked.url) }));
    },
  };
}

/** Capabilities stay what they are between polls; a version 1 answer holds the refs themselves and must be asked anew. */
function isVersion2({ body }: Answer): boolean {
  return Buffer.from(body.subarray(0, 100)).includes("version 2");
}

/** Where a server has moved its repository to is known from the first request. */
function redirectedAs(advertised: { readonly asked: string; readonly answer: Answer } | null, url: string): string {
  if (!advertised?.answer.url.endsWith(discovery)) return url;
  return advertised.answer.url.slice(0, -discovery.length) + url.slice(url.lastIndexOf("/"));
}

async function send(options: GitHttpClientOptions, http: BoundedClient, asked: GitHttpRequest): Promise<Answer> {
  const body = await collect(asked.body);
  const remote = await options.access.enter();
  const authorization = remote.kind === "http" ? remote.authorization : null;
  const until = performance.now() + options.timeoutMs;
  try {
    return await follow({ http, signal: options.closing, until, asked, body, authorization }, asked.url, maxRedirects);
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    throw connectionFailure(error, asked.url, options.timeoutMs);
  }
}

interface Exchange {
  readonly http: BoundedClient;
  readonly signal: AbortSignal;
  /** All redirects together; of the monotonic clock. */
  readonly until: number;
  readonly asked: GitHttpRequest;
  readonly body: Uint8Array | null;
  readonly authorization: string | null;
}

async function follow(exchange: Exchange, url: string, redirects: number): Promise<Answer> {
  const { http, signal, until, asked, body, authorization } = exchange;
  const headers = { ...asked.headers, "user-agent": "git/pinion", ...(authorization === null ? {} : { authorization }) };
  const method = asked.method === "POST" ? "POST" : "GET";
  const limits = { timeoutMs: Math.max(1, until - performance.now()), reading: whole(maxAnswerBytes), signal };
  // Nothing is changed by a poll.
  const answer = await http.ask({ url, method, headers, body, ...limits, isRepeatable: true });
  const target = answer.headers["location"];
  if (answer.status >= 300 && answer.status < 400 && target !== undefined) {
    if (redirects === 0) throw new PinionError("git/unreachable", `${url} redirects in circles`);
    return follow(exchange, redirectTarget(url, target), redirects - 1);
  }
  if (answer.status !== 200) throw statusFailure(answer.status, url, answer.headers["retry-after"] ?? null);
  judgeContent(url, answer.headers["content-type"] ?? "", answer.body);
  return { status: answer.status, url, headers: answer.headers, body: answer.body };
}

async function collect(body: GitHttpRequest["body"]): Promise<Uint8Array | null> {
  if (body === undefined) return null;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function respond({ status, url, headers, body }: Answer): GitHttpResponse {
  return { url, method: "GET", statusCode: status, statusMessage: "", headers: { ...headers }, body: once(body) };
}

async function* once(bytes: Uint8Array): AsyncIterableIterator<Uint8Array> {
  yield bytes;
}

const causes: Readonly<Partial<Record<HttpFailureCode, string>>> = {
  unresolved: "Could not resolve host",
  refused: "Connection refused",
  broken: "Connection reset by peer",
};

/** Said with git's own words, so that the poll and the fetch mean the same by the same trouble. */
function connectionFailure(error: HttpFailure, url: string, timeoutMs: number): PinionError {
  const isOver = error.code === "timeout" || error.code === "aborted";
  const words = isOver ? `timed out after ${timeoutMs} ms` : causes[error.code];
  if (words !== undefined) return failureOf("ls-refs", `unable to access ${url}: ${words}`);
  const why =
    error.code === "too-long" ? `${url} answers at great length` : `the connection broke: unable to access ${url}: ${error.message}`;
  return new PinionError("git/unreachable", why, { cause: new AskGit(error.message, { cause: error }) });
}
