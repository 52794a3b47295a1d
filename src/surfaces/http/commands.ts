/** The routes by which people give commands: the only ones with a body, which a browser's form cannot make. */

import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Commands, Queries } from "../../api/views.ts";
import { PinionError } from "../../domain/errors.ts";
import type { Instant } from "../../domain/names.ts";
import type { CommandResult } from "../../domain/journal/commands.ts";
import { commandResultJson } from "../../api/json.ts";
import { parseCommandRequest } from "../../api/parse-command.ts";
import { problemOf } from "../../api/problems.ts";

export interface CommandParts {
  readonly queries: Pick<Queries, "result">;
  readonly commands: Pick<Commands, "command">;
  now(): Instant;
  /** What callers have shown who come in here. */
  readonly proof: string;
}

interface CommandPath {
  readonly environment: string;
  readonly id: string;
}

/** Adds `POST /api/v1/environments/:environment/commands` and `GET …/commands/:id`. */
export function addCommands(app: FastifyInstance, { queries, commands, now, proof }: CommandParts): void {
  void app.register((routes, _options, done) => {
    takeJsonOnly(routes);
    routes.post<{ Params: CommandPath }>("/api/v1/environments/:environment/commands", async ({ params: { environment }, body }, reply) => {
      const { id: wanted, by: named, reason: why, spec } = parseCommandRequest(body);
      const by = { ...named, claimed: proof };
      const id = wanted ?? randomUUID();
      const result = await commands.command({ id, environment, by, why, at: now(), spec }).catch(nullWhenUnanswered);
      if (result) return answerWith(reply, result);
      void reply.header("location", `/api/v1/environments/${encodeURIComponent(environment)}/commands/${encodeURIComponent(id)}`);
      return unanswered(reply, id);
    });
    done();
  });
  app.get<{ Params: CommandPath }>("/api/v1/environments/:environment/commands/:id", async ({ params: { environment, id } }, reply) => {
    const result = await queries.result(environment, id);
    return result
      ? answerWith(reply, result)
      : reply.code(202).send({ id, kind: "unanswered", why: "nothing has been decided about it yet" });
  });
}

/** Any other type is answered 415: pages of other origins can send forms and text, and JSON only if we let them. */
function takeJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, app.getDefaultJsonParser("error", "error"));
}

/** It is recorded: no error for the client that gave it. */
function nullWhenUnanswered(error: unknown): null {
  if (error instanceof PinionError && error.code === "command/unanswered") return null;
  throw error;
}

function unanswered(reply: FastifyReply, id: string): FastifyReply {
  return reply.code(202).send({ id, kind: "unanswered", why: "nothing has been decided about it yet" });
}

function answerWith(reply: FastifyReply, result: CommandResult): FastifyReply {
  if (result.kind === "done") return reply.code(200).send(commandResultJson(result));
  const { status, body } = problemOf(new PinionError("command/refused", result.why));
  return reply.code(status).send({ ...body, ...commandResultJson(result) });
}
