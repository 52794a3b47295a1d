/** The controller's HTTP API: liveness, readiness, metrics, what `pinion status` and `pinion history` show, and people's orders. */

import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import type { Commands, Queries } from "../../controller/queries.ts";
import { PinionError } from "../../domain/errors.ts";
import type { Instant } from "../../domain/names.ts";
import type { HistoryQuery } from "../../ports/journal.ts";
import type { Log } from "../../ports/log.ts";
import { deploymentJson, overviewJson } from "./answers.ts";
import { isLoopback, isOwnHost, isOwnOrigin } from "./loopback.ts";
import { addOrders } from "./orders.ts";
import { foreignHost, foreignOrigin, notFound, type Problem, problemOf } from "./problems.ts";
import { type Selection, selectFrom } from "./selection.ts";

export interface HttpParts {
  readonly queries: Queries;
  readonly commands: Commands;
  readonly log: Log;
  /** In Prometheus' text format, as of now. */
  readonly metrics: () => Promise<string>;
  readonly now: () => Instant;
}

export interface HttpOptions extends HttpParts {
  /** A loopback address: there is no authentication yet. */
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
}

export interface HttpServer {
  /** Base of the address, without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the API. @throws `config/invalid` for an address that others could reach, or one that cannot be listened on. */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const { host, port, ...parts } = options;
  if (!isLoopback(host)) {
    throw new PinionError(
      "config/invalid",
      `listen.host ${host} can be reached from other machines; the API has no authentication yet, so only loopback is allowed`,
    );
  }
  const app = createHttp(parts);
  const name = host.replace(/^\[(?<inner>.*)\]$/u, "$<inner>");
  const url = await app.listen({ host: name, port }).catch((error: unknown) => {
    throw new PinionError("config/invalid", `cannot listen on ${host}:${port}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  });
  return { url: url.replace(/\/$/u, ""), close: () => app.close() };
}

const name = { type: "string", minLength: 1, maxLength: 200 } as const;
const selectionSchema = { querystring: { type: "object", additionalProperties: false, properties: { environment: name, process: name } } };
const historySchema = {
  querystring: {
    type: "object",
    additionalProperties: false,
    properties: { environment: name, process: name, limit: { type: "integer", minimum: 1, maximum: 1000 } },
  },
};

/** The API without a socket, for `startHttp` and for tests. */
export function createHttp({ queries, commands, log, metrics, now }: HttpParts): FastifyInstance {
  const app = Fastify({
    bodyLimit: 64 * 1024,
    forceCloseConnections: true,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, allErrors: false } },
  });
  guard(app, log);
  takeAnyBody(app);
  addHealth(app, queries);
  app.get<{ Querystring: Selection }>("/api/v1/status", { schema: selectionSchema }, async ({ query }) =>
    overviewJson(selectFrom(await queries.overview(), query)),
  );
  app.get<{ Querystring: HistoryQuery }>("/api/v1/history", { schema: historySchema }, async ({ query }) => ({
    deployments: (await queries.history(query)).map(deploymentJson),
  }));
  app.get<{ Params: { id: string } }>("/api/v1/deployments/:id", async ({ params: { id } }) => {
    const [deployment] = await queries.history({ id, limit: 1 });
    if (!deployment) throw new PinionError("deployment/unknown", `no deployment has the id "${id}"`);
    return deploymentJson(deployment);
  });
  app.post("/api/v1/refresh", (_request, reply) => {
    commands.refresh();
    return reply.code(202).send({ accepted: true });
  });
  addOrders(app, { queries, commands, now });
  app.get("/metrics", async (_request, reply) => reply.type("text/plain; version=0.0.4; charset=utf-8").send(await metrics()));
  return app;
}

function guard(app: FastifyInstance, log: Log): void {
  app.addHook("onRequest", (request, reply, done) => {
    void reply.headers({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
    if (!isOwnHost(request.headers.host)) return void answer(reply, foreignHost);
    if (!isOwnOrigin(request.headers.origin)) return void answer(reply, foreignOrigin);
    done();
  });
  app.setNotFoundHandler((_request, reply) => answer(reply, notFound));
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.status >= 500) log.error({ method: request.method, path: request.url, error }, "a request of the API failed");
    return answer(reply, problem);
  });
}

function answer(reply: FastifyReply, { status, body }: Problem): FastifyReply {
  return reply.code(status).send(body);
}

/** Only orders need a body; one of whatever type is read and left aside. */
function takeAnyBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, _body, done) => done(null, undefined));
}

function addHealth(app: FastifyInstance, queries: Queries): void {
  app.get("/healthz", () => ({ status: "ok" }));
  app.get("/readyz", async (_request, reply) => {
    const { state, commit, code, reason } = (await queries.overview()).repository;
    const isReady = state === "ok" || (state === "error" && commit !== null);
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? "ready" : "starting", repository: { state, commit, code, reason } });
  });
}
