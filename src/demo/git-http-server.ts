/** A small smart-http git server on loopback, in front of `git http-backend`: the remote of `pinion demo` and of the tests. */

import { spawn } from "node:child_process";
import type { ChildProcess, ChildProcessWithoutNullStreams } from "node:child_process";
import { timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Who may come in; without any user the server is open to everybody, for reading and pushing. */
export interface GitServerUser {
  readonly name: string;
  readonly password: string;
  readonly push: boolean;
}

export interface GitServerOptions {
  /** The folder that holds the bare repositories; `<url>/<name>.git` is one of them. */
  readonly root: string;
  readonly users?: readonly GitServerUser[];
  /** A free one when not given; give the former one to come back after `close()`. */
  readonly port?: number;
}

/** How it answers: as it should, with a bare status, or not at all. */
export type GitServerBehaviour = "normal" | "hang" | { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

export interface GitRequest {
  readonly method: string;
  readonly path: string;
  /** Null for an anonymous request. */
  readonly user: string | null;
}

export interface GitServer {
  /** Base address without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Every request so far, in order. */
  readonly requests: readonly GitRequest[];
  behave(behaviour: GitServerBehaviour): void;
  /** Ends connections and children; resolves when they are gone. */
  close(): Promise<void>;
}

interface Backend {
  readonly options: GitServerOptions;
  readonly children: Set<ChildProcess>;
}

type Admission = { readonly kind: "in"; readonly user: string | null; readonly push: boolean } | { readonly kind: "unknown" };

/** Listens on 127.0.0.1. Rejects when the port asked for is taken. */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const backend: Backend = { options, children: new Set() };
  const requests: GitRequest[] = [];
  let behaviour: GitServerBehaviour = "normal";
  const server = createServer((request, response) => {
    const admission = admit(request.headers.authorization, options.users ?? []);
    requests.push({ method: request.method ?? "", path: request.url ?? "", user: admission.kind === "in" ? admission.user : null });
    answer(backend, behaviour, admission, { request, response });
  });
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    behave: (next) => void (behaviour = next),
    close: () => close(server, backend),
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

function answer(backend: Backend, behaviour: GitServerBehaviour, admission: Admission, exchange: Exchange): void {
  if (behaviour === "hang") return;
  if (behaviour !== "normal") return refuse(exchange, behaviour.status, behaviour.headers);
  if (admission.kind === "unknown") return refuse(exchange, 401, { "www-authenticate": 'Basic realm="git"' });
  if (isPush(exchange.request.url ?? "") && !admission.push) return refuse(exchange, 403);
  serve(backend, admission.user, exchange);
}

function refuse({ request, response }: Exchange, status: number, headers: Readonly<Record<string, string>> = {}): void {
  request.resume();
  response.writeHead(status, { "content-type": "text/plain", ...headers });
  response.end(`${status}\n`);
}

function isPush(url: string): boolean {
  return url.includes("service=git-receive-pack") || url.split("?")[0]?.endsWith("/git-receive-pack") === true;
}

function admit(authorization: string | undefined, users: readonly GitServerUser[]): Admission {
  if (users.length === 0) return { kind: "in", user: null, push: true };
  const [scheme = "", encoded = ""] = (authorization ?? "").split(" ");
  if (scheme.toLowerCase() !== "basic") return { kind: "unknown" };
  const given = Buffer.from(encoded, "base64");
  const user = users.find(({ name, password }) => isSame(given, Buffer.from(`${name}:${password}`)));
  return user ? { kind: "in", user: user.name, push: user.push } : { kind: "unknown" };
}

function isSame(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function serve(backend: Backend, user: string | null, { request, response }: Exchange): void {
  const child = spawn("git", ["http-backend"], { env: cgiEnvironment(backend.options, user, request), stdio: ["pipe", "pipe", "pipe"] });
  backend.children.add(child);
  child.once("close", () => backend.children.delete(child));
  child.once("error", () => refuse({ request, response }, 500));
  child.stdin.on("error", () => request.resume());
  child.stderr.resume();
  response.once("close", () => child.kill());
  request.pipe(child.stdin);
  relay(child, response);
}

/** Turns the CGI answer into an HTTP one: head first, then the body as it comes, as fast as the client takes it. */
function relay(child: ChildProcessWithoutNullStreams, response: ServerResponse): void {
  let head: Buffer = Buffer.alloc(0);
  const onHead = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    child.stdout.off("data", onHead);
    writeHead(response, head.subarray(0, end).toString("latin1"));
    response.write(head.subarray(end + 4));
    child.stdout.pipe(response);
  };
  child.stdout.on("data", onHead);
  child.stdout.once("end", () => {
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
}

function writeHead(response: ServerResponse, head: string): void {
  let status = 200;
  for (const line of head.split("\r\n")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
    else if (colon > 0) response.setHeader(name, value);
  }
  response.writeHead(status);
}

function cgiEnvironment(options: GitServerOptions, user: string | null, request: IncomingMessage): NodeJS.ProcessEnv {
  const [path = "/", query = ""] = (request.url ?? "/").split("?", 2);
  return {
    PATH: process.env.PATH,
    GIT_PROJECT_ROOT: options.root,
    GIT_HTTP_EXPORT_ALL: "1",
    PATH_INFO: decodePath(path),
    REQUEST_METHOD: request.method,
    QUERY_STRING: query,
    REMOTE_ADDR: "127.0.0.1",
    SERVER_PROTOCOL: "HTTP/1.1",
    CONTENT_TYPE: request.headers["content-type"],
    CONTENT_LENGTH: request.headers["content-length"],
    HTTP_CONTENT_ENCODING: request.headers["content-encoding"],
    GIT_PROTOCOL: single(request.headers["git-protocol"]),
    REMOTE_USER: user ?? undefined,
    ...gitConfiguration(options),
  };
}

/** The user's own git configuration has no say; the repositories may belong to somebody else, as in a container. */
function gitConfiguration(options: GitServerOptions): NodeJS.ProcessEnv {
  const entries = [
    ["safe.directory", "*"],
    ["http.receivepack", "true"],
    ["receive.autogc", "false"],
  ];
  const numbered = entries.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  const isolation = { GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", HOME: options.root };
  return { ...isolation, GIT_CONFIG_COUNT: String(entries.length), ...(Object.fromEntries(numbered) as NodeJS.ProcessEnv) };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

async function close(server: Server, backend: Backend): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  const children = [...backend.children];
  const ended = children.map((child) => new Promise<void>((resolve) => child.once("close", () => resolve())));
  for (const child of children) child.kill("SIGKILL");
  await Promise.all([closed, ...ended]);
}
