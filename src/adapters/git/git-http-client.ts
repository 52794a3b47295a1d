/**
 * The HTTP client that isomorphic-git speaks through: kept-alive connections, a time limit, bounded answers, and the
 * server's capabilities remembered, so that an idle poll is one request instead of two.
 */

import { readFileSync } from "node:fs";
import type { GitHttpRequest, GitHttpResponse, HttpClient } from "isomorphic-git";
import { Agent, EnvHttpProxyAgent, request } from "undici";
import type { Dispatcher } from "undici";
import { PinionError } from "../../domain/errors.ts";
import { failureOf, statusFailure } from "./failure.ts";
import type { Proxy } from "./proxy.ts";

export interface GitHttpClientOptions {
  readonly proxy: Proxy | null;
  readonly authorization: string | null;
  readonly timeoutMs: number;
  readonly inherited: Readonly<Record<string, string | undefined>>;
  readonly closing: AbortSignal;
}

export interface GitHttpClient extends HttpClient {
  /** Asks the server for its capabilities again before the next poll. */
  forget(): void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const maxAnswerBytes = 16 * 1024 * 1024;
const maxRedirects = 3;

export function createGitHttpClient(options: GitHttpClientOptions): GitHttpClient {
  const dispatcher = createDispatcher(options);
  let advertised: { readonly asked: string; readonly answer: Answer } | null = null;

  async function discover(asked: GitHttpRequest): Promise<Answer> {
    if (advertised?.asked === asked.url) return advertised.answer;
    const answer = await send(options, dispatcher, asked);
    advertised = isVersion2(answer) ? { asked: asked.url, answer } : null;
    return answer;
  }

  return {
    forget: () => void (advertised = null),
    close: () => dispatcher.destroy(),
    request: async (asked) => {
      if (asked.method !== "POST") return respond(await discover(asked));
      return respond(await send(options, dispatcher, { ...asked, url: redirectedAs(advertised, asked.url) }));
    },
  };
}

function createDispatcher({ inherited, timeoutMs, proxy }: GitHttpClientOptions): Dispatcher {
  const authority = inherited["GIT_SSL_CAINFO"] ?? inherited["SSL_CERT_FILE"];
  const connect = authority === undefined ? { timeout: timeoutMs } : { timeout: timeoutMs, ca: readFileSync(authority) };
  const limits = { connect, keepAliveTimeout: 120_000, headersTimeout: timeoutMs, bodyTimeout: timeoutMs, connections: 1 };
  if (!proxy) return new Agent(limits);
  return new EnvHttpProxyAgent({ ...limits, httpProxy: proxy.url, httpsProxy: proxy.url, noProxy: proxy.except, proxyTunnel: false });
}

/** Capabilities stay what they are between polls; a version 1 answer holds the refs themselves and must be asked anew. */
function isVersion2({ status, body }: Answer): boolean {
  return status === 200 && Buffer.from(body.subarray(0, 100)).includes("version 2");
}

/** Where a server has moved its repository to is known from the first request. */
function redirectedAs(advertised: { readonly asked: string; readonly answer: Answer } | null, url: string): string {
  const suffix = "/info/refs?service=git-upload-pack";
  if (!advertised?.answer.url.endsWith(suffix)) return url;
  return advertised.answer.url.slice(0, -suffix.length) + url.slice(url.lastIndexOf("/"));
}

async function send(options: GitHttpClientOptions, dispatcher: Dispatcher, asked: GitHttpRequest): Promise<Answer> {
  const body = await collect(asked.body);
  const signal = AbortSignal.any([AbortSignal.timeout(options.timeoutMs), options.closing]);
  try {
    return await follow({ ...options, dispatcher, signal, asked, body }, asked.url, maxRedirects);
  } catch (error) {
    if (error instanceof PinionError) throw error;
    throw connectionFailure(error, asked.url, options.timeoutMs);
  }
}

interface Exchange extends GitHttpClientOptions {
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal;
  readonly asked: GitHttpRequest;
  readonly body: Uint8Array | null;
}

async function follow(exchange: Exchange, url: string, redirects: number): Promise<Answer> {
  const { dispatcher, signal, asked, body, authorization } = exchange;
  const headers = { ...asked.headers, "user-agent": "git/pinion", ...(authorization === null ? {} : { authorization }) };
  const response = await request(url, { dispatcher, signal, method: asked.method === "POST" ? "POST" : "GET", headers, body });
  const target = response.headers["location"];
  if (response.statusCode >= 300 && response.statusCode < 400 && typeof target === "string") {
    await response.body.dump();
    return follow(exchange, redirectTarget(url, target, redirects), redirects - 1);
  }
  const bytes = await readBounded(response.body, url);
  if (response.statusCode !== 200) throw statusFailure(response.statusCode, url);
  return { status: response.statusCode, url, headers: flatten(response.headers), body: bytes };
}

/** Only within the same server: credentials never follow to another one. */
function redirectTarget(url: string, target: string, redirects: number): string {
  const next = new URL(target, url);
  if (redirects === 0) throw new PinionError("git/unreachable", `${url} redirects in circles`);
  if (next.host !== new URL(url).host) {
    throw new PinionError("git/refused", `${url} redirects to another server, ${next.origin}; use that address if it is right`);
  }
  return next.href;
}

async function readBounded(body: AsyncIterable<Uint8Array>, url: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxAnswerBytes) throw new PinionError("git/unreachable", `${url} answers with more than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function collect(body: GitHttpRequest["body"]): Promise<Uint8Array | null> {
  if (body === undefined) return null;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function flatten(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : (value ?? []).join(", ")]),
  );
}

function respond({ status, url, headers, body }: Answer): GitHttpResponse {
  return { url, method: "GET", statusCode: status, statusMessage: "", headers: { ...headers }, body: once(body) };
}

async function* once(bytes: Uint8Array): AsyncIterableIterator<Uint8Array> {
  yield bytes;
}

const connectionCauses: Readonly<Record<string, string>> = {
  ENOTFOUND: "Could not resolve host",
  EAI_AGAIN: "Could not resolve host",
  ECONNREFUSED: "Connection refused",
  ECONNRESET: "Connection reset by peer",
  UND_ERR_SOCKET: "hung up",
  UND_ERR_CONNECT_TIMEOUT: "timed out",
  UND_ERR_HEADERS_TIMEOUT: "timed out",
  UND_ERR_BODY_TIMEOUT: "timed out",
};

/** Said with git's own words, so that the poll and the fetch mean the same by the same trouble. */
function connectionFailure(error: unknown, url: string, timeoutMs: number): PinionError {
  const name = error instanceof Error ? error.name : "";
  if (name === "TimeoutError" || name === "AbortError")
    return failureOf("ls-refs", `unable to access ${url}: timed out after ${timeoutMs} ms`);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const words = connectionCauses[code] ?? `${code} ${error instanceof Error ? error.message : String(error)}`;
  return failureOf("ls-refs", `unable to access ${url}: ${words}`);
}
