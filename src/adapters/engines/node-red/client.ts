/** Talks to one Node-RED's admin API: bearer token, time limits, and answers checked at the door. */

import { createHash } from "node:crypto";
import { parseShallowJson } from "../../../domain/shallow-json.ts";
import { PinionError } from "../../../domain/errors.ts";
import type { ProcessId } from "../../../domain/names.ts";
import { bearer } from "../../../platform/http/authorization.ts";
import type { BodyReading, HttpAnswer } from "../../../platform/http/http-answer.ts";
import { createHttpClient, type HttpClient } from "../../../platform/http/http-client.ts";
import { HttpFailure, type HttpFailureCode } from "../../../platform/http/http-failure.ts";
import {
  type Flows,
  parseChanges,
  parseFlows,
  parseStarts,
  parseState,
  parseTypes,
  type RuntimeState,
  type StartState,
  type TabChanges,
  text,
} from "./answers.ts";
import { type FlowNode, isObject } from "./flow-nodes.ts";
import { parseFlowsText, writeFlowsText, writeSpliceText } from "./flows-text.ts";

/** Tabs to take out and nodes to put in; all else stays as it is. */
export interface Splice {
  /** Of the flows that it was made from. */
  readonly rev: string;
  readonly gone: Iterable<string>;
  readonly added: readonly FlowNode[];
}

export interface NodeRedClient {
  /** `work`: of these processes; null: of all. Null: Pinion's plugin there is of an earlier release, or there is none, or it cannot tell just now. */
  changes(asked: { readonly since: string | null; readonly work: readonly ProcessId[] | null }): Promise<TabChanges | null>;
  /** What belongs to these tabs. Null: as above. */
  nodesOf(tabs: readonly string[]): Promise<Flows | null>;
  /** The new revision; null when `rev` is no longer the newest, and nothing was changed. */
  splice(wanted: Splice): Promise<string | null>;
  flows(): Promise<Flows>;
  /** The new revision; null when `flows.rev` is no longer the newest, and nothing was changed. */
  deploy(flows: Flows): Promise<string | null>;
  nodeTypes(): Promise<ReadonlySet<string>>;
  /** Null when Pinion's plugin is not installed there; one that does not know our checks yet learns what they are known by. */
  state(): Promise<RuntimeState | null>;
  /** The small part of it. */
  starts(): Promise<StartState | null>;
  arm(arming: { readonly arm: readonly string[]; readonly disarm: readonly string[] }): Promise<void>;
  /** Whether a node lives; it must be one that does nothing with a message. */
  hasNode(id: string): Promise<boolean>;
}

/** As it is, or how it is looked up at every use. Null: the admin API is open, as a private Node-RED's may be. */
export type AdminToken = string | null | (() => Promise<string>);

export interface ClientOptions {
  /** Base of the admin API, without a trailing slash. */
  readonly adminUrl: string;
  readonly token: AdminToken;
  readonly timeoutMs: number;
  /** The value of `engineCheckHeader` in our checks. Left out: nobody sends any. */
  readonly checkMark?: string;
}

/** Every call throws `engine/unreachable` when there is no usable answer in time. */
export function createNodeRedClient(options: ClientOptions): NodeRedClient {
  const http = createHttpClient({ connections });
  const ask = (path: string, request: Asked = {}): Promise<Answered> => askAdmin(http, options, { path, ...request });
  return {
    flows: async () => parseFlows((await ask("/flows", { headers: v2 })).body),
    deploy: async ({ nodes, rev }) => {
      const request = {
        method: "POST",
        headers: { ...v2, "Node-RED-Deployment-Type": "nodes" },
        body: await writeFlowsText(rev, nodes),
        expect: [200, 409],
      };
      return revOf(await ask("/flows", request));
    },
    nodeTypes: async () => parseTypes((await ask("/nodes")).body),
    state: async () => {
      const answer = await ask("/pinion/state", { expect: [200, 404] });
      if (options.checkMark !== undefined) await teach(ask, answer.body, options.checkMark);
      return ifThere(answer, parseState);
    },
    starts: async () => ifThere(await ask("/pinion/health", { expect: [200, 404] }), parseStarts),
    changes: async (asked) => {
      const answer = await ask("/pinion/changes", { method: "POST", body: JSON.stringify(asked), expect: [200, 404] });
      if (answer.status === 404) return null;
      if (options.checkMark !== undefined) await teach(ask, answer.body, options.checkMark);
      return parseChanges(answer.body);
    },
    nodesOf: async (tabs) => {
      const answer = await ask("/pinion/tabs", { method: "POST", body: JSON.stringify({ tabs }), expect: [200, 404] });
      return answer.status === 404 || (isObject(answer.body) && answer.body["rev"] === null) ? null : parseFlows(answer.body);
    },
    splice: async ({ rev, gone, added }) => {
      const body = await writeSpliceText(rev, [...gone], added);
      return revOf(await ask("/pinion/splice", { method: "POST", body, expect: [200, 409] }));
    },
    arm: async (arming) => void (await ask("/pinion/armed", { method: "PUT", body: JSON.stringify(arming) })),
    hasNode: async (id) => (await ask(`/inject/${encodeURIComponent(id)}`, { method: "POST", body: "{}", expect: [404] })).status !== 404,
  };
}

/** A plugin of an earlier release has no list, and counts checks like all else. */
async function teach(ask: (path: string, request: Asked) => Promise<Answered>, state: unknown, mark: string): Promise<void> {
  const digest = createHash("sha256").update(mark).digest("hex");
  const known = isObject(state) ? state["checks"] : null;
  if (!Array.isArray(known) || known.includes(digest)) return;
  await ask("/pinion/checks", { method: "PUT", body: JSON.stringify({ digest }) });
}

/** Calls wait for each other by other means. */
const connections = 8;
/** 10,000 flows of usual size are some 35 MB. */
const largestFlowsBytes = 128 * 1024 * 1024;
/** All others are parsed in one piece; the state of 10,000 flows is some 1.3 MB. */
const largestAnswerBytes = 2 * 1024 * 1024;
const holdNodes: ReadonlySet<string> = new Set(["/flows", "/pinion/tabs"]);
const longestExcerptBytes = 4 * 1024;

const v2 = { "Node-RED-API-Version": "v2" };

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body?: string;
  readonly expect?: readonly number[];
}

interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** Null: somebody else was faster. */
function revOf({ status, body }: Answered): string | null {
  return status === 409 ? null : text(isObject(body) ? body["rev"] : undefined, "rev");
}

function ifThere<T>(answer: Answered, parse: (body: unknown) => T): T | null {
  return answer.status === 404 ? null : parse(answer.body);
}

async function askAdmin(http: HttpClient, options: ClientOptions, asked: Asked & { readonly path: string }): Promise<Answered> {
  const { method = "GET", path, expect = [] } = asked;
  const isExpected = (status: number): boolean => (status >= 200 && status < 300) || expect.includes(status);
  const answer = await exchange(http, options, asked, (status) => limitOf(path, isExpected(status)));
  if (isExpected(answer.status)) return { status: answer.status, body: await jsonOf(answer, path) };
  const said = answer.quote();
  throw unreachable(`Node-RED answered ${answer.status} to ${method} ${path}${said === "" ? "" : `: ${said}`}`);
}

function limitOf(path: string, isExpected: boolean): ReturnType<BodyReading> {
  if (!isExpected) return { bytes: longestExcerptBytes, past: "cut" };
  return { bytes: holdNodes.has(path) ? largestFlowsBytes : largestAnswerBytes, past: "fail" };
}

/** Something answered there that cannot be used. */
const unusable: ReadonlySet<HttpFailureCode> = new Set(["too-long", "headers", "encoded", "protocol"]);

async function exchange(
  http: HttpClient,
  { adminUrl, token, timeoutMs }: ClientOptions,
  { path, method = "GET", headers, body }: Asked & { readonly path: string },
  reading: BodyReading,
): Promise<HttpAnswer> {
  const secret = typeof token === "function" ? await token() : token;
  const json = body === undefined ? {} : { "content-type": "application/json" };
  const sent = { accept: "application/json", ...headers, ...(secret === null ? {} : bearer(secret)), ...json };
  try {
    return await http.ask({
      url: adminUrl + path,
      method,
      headers: sent,
      body: body ?? null,
      timeoutMs,
      reading,
      isRepeatable: method === "GET",
    });
  } catch (error) {
    const isUnusable = error instanceof HttpFailure && unusable.has(error.code);
    const what = isUnusable ? `Node-RED's answer to ${path} cannot be used` : `Node-RED at ${originOf(adminUrl)} does not answer`;
    throw unreachable(`${what}: ${reasonOf(error)}`, error);
  }
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : "its address";
}

function unreachable(message: string, cause?: unknown): PinionError {
  return new PinionError("engine/unreachable", message, { cause });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function jsonOf(answer: HttpAnswer, path: string): Promise<unknown> {
  if (!answer.headers["content-type"]?.includes("json")) return null;
  try {
    return holdNodes.has(path) ? await parseFlowsText(answer.text()) : parseShallowJson(answer.text());
  } catch (error) {
    throw unreachable(`Node-RED's answer to ${path} is not JSON: ${reasonOf(error)}`, error);
  }
}
