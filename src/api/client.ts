/** Asks a running controller over its API, for commands that are processes of their own. */

import type { Answer } from "./fetch-over-socket.ts";
import type { LiveChanges } from "../domain/changes/recorded.ts";
import type { Overview } from "./views.ts";
import { readWithin, TooLong } from "../domain/bounded-reading.ts";
import { isErrorCode, PinionError } from "../domain/errors.ts";
import { parseShallowJson } from "../domain/shallow-json.ts";
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
}

const timeoutMs = 10_000;
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
      return parseOrdered(base, await fetchFrom(base, ordersOf(environment), request));
    },
    async commandResult(environment, id) {
      return parseOrdered(base, await fetchFrom(base, `${ordersOf(environment)}/${encodeURIComponent(id)}`));
    },
  };
}

function ordersOf(environment: EnvironmentName): string {
  return `/api/v1/environments/${encodeURIComponent(environment)}/commands`;
}

/** Refused is an answer like another; 202 says that there is none yet. */
async function parseOrdered(base: ControllerTarget, response: Answer): Promise<CommandResult | null> {
  const body = await bodyOf(base, response);
  if (response.status === 202) return null;
  const isAnswer = response.ok || (response.status === 409 && fieldOf(body, "code") === "command/refused");
  if (!isAnswer) throw refusalOf(base, response.status, body);
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
  const response = await fetchFrom(base, path, asking);
  const body = await bodyOf(base, response);
  if (response.ok) return body;
  throw refusalOf(base, response.status, body);
}

async function fetchFrom(
  base: ControllerTarget,
  path: string,
  { headers, timeoutMs: limitMs = timeoutMs, ...asking }: Asking = {},
): Promise<Answer> {
  if (!URL.canParse(base.url) || !/^https?:/u.test(base.url))
    throw new PinionError("usage/invalid", `"${base.url}" is no http address of a controller`);
  const token = base.socket === null ? await base.token() : null;
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const options = {
    ...asking,
    signal: AbortSignal.timeout(limitMs),
    redirect: "error" as const,
    headers: { accept: "application/json", ...authorization, ...headers },
  };
  try {
    return base.socket === null ? await fetch(`${base.url}${path}`, options) : await fetchOver(base.socket, path, options);
  } catch (error) {
    throw new PinionError("controller/unreachable", `no controller answers at ${placeOf(base)}: ${causeOf(error, limitMs)}`, {
      cause: error,
    });
  }
}

/** Loaded where there is a socket: most controllers have none. */
async function fetchOver(socket: string, path: string, options: Parameters<typeof fetch>[1] & object): Promise<Answer> {
  return (await import("./fetch-over-socket.ts")).fetchOver(socket, path, options);
}

/** What ten thousands of processes take is a tenth of it. */
const largestAnswerBytes = 64 * 1024 * 1024;

/** As JSON; null for anything else. @throws `controller/failed` when it is too long to be a controller's, `controller/unreachable` when it breaks off. */
async function bodyOf(base: ControllerTarget, { body, done }: Answer): Promise<unknown> {
  const text = await readWithin(body, largestAnswerBytes)
    .catch((error: unknown) => {
      if (error instanceof TooLong)
        throw new PinionError("controller/failed", `${placeOf(base)} does not answer like a controller: ${error.message}`);
      throw new PinionError("controller/unreachable", `the answer of ${placeOf(base)} broke off: ${causeOf(error, timeoutMs)}`, {
        cause: error,
      });
    })
    .finally(() => done?.());
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
  return socket ?? url;
}

function causeOf(error: unknown, limitMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${limitMs / 1000} seconds`;
  const { cause } = error;
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0].message;
  return cause instanceof Error && cause.message !== "" ? cause.message : error.message;
}

function refusalOf(base: ControllerTarget, status: number, body: unknown): PinionError {
  const code = fieldOf(body, "code");
  const message = fieldOf(body, "message");
  if (code !== null && message !== null && isErrorCode(code)) return new PinionError(code, message);
  return new PinionError("controller/failed", `${placeOf(base)} answered ${status}${message === null ? "" : `: ${message}`}`);
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
