/** Talks to one Node-RED's admin API: bearer token, time limits, and answers checked at the door. */

import { createHash } from "node:crypto";
import { parseShallowJson } from "../../../domain/shallow-json.ts";
import { readBeginning, readWithin, TooLong } from "../../../domain/bounded-reading.ts";
import { PinionError } from "../../../domain/errors.ts";
import type { WorkCount } from "../../../domain/desired/unit.ts";
import { type FlowNode, isObject, parseFlowNodes } from "./flow-nodes.ts";
import { parseFlowsText, writeFlowsText } from "./flows-text.ts";

export interface Flows {
  readonly nodes: readonly FlowNode[];
  readonly rev: string;
}

/** What Pinion's plugin says of one tab. */
export interface TabState {
  /** Nodes that Node-RED could not bring to life. */
  readonly missing: readonly string[];
  /** Null: not armed. */
  readonly armedAt: number | null;
  readonly inFlight: number;
  /** Null: the plugin there is one that did not count. */
  readonly counts: WorkCount | null;
}

/** How deploys went, by Pinion's plugin. */
export interface StartState {
  /** Of the process: another one has another. */
  readonly life: string;
  /** How often flows were started since the process began, and how often that failed. */
  readonly started: number;
  readonly failed: number;
  /** Of the last failure. */
  readonly why: string;
}

export interface RuntimeState extends StartState {
  /** Of the active flows; null where it is only to be had with the flows. */
  readonly rev: string | null;
  readonly tabs: ReadonlyMap<string, TabState>;
}

export interface NodeRedClient {
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
      const answer = await ask("/flows", request);
      return answer.status === 409 ? null : text(isObject(answer.body) ? answer.body["rev"] : undefined, "rev");
    },
    nodeTypes: async () => parseTypes((await ask("/nodes")).body),
    state: async () => {
      const answer = await ask("/pinion/state", { expect: [200, 404] });
      if (options.checkMark !== undefined) await teach(ask, answer.body, options.checkMark);
      return ifThere(answer, parseState);
    },
    starts: async () => ifThere(await ask("/pinion/health", { expect: [200, 404] }), parseStarts),
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
    const body = await readWithin(response.body, path === "/flows" ? largestFlowsBytes : largestAnswerBytes);
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    if (!isJson) return null;
    return path === "/flows" ? await parseFlowsText(body) : parseShallowJson(body);
  } catch (error) {
    const what = error instanceof TooLong ? "cannot be used" : "is not JSON";
    throw new PinionError("engine/unreachable", `Node-RED's answer to ${path} ${what}: ${reasonOf(error)}`, { cause: error });
  }
}

async function excerptOf(response: Response): Promise<string> {
  const body = await readBeginning(response.body, longestExcerptBytes).catch(() => "");
  return body.slice(0, 200).trim() || response.statusText;
}

function parseFlows(body: unknown): Flows {
  if (!isObject(body)) throw unusable("flows");
  try {
    return { nodes: parseFlowNodes(body["flows"]), rev: text(body["rev"], "rev") };
  } catch (error) {
    throw unusable("flows", error);
  }
}

function parseTypes(body: unknown): ReadonlySet<string> {
  if (!Array.isArray(body)) throw unusable("nodes");
  const enabled = body.filter(isObject).filter((set) => set["enabled"] !== false && set["err"] === undefined);
  return new Set(enabled.flatMap((set) => (Array.isArray(set["types"]) ? set["types"].filter((type) => typeof type === "string") : [])));
}

function parseStarts(body: unknown): StartState {
  const flows = isObject(body) ? body["flows"] : null;
  if (!isObject(body) || !isObject(flows)) throw unusable("pinion/health");
  // Plugins of earlier releases have none, and the process of a container has always the same pid.
  const life = String(body["life"] ?? body["pid"]);
  return { life, started: Number(flows["started"]), failed: Number(flows["failed"]), why: String(flows["why"]) };
}

function parseState(body: unknown): RuntimeState {
  const tabs = isObject(body) ? body["tabs"] : null;
  if (!isObject(body) || !isObject(tabs)) throw unusable("pinion/state");
  const rev = typeof body["rev"] === "string" ? body["rev"] : null;
  return { ...parseStarts(body), rev, tabs: new Map(Object.entries(tabs).map(([tab, state]) => [tab, parseTab(state)])) };
}

function parseTab(state: unknown): TabState {
  if (!isObject(state) || !Array.isArray(state["missing"])) throw unusable("pinion/state");
  const { armedAt, inFlight, finished, errors } = state;
  return {
    missing: state["missing"].filter((node) => typeof node === "string"),
    armedAt: typeof armedAt === "number" ? armedAt : null,
    inFlight: Number(inFlight),
    counts: typeof finished === "number" && typeof errors === "number" ? { finished, errors } : null,
  };
}

function text(value: unknown, name: string): string {
  if (typeof value !== "string") throw unusable(name);
  return value;
}

function unusable(what: string, cause?: unknown): PinionError {
  return new PinionError("engine/unreachable", `Node-RED's answer has no usable ${what}; is it a Node-RED 4 admin API?`, { cause });
}
