/** Every route of the controller's API: what it takes and what it answers. `npm run generate` makes schemas/openapi.json of it. */

import { type TSchema, Type } from "typebox";
import * as answers from "./answers.ts";
import { commandRequest } from "./commands.ts";
import * as queries from "./queries.ts";

export interface ApiRoute {
  readonly summary: string;
  /** Needs no token. */
  readonly isOpen?: boolean;
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** By status; null: as text. Whatever goes wrong is answered as a problem. */
  readonly answers: Readonly<Record<number, TSchema | null>>;
}

const unanswered = { 202: answers.unanswered };

/** By method and path, with the names of its parts in braces. */
export const apiRoutes: Readonly<Record<string, ApiRoute>> = {
  "GET /healthz": { summary: "Whether the controller's process works.", isOpen: true, answers: { 200: answers.alive } },
  "GET /readyz": {
    summary: "Whether it can do its work.",
    isOpen: true,
    answers: { 200: answers.readiness, 503: answers.readiness },
  },
  "GET /metrics": { summary: "Metrics in Prometheus' text format.", answers: { 200: null } },
  "GET /api/v1/openapi.json": { summary: "This document.", answers: { 200: Type.Object({ openapi: Type.Literal("3.1.0") }) } },
  "GET /api/v1/status": {
    summary: "The whole picture, or one environment or process of it.",
    query: queries.statusQuery,
    answers: { 200: answers.status },
  },
  "GET /api/v1/processes": {
    summary: "Processes, filtered and sorted, a page at a time.",
    query: queries.processesQuery,
    answers: { 200: answers.processes },
  },
  "GET /api/v1/summary": {
    summary: "How many processes are in each state.",
    query: queries.summaryQuery,
    answers: { 200: answers.summary },
  },
  "GET /api/v1/why": {
    summary: "Why one process is as it is: every gate, what comes next, and what would change it.",
    query: queries.whyQuery,
    answers: { 200: answers.why },
  },
  "GET /api/v1/live": {
    summary: "What was changed by hand in the engine, asked now, and what was before.",
    query: queries.liveQuery,
    answers: { 200: answers.live },
  },
  "GET /api/v1/history": { summary: "Deployments, filtered, newest first, a page at a time.", query: queries.historyQuery, answers: { 200: answers.history } },
  "GET /api/v1/deployments/{id}": { summary: "One deployment with its steps and validations.", answers: { 200: answers.deployment } },
  "POST /api/v1/refresh": {
    summary: "Polls the repository and looks at all engines now.",
    answers: { 202: answers.accepted },
  },
  "POST /api/v1/environments/{environment}/commands": {
    summary: "Gives a command: 200 done, 409 refused, 202 recorded and not decided about yet.",
    body: commandRequest,
    answers: { 200: answers.commandResult, ...unanswered },
  },
  "GET /api/v1/environments/{environment}/commands/{id}": {
    summary: "The result of a command.",
    answers: { 200: answers.commandResult, ...unanswered },
  },
};
