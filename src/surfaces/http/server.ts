/** The controller's HTTP API: liveness, readiness, metrics, what `pinion status` and `pinion history` show, and people's commands. */

import { readFile } from "node:fs/promises";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Commands, Queries } from "../../api/views.ts";
import { PinionError } from "../../domain/errors.ts";
import type { GatewayStatus } from "../../domain/observed/gateway-status.ts";
import type { Instant } from "../../domain/names.ts";
import { historyQuery, liveQuery, processesQuery, statusQuery, summaryQuery, whyQuery } from "../../generated/validators/queries.mjs";
import type { Log } from "../../ports/log.ts";
import { askHistory } from "../../api/history-pages.ts";
import { listProcesses } from "../../api/listing.ts";
import { deploymentJson, evaluationJson, historyJson, liveJson, overviewJson, pageJson, summaryJson } from "../../api/json.ts";
import { type Entrance, isOwnOrigin } from "./open-server.ts";
import { addCommands } from "./commands.ts";
import { foreignHost, foreignOrigin, metricsOnly, notFound, type Problem, problemOf, stranger } from "../../api/problems.ts";
import { parseRequest } from "../../api/parse-command.ts";
import { selectFrom } from "../../api/selection.ts";

export interface HttpParts {
  /** Who is let in, and how. */
  readonly entrance: Entrance;
  readonly queries: Queries;
  readonly commands: Commands;
  readonly log: Log;
  /** In Prometheus' text format, as of now. */
  readonly metrics: () => Promise<string>;
  /** Null, or left out, where the controller keeps no gateway up. */
  readonly gateway?: () => GatewayStatus | null;
  readonly now: () => Instant;
}

/** A client must have sent its whole request by then. */
const requestTimeoutMs = 30_000;
/** Far from what the controller itself needs of file descriptors. */
const mostConnections = 500;

/** What is served, for machines. */
const openApi = new URL("../../../schemas/openapi.json", import.meta.url);

/** The API behind one door, not listening yet. */
export function createHttp({ entrance, queries, commands, log, metrics, gateway, now }: HttpParts): FastifyInstance {
  const app = Fastify({
    bodyLimit: 64 * 1024,
    forceCloseConnections: true,
    // Strangers reach this port, too: what they hold open is bounded.
    requestTimeout: requestTimeoutMs,
  });
  app.server.maxConnections = mostConnections;
  guard(app, entrance, log);
  takeAnyBody(app);
  addHealth(app, queries, gateway);
  app.get("/api/v1/status", async ({ query }) =>
    overviewJson({ ...selectFrom(await queries.overview(), parseRequest(statusQuery, query)), gateway: gateway?.() ?? null, now: now() }),
  );
  app.get("/api/v1/processes", async ({ query }) => {
    const asked = parseRequest(processesQuery, query);
    return pageJson(listProcesses(selectFrom(await queries.overview(), { environment: asked.environment }), asked), now());
  });
  app.get("/api/v1/summary", async ({ query }) =>
    summaryJson(selectFrom(await queries.overview(), parseRequest(summaryQuery, query)), now()),
  );
  app.get("/api/v1/why", async ({ query }) => {
    const { environment, process } = parseRequest(whyQuery, query);
    return evaluationJson(await queries.why(environment, process));
  });
  app.get("/api/v1/live", async ({ query }) => {
    const { environment, process } = parseRequest(liveQuery, query);
    return liveJson(await queries.live(environment, process), environment, now());
  });
  app.get("/api/v1/history", async ({ query }) => historyJson(await askHistory(queries, parseRequest(historyQuery, query)), now()));
  app.get<{ Params: { id: string } }>("/api/v1/deployments/:id", async ({ params: { id } }) => {
    const [deployment] = await queries.history({ id, limit: 1 });
    if (!deployment) throw new PinionError("deployment/unknown", `no deployment has the id "${id}"`);
    return deploymentJson(deployment);
  });
  app.post("/api/v1/refresh", (_request, reply) => {
    commands.refresh();
    return reply.code(202).send({ accepted: true });
  });
  app.get("/api/v1/openapi.json", async (_request, reply) => reply.type("application/json; charset=utf-8").send(await readFile(openApi)));
  addCommands(app, { queries, commands, now, proof: entrance.proof });
  app.get("/metrics", async (_request, reply) => reply.type("text/plain; version=0.0.4; charset=utf-8").send(await metrics()));
  return app;
}

/** What says whether the process is well may be asked by anybody: it tells nothing else. */
const openPaths: ReadonlySet<string> = new Set(["/healthz", "/readyz"]);

function guard(app: FastifyInstance, entrance: Entrance, log: Log): void {
  app.addHook("onRequest", async (request, reply) => {
    void reply.headers({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
    const refusal = await refusalFor(request, entrance);
    if (refusal === null) return;
    if (refusal.status === 401) void reply.header("www-authenticate", "Bearer");
    await answer(reply, refusal);
  });
  app.setNotFoundHandler((_request, reply) => answer(reply, notFound));
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.status >= 500) log.error({ method: request.method, path: request.url, error }, "a request of the API failed");
    return answer(reply, problem);
  });
}

/** Null: it may come in. */
async function refusalFor({ headers, url }: FastifyRequest, entrance: Entrance): Promise<Problem | null> {
  if (!entrance.isOwnHost(headers.host)) return foreignHost;
  if (!isOwnOrigin(headers.origin, (host) => entrance.isOwnHost(host))) return foreignOrigin;
  const [path = ""] = url.split("?");
  if (openPaths.has(path)) return null;
  const role = await entrance.roleOf(headers.authorization);
  if (role === null) return stranger(headers.authorization !== undefined);
  return role === "operator" || path === "/metrics" ? null : metricsOnly;
}

function answer(reply: FastifyReply, { status, body }: Problem): FastifyReply {
  return reply.code(status).send(body);
}

/** Only commands need a body; one of whatever type is read and left aside. */
function takeAnyBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, _body, done) => done(null, undefined));
}

function addHealth(app: FastifyInstance, queries: Queries, gateway: HttpParts["gateway"]): void {
  app.get("/healthz", () => ({ status: "ok" }));
  app.get("/readyz", async (_request, reply) => {
    const { store, repository } = await queries.overview();
    const { state, commit, code } = repository;
    const hasCommit = state === "ok" || (state === "error" && commit !== null);
    const started = gateway?.()?.state === "down" ? "gateway is down" : "ready";
    const status = store ? "cannot record" : hasCommit ? started : "starting";
    return reply.code(status === "ready" ? 200 : 503).send({ status, store: store && { code: store.code }, repository: { state, code } });
  });
}
