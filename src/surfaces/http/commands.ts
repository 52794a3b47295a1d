/** The routes by which people give orders: the only ones with a body, which a browser's form cannot make. */

import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Commands, Queries } from "../../api/views.ts";
import { PinionError } from "../../domain/errors.ts";
import type { Instant } from "../../domain/names.ts";
import type { OrderAnswer } from "../../domain/journal/commands.ts";
import { orderAnswerJson } from "../../api/json.ts";
import { parseOrderRequest } from "../../api/parse-command.ts";
import { problemOf } from "../../api/problems.ts";

export interface OrderParts {
  readonly queries: Pick<Queries, "answer">;
  readonly commands: Pick<Commands, "order">;
  now(): Instant;
  /** What callers have shown who come in here. */
  readonly proof: string;
}

interface OrderPath {
  readonly environment: string;
  readonly id: string;
}

/** Adds `POST /api/v1/environments/:environment/orders` and `GET …/orders/:id`. */
export function addOrders(app: FastifyInstance, { queries, commands, now, proof }: OrderParts): void {
  void app.register((orders, _options, done) => {
    takeJsonOnly(orders);
    orders.post<{ Params: OrderPath }>("/api/v1/environments/:environment/orders", async ({ params: { environment }, body }, reply) => {
      const { id: wanted, by: named, reason: why, wish } = parseOrderRequest(body);
      const by = { ...named, claimed: proof };
      const id = wanted ?? randomUUID();
      const answer = await commands.order({ id, environment, by, why, at: now(), wish }).catch(nullWhenUnanswered);
      if (answer) return answerWith(reply, answer);
      void reply.header("location", `/api/v1/environments/${encodeURIComponent(environment)}/orders/${encodeURIComponent(id)}`);
      return unanswered(reply, id);
    });
    done();
  });
  app.get<{ Params: OrderPath }>("/api/v1/environments/:environment/orders/:id", async ({ params: { environment, id } }, reply) => {
    const answer = await queries.answer(environment, id);
    return answer
      ? answerWith(reply, answer)
      : reply.code(202).send({ id, kind: "unanswered", why: "nothing has been decided about it yet" });
  });
}

/** Any other type is answered 415: pages of other origins can send forms and text, and JSON only if we let them. */
function takeJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, app.getDefaultJsonParser("error", "error"));
}

/** It is recorded: no error to whoever gave it. */
function nullWhenUnanswered(error: unknown): null {
  if (error instanceof PinionError && error.code === "order/unanswered") return null;
  throw error;
}

function unanswered(reply: FastifyReply, id: string): FastifyReply {
  return reply.code(202).send({ id, kind: "unanswered", why: "nothing has been decided about it yet" });
}

function answerWith(reply: FastifyReply, answer: OrderAnswer): FastifyReply {
  if (answer.kind === "done") return reply.code(200).send(orderAnswerJson(answer));
  const { status, body } = problemOf(new PinionError("order/refused", answer.why));
  return reply.code(status).send({ ...body, ...orderAnswerJson(answer) });
}
