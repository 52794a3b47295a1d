/** Talks to one Node-RED's admin API: bearer token, time limits, and answers checked at the door. */

import { createHash } from "node:crypto";
import { parseShallowJson } from "../../../domain/shallow-json.ts";
import { readBeginning, readWithin, TooLong } from "../../../domain/bounded-reading.ts";
import { PinionError } from "../../../domain/errors.ts";
import type { ProcessId } from "../../../domain/names.ts";
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
  const ask = (path: string, request: Asked = {}): Promise<Answered> => askAdmin(options, path, request);
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

async function askAdmin({ adminUrl, token, timeoutMs }: ClientOptions, path: string, asked: Asked): Promise<Answered> {
  const headers: Record<string, string> = { accept: "application/json", ...asked.headers };
  const bearer = typeof token === "function" ? await token() : token;
  if (bearer !== null) headers["authorization"] = `Bearer ${bearer}`;
  if (asked.body !== undefined) headers["content-type"] = "application/json";
  const init = { method: asked.method ?? "GET", headers, ...(asked.body === undefined ? {} : { body: asked.body }) };
  const response = await fetchInTime(`${adminUrl}${path}`, init, timeoutMs);
  if (response.ok || asked.expect?.includes(response.status)) return { status: response.status, body: await jsonOf(response, path) };
  throw new PinionError(
    "engine/unreachable",
    `Node-RED answered ${response.status} to ${init.method} ${path}: ${await excerptOf(response)}`,
  );
}

async function fetchInTime(url: string, init: RequestInit, timeoutMs: number): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    throw new PinionError("engine/unreachable", `Node-RED at ${new URL(url).origin} does not answer: ${reasonOf(error)}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

async function jsonOf(response: Response, path: string): Promise<unknown> {
  try {
    const body = await readWithin(response.body, holdNodes.has(path) ? largestFlowsBytes : largestAnswerBytes);
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    if (!isJson) return null;
    return holdNodes.has(path) ? await parseFlowsText(body) : parseShallowJson(body);
  } catch (error) {
    const what = error instanceof TooLong ? "cannot be used" : "is not JSON";
    throw new PinionError("engine/unreachable", `Node-RED's answer to ${path} ${what}: ${reasonOf(error)}`, { cause: error });
  }
}

async function excerptOf(response: Response): Promise<string> {
  const body = await readBeginning(response.body, longestExcerptBytes).catch(() => "");
  return body.slice(0, 200).trim() || response.statusText;
}
