/**
 * The HTTP client that isomorphic-git speaks through: kept-alive connections, a time limit, bounded answers, and the
 * server's capabilities remembered, so that an idle poll is one request instead of two.
 */

import type { GitHttpRequest, GitHttpResponse, HttpClient } from "isomorphic-git";
import { Agent, request } from "undici";
import { PinionError } from "../../../domain/errors.ts";
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

interface Answer {
  readonly status: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What lists more than some thousand branches is left to git: taking it apart in process would hold up everything else. */
const maxAnswerBytes = 256 * 1024;
const maxRedirects = 3;
const discovery = "/info/refs?service=git-upload-pack";

export function createGitHttpClient(options: GitHttpClientOptions): GitHttpClient {
  const connection = createConnection(options);
  let advertised: { readonly asked: string; readonly answer: Answer } | null = null;

  async function discover(asked: GitHttpRequest): Promise<Answer> {
    if (advertised?.asked === asked.url) return advertised.answer;
    const answer = await send(options, connection, asked);
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
    close: () => connection.close(),
    request: async (asked) => {
      if (asked.method !== "POST") return respond(await discover(asked));
      return respond(await send(options, connection, { ...asked, url: redirectedAs(advertised, asked.url) }));
    },
  };
}

interface Connection {
  agent(): Agent;
  /** The next request is made over a new one. */
  renew(): void;
  close(): Promise<void>;
}

/** Made when it is needed: what is trusted is read again with every new one. */
function createConnection({ access, timeoutMs }: GitHttpClientOptions): Connection {
  let agent: Agent | null = null;
  const open = (): Agent => {
    const authorities = access.authorities();
    const connect = authorities === null ? { timeout: timeoutMs } : { timeout: timeoutMs, ca: authorities.pem };
    return new Agent({ connect, keepAliveTimeout: 120_000, headersTimeout: timeoutMs, bodyTimeout: timeoutMs, connections: 1 });
  };
  return {
    agent: () => (agent ??= open()),
    renew: () => {
      void agent?.destroy();
      agent = null;
    },
    close: async () => agent?.destroy(),
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

const broken = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);

/** A connection that breaks is made anew, once: a server may have given up one that was idle. */
async function send(options: GitHttpClientOptions, connection: Connection, asked: GitHttpRequest): Promise<Answer> {
  const body = await collect(asked.body);
  const remote = await options.access.enter();
  const authorization = remote.kind === "http" ? remote.authorization : null;
  const signal = AbortSignal.any([AbortSignal.timeout(options.timeoutMs), options.closing]);
  const attempt = (): Promise<Answer> => follow({ agent: connection.agent(), signal, asked, body, authorization }, asked.url, maxRedirects);
  try {
    return await attempt().catch((error: unknown) => {
      if (!broken.has(codeOf(error))) throw error;
      connection.renew();
      return attempt();
    });
  } catch (error) {
    if (error instanceof PinionError) throw error;
    connection.renew();
    throw connectionFailure(error, asked.url, options.timeoutMs);
  }
}

interface Exchange {
  readonly agent: Agent;
  readonly signal: AbortSignal;
  readonly asked: GitHttpRequest;
  readonly body: Uint8Array | null;
  readonly authorization: string | null;
}

async function follow(exchange: Exchange, url: string, redirects: number): Promise<Answer> {
  const { agent, signal, asked, body, authorization } = exchange;
  const headers = { ...asked.headers, "user-agent": "git/pinion", ...(authorization === null ? {} : { authorization }) };
  const response = await request(url, { dispatcher: agent, signal, method: asked.method === "POST" ? "POST" : "GET", headers, body });
  const target = response.headers["location"];
  if (response.statusCode >= 300 && response.statusCode < 400 && typeof target === "string") {
    await response.body.dump();
    if (redirects === 0) throw new PinionError("git/unreachable", `${url} redirects in circles`);
    return follow(exchange, redirectTarget(url, target), redirects - 1);
  }
  const bytes = await readBounded(response.body, url);
  const all = flatten(response.headers);
  if (response.statusCode !== 200) throw statusFailure(response.statusCode, url, all["retry-after"] ?? null);
  judgeContent(url, all["content-type"] ?? "", bytes);
  return { status: response.statusCode, url, headers: all, body: bytes };
}

async function readBounded(body: AsyncIterable<Uint8Array>, url: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxAnswerBytes) throw new PinionError("git/unreachable", `${url} answers at great length`, { cause: new AskGit() });
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
  const code = codeOf(error);
  const words = connectionCauses[code];
  if (words !== undefined) return failureOf("ls-refs", `unable to access ${url}: ${words}`);
  const why = `the connection broke: unable to access ${url}: ${error instanceof Error ? error.message : String(error)}`;
  return new PinionError("git/unreachable", why, { cause: new AskGit() });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
