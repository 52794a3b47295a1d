/** Asks a running controller over its API, for commands that are processes of their own. */

import type { LiveChanges } from "../domain/changes/recorded.ts";
import type { Overview } from "./views.ts";
import { isErrorCode, PinionError } from "../domain/errors.ts";
import { parseShallowJson } from "../domain/shallow-json.ts";
import { bearer } from "../platform/http/authorization.ts";
import { type HttpAnswer, whole } from "../platform/http/http-answer.ts";
import { createHttpClient } from "../platform/http/http-client.ts";
import { HttpFailure, type HttpFailureCode } from "../platform/http/http-failure.ts";
import type { Deployment } from "../domain/journal/state.ts";
import { Mismatch } from "../domain/checked.ts";
import type { EnvironmentName, ProcessId } from "../domain/names.ts";
import type { ProcessEvaluation } from "../domain/status/evaluation.ts";
import type { CommandResult } from "../domain/journal/commands.ts";
import {
  type History,
  parseDeployment,
  parseEvaluation,
  parseHistory,
  parseLive,
  parseCommandResult,
  parseOverview,
  parsePage,
  parseSummary,
} from "./parse-answers.ts";
import type { Page, Summary } from "./listing.ts";
import type { HistoryQuery, ProcessesQuery } from "../schemas/queries.ts";
import type { PostedCommand } from "./parse-command.ts";
import type { Selection } from "./selection.ts";

export interface ControllerClient {
  /** @throws `controller/unreachable`, `controller/failed`, `environment/unknown`, `process/unknown`. */
  overview(selection: Selection): Promise<Overview>;
  /** One page of the processes that are asked for. @throws the same. */
  processes(query: ProcessesQuery): Promise<Page>;
  /** How many processes are in each state. @throws the same. */
  summary(query?: { readonly environment?: EnvironmentName }): Promise<Summary>;
  /** Why a process is as it is. @throws the same. */
  why(environment: EnvironmentName, process: ProcessId): Promise<ProcessEvaluation>;
  /** Asks the engine now. */
  live(environment: EnvironmentName, process: ProcessId): Promise<LiveChanges>;
  /** Newest first. @throws the same. */
  history(query: HistoryQuery): Promise<readonly Deployment[]>;
  /** The same as one page, with the controller's clock. */
  historyPage(query: HistoryQuery): Promise<History>;
  /** @throws the same, and `deployment/unknown`. */
  deployment(id: string): Promise<Deployment>;
  /** Polls the repository and looks at all engines now. */
  refresh(): Promise<void>;
  /** Null: it is recorded, and nothing has been decided about it yet. @throws the same, and `usage/invalid`. */
  command(environment: EnvironmentName, command: PostedCommand): Promise<CommandResult | null>;
  /** What was answered to a command given before; null: nothing yet. */
  commandResult(environment: EnvironmentName, id: string): Promise<CommandResult | null>;
}

/** A controller, and with what it is entered. */
export interface ControllerTarget {
  /** Base of its API. */
  readonly url: string;
  /** Absolute path of its socket, which is used instead of the address; null: none. */
  readonly socket: string | null;
  /** Asked for every request, since it may be changed; null: none is known. */
  token(): Promise<string | null>;
  /** For each answer; left out: 10 s, and a minute for that to a command. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 10_000;
/** Of what a controller says; findings of a whole repository are in it. */
const longestMessage = 10_000;
/** A controller waits a while for the pass that decides about a command. */
const commandTimeoutMs = 60_000;

/** A client of this controller; of one named by its address alone, when no token is needed. */
export function createControllerClient(controller: ControllerTarget | string): ControllerClient {
  const target = typeof controller === "string" ? { url: controller, socket: null, token: () => Promise.resolve(null) } : controller;
  const base: ControllerTarget = { ...target, url: target.url.replace(/\/+$/u, "") };
  const historyPage: ControllerClient["historyPage"] = async (query) =>
    parseAnswer(base, parseHistory, await ask(base, `/api/v1/history${queryOf(query)}`));
  return {
    historyPage,
    async overview(selection) {
      return parseAnswer(base, parseOverview, await ask(base, `/api/v1/status${queryOf({ ...selection })}`));
    },
    async processes(query) {
      return parseAnswer(base, parsePage, await ask(base, `/api/v1/processes${queryOf(query)}`));
    },
    async summary(query = {}) {
      return parseAnswer(base, parseSummary, await ask(base, `/api/v1/summary${queryOf({ ...query })}`));
    },
    async live(environment, process) {
      return parseAnswer(base, parseLive, await ask(base, `/api/v1/live${queryOf({ environment, process })}`));
    },
    async why(environment, process) {
      return parseAnswer(base, parseEvaluation, await ask(base, `/api/v1/why${queryOf({ environment, process })}`));
    },
    history: async (query) => (await historyPage(query)).deployments,
    async deployment(id) {
      return parseAnswer(base, parseDeployment, await ask(base, `/api/v1/deployments/${encodeURIComponent(id)}`));
    },
    async refresh() {
      await ask(base, "/api/v1/refresh", { method: "POST" });
    },
    async command(environment, command) {
      const request = {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(command),
        timeoutMs: commandTimeoutMs,
      };
      return parseOrdered(base, await exchange(base, ordersOf(environment), request));
    },
    async commandResult(environment, id) {
      return parseOrdered(base, await exchange(base, `${ordersOf(environment)}/${encodeURIComponent(id)}`));
    },
  };
}

function ordersOf(environment: EnvironmentName): string {
  return `/api/v1/environments/${encodeURIComponent(environment)}/commands`;
}

/** Refused is an answer like another; 202 says that there is none yet. */
function parseOrdered(base: ControllerTarget, answer: HttpAnswer): CommandResult | null {
  const body = bodyOf(answer);
  if (answer.status === 202) return null;
  const isAnswer = isOk(answer) || (answer.status === 409 && fieldOf(body, "code") === "command/refused");
  if (!isAnswer) throw refusalOf(base, answer, body);
  return parseAnswer(base, parseCommandResult, body);
}

function queryOf(values: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) if (value !== undefined) query.set(key, String(value));
  return query.size === 0 ? "" : `?${query.toString()}`;
}

interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs?: number;
}

async function ask(base: ControllerTarget, path: string, asking: Asking = {}): Promise<unknown> {
  const answer = await exchange(base, path, asking);
  const body = bodyOf(answer);
  if (isOk(answer)) return body;
  throw refusalOf(base, answer, body);
}

function isOk({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

/** What ten thousands of processes take is a tenth of it. */
const largestAnswerBytes = 64 * 1024 * 1024;
/** Something answered there that is no controller. */
const unusable: ReadonlySet<HttpFailureCode> = new Set(["too-long", "headers", "encoded", "protocol"]);

async function exchange(base: ControllerTarget, path: string, { headers, timeoutMs, ...asking }: Asking = {}): Promise<HttpAnswer> {
  const { url, socket } = base;
  if (!URL.canParse(url) || !/^https?:/u.test(url))
    throw new PinionError("usage/invalid", `"${placeOf(base)}" is no http address of a controller`);
  const limits = { timeoutMs: base.timeoutMs ?? timeoutMs ?? defaultTimeoutMs, reading: whole(largestAnswerBytes) };
  const sent = { accept: "application/json", ...(await authorization(base)), ...headers };
  // A command asks once: a connection is not kept for the next question.
  const client = createHttpClient({ socketPath: socket });
  const asked = client.ask({ ...asking, ...limits, url: (socket === null ? url : "http://localhost") + path, headers: sent });
  const answer = await asked.catch((error: unknown) => {
    throw failed(base, error);
  });
  if (answer.status >= 300 && answer.status < 400) throw failed(base, new HttpFailure("network", "it redirects, which is not followed"));
  return answer;
}

/** A socket is entered by its rights. */
async function authorization(base: ControllerTarget): Promise<Readonly<Record<string, string>>> {
  const known = base.socket === null ? await base.token() : null;
  return known === null ? {} : bearer(known);
}

function failed(base: ControllerTarget, error: unknown): unknown {
  if (!(error instanceof HttpFailure)) return error;
  if (unusable.has(error.code))
    return new PinionError("controller/failed", `${placeOf(base)} does not answer like a controller: ${error.message}`, { cause: error });
  return new PinionError("controller/unreachable", `no controller answers at ${placeOf(base)}: ${error.message}`, { cause: error });
}

/** As JSON; null for anything else. */
function bodyOf(answer: HttpAnswer): unknown {
  const text = answer.text();
  // All that a controller answers is an object: parsing megabytes of lists would take its time.
  if (!/^\s*\{/u.test(text)) return null;
  try {
    return parseShallowJson(text);
  } catch {
    return null;
  }
}

/** The controller as people know it. */
function placeOf({ url, socket }: ControllerTarget): string {
  return socket ?? url.replace(/\/\/[^/\s]*@/u, "//***@");
}

function refusalOf(base: ControllerTarget, answer: HttpAnswer, body: unknown): PinionError {
  const code = fieldOf(body, "code");
  const message = fieldOf(body, "message");
  if (code !== null && message !== null && isErrorCode(code)) return new PinionError(code, message.slice(0, longestMessage));
  const said = message === null ? "" : `: ${answer.quote(message)}`;
  return new PinionError("controller/failed", `${placeOf(base)} answered ${answer.status}${said}`);
}

function fieldOf(body: unknown, name: "code" | "message"): string | null {
  if (typeof body !== "object" || body === null) return null;
  const value: unknown = (body as Readonly<Record<string, unknown>>)[name];
  return typeof value === "string" ? value : null;
}

function parseAnswer<T>(base: ControllerTarget, parse: (value: unknown) => T, value: unknown): T {
  try {
    return parse(value);
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    throw new PinionError("controller/failed", `${placeOf(base)} does not answer like a controller: ${error.message}`, { cause: error });
  }
}
