/** The control port, on loopback: the controller reads and sets routes here, and monitoring reads the counters. */

import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { readWithin, TooLong } from "../domain/bounded-reading.ts";
import type { Log } from "../ports/log.ts";
import { trafficOf, type Counters } from "./counters.ts";
import type { LiveTable } from "./live-table.ts";
import { createOwnership, ownerHeader, type Ownership, sequenceHeader } from "./owner.ts";
import { renderMetrics, type Health } from "./prometheus.ts";
import { checked, Mismatch } from "../domain/checked.ts";
import { counted, successor } from "../generated/validators/gateway.mjs";
import type { Successor } from "../schemas/gateway.ts";
import { isEnvironmentName, sortRoutes } from "./parse-routes.ts";

interface Dependencies {
  readonly token: string;
  readonly table: Pick<LiveTable, "changes" | "replace" | "all">;
  /** How often somebody else's change of the table's file was put back. */
  readonly restored: () => number;
  readonly counters: Counters;
  /** Resolves once the counters hold everything up to now, as far as those who count can be asked. */
  readonly count: () => Promise<void>;
  readonly health: () => readonly Health[];
  /** Begins to put another one in its place; null: it cannot. */
  readonly succeed: ((change: Successor) => void) | null;
  readonly log: Log;
}

interface Control extends Dependencies {
  readonly ownership: Ownership;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly type?: string;
}

/** Something in a request that its sender must fix. */
class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const largestBodyBytes = 64 * 1024 * 1024;

/** Not listening yet. */
export function createControlServer(given: Dependencies): Server {
  const dependencies = { ...given, ownership: createOwnership(given.log) };
  return createServer((request, response) => {
    void respond(dependencies, request).then(
      (reply) => send(response, reply),
      (error: unknown) => send(response, failure(dependencies.log, error)),
    );
  });
}

async function respond(dependencies: Control, request: IncomingMessage): Promise<Reply> {
  const url = new URL(request.url ?? "/", "http://control");
  const call = `${request.method} ${url.pathname}`;
  if (call === "GET /healthz") return { status: 200, body: { status: "ok", pid: process.pid } };
  if (!isAuthorized(request, dependencies.token))
    throw new Refusal(401, "A bearer token is needed; it is in control.token or gateway.json of the state folder.");
  const whole = wholeCalls[call];
  if (whole) return whole(dependencies, request, url);
  const [, collection, name, ...more] = url.pathname.split("/");
  const operation = more.length === 0 ? `${request.method} ${collection}` : "";
  if (operation === "GET traffic") return traffic(dependencies, environmentOf(name), url.searchParams.getAll("process"));
  if (operation === "POST traffic") return traffic(dependencies, environmentOf(name), checked(counted, await json(request)).processes);
  if (operation === "PUT routes") return putRoutes(dependencies, environmentOf(name), request);
  throw new Refusal(404, `There is no ${call} here.`);
}

/** By method and path; calls about one environment name it in their path. */
const wholeCalls: Readonly<Record<string, ((control: Control, request: IncomingMessage, url: URL) => Reply | Promise<Reply>) | undefined>> =
  {
    "GET /heartbeat": (control, request) => heartbeat(control, callerOf(request)),
    "PUT /owner": (control, request) => own(control, callerOf(request)),
    "PUT /successor": succeed,
    "GET /tables": ({ table }) => ({ status: 200, body: { environments: Object.fromEntries(table.all()) } }),
    "GET /metrics": metrics,
    "GET /table": ({ table }, _request, url) => ({
      status: 200,
      body: table.changes(environmentOf(url.searchParams.get("environment")), url.searchParams.get("since")),
    }),
  };

function callerOf({ headers }: IncomingMessage): string {
  return String(headers[ownerHeader] ?? "");
}

function heartbeat({ ownership, restored }: Control, caller: string): Reply {
  return {
    status: 200,
    body: { pid: process.pid, isOwner: ownership.isOwner(caller), refused: ownership.refused(), restored: restored() },
  };
}

function own({ ownership }: Control, caller: string): Reply {
  if (caller === "") throw new Refusal(400, `Name yourself in ${ownerHeader}.`);
  ownership.take(caller);
  return { status: 200, body: { status: "owned" } };
}

async function succeed({ succeed: begin, ownership }: Control, request: IncomingMessage): Promise<Reply> {
  refuseStranger(ownership, request);
  if (begin === null) throw new Refusal(404, "This gateway can have no successor.");
  const change = checked(successor, await json(request));
  // After the answer.
  setImmediate(begin, change);
  return { status: 200, body: { status: "begun" } };
}

async function putRoutes({ table, ownership }: Control, environment: string, request: IncomingMessage): Promise<Reply> {
  refuseStranger(ownership, request);
  const { taken, refused } = sortRoutes(await json(request));
  const setting = { caller: callerOf(request), environment, sequence: Number(request.headers[sequenceHeader] ?? NaN) };
  if (ownership.isOutdated(setting)) throw new Refusal(409, "Newer routes were set meanwhile.");
  await table.replace(environment, taken);
  return { status: 200, body: { status: "routed", processes: taken.length, refused } };
}

function refuseStranger(ownership: Ownership, request: IncomingMessage): void {
  if (!ownership.mayChange(callerOf(request))) throw new Refusal(403, "This gateway belongs to a controller, which alone may change it.");
}

/** Of these processes; of none named: of all. */
async function traffic({ count, counters }: Dependencies, environment: string, processes: readonly string[]): Promise<Reply> {
  await count();
  return { status: 200, body: { traffic: trafficOf(counters, environment, processes.length === 0 ? null : new Set(processes)) } };
}

async function metrics({ count, counters, health }: Dependencies): Promise<Reply> {
  await count();
  return { status: 200, body: renderMetrics(counters, health()), type: "text/plain; version=0.0.4; charset=utf-8" };
}

/** Hashes have equal lengths, and comparing them takes the same time wherever they differ. */
function isAuthorized(request: IncomingMessage, token: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(request.headers.authorization ?? ""), hash(`Bearer ${token}`));
}

function environmentOf(name: string | null | undefined): string {
  if (typeof name === "string" && isEnvironmentName(name)) return name;
  throw new Refusal(400, "Name an environment in lower-case words joined by hyphens.");
}

async function json(request: IncomingMessage): Promise<unknown> {
  try {
    // The connection is still needed for the refusal, which ends it.
    return JSON.parse(await readWithin(request.iterator({ destroyOnReturn: false }), largestBodyBytes));
  } catch (error) {
    if (error instanceof TooLong) throw new Refusal(413, `The body cannot be used: ${error.message}.`);
    throw new Refusal(400, "The body is not JSON.");
  }
}

function failure(log: Log, error: unknown): Reply {
  if (error instanceof Refusal) return { status: error.status, body: { message: error.message } };
  if (error instanceof Mismatch) return { status: 400, body: { message: error.message } };
  log.error({ error }, "the control port failed");
  return { status: 500, body: { message: String(error) } };
}

function send(response: ServerResponse, reply: Reply): void {
  const text = typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    "content-type": reply.type ?? "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    ...(reply.status === 413 && { connection: "close" }),
  });
  response.end(text);
}
