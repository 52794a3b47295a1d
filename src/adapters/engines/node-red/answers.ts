/** What a Node-RED's admin API, and Pinion's plugin in it, answer: checked at the door. */

import { PinionError } from "../../../domain/errors.ts";
import type { WorkCount } from "../../../domain/desired/unit.ts";
import { type FlowNode, isObject, parseFlowNodes } from "./flow-nodes.ts";

/** Nodes of a Node-RED, all or some. */
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

/** What is told of one tab: what it holds, and whether it runs. */
export interface TabFacts {
  readonly tab: string;
  /** Digest of all that belongs to it; null: it is gone. */
  readonly content: string | null;
  /** Nodes that Node-RED could not bring to life; null: it was not started. */
  readonly missing: readonly string[] | null;
  /** Null: not armed. */
  readonly armedAt: number | null;
}

/** What a tab works on, and has. */
export interface TabWork {
  readonly inFlight: number;
  /** Null: the plugin there is one that did not count. */
  readonly counts: WorkCount | null;
}

/** What has changed in the tabs of all owners since a mark. */
export interface TabChanges extends StartState {
  /** Of the flows of which they are. */
  readonly rev: string;
  /** What to ask with next time. */
  readonly mark: string;
  /** Nothing was known of the mark: every tab is told, beginning with these. */
  readonly isWhole: boolean;
  /** More is told when asked with the new mark. */
  readonly hasMore: boolean;
  readonly tabs: readonly TabFacts[];
  /** Of the processes asked about, by tab; nothing is told of those that have done nothing yet. */
  readonly work: ReadonlyMap<string, TabWork>;
  /** Whether single tabs can be changed. */
  readonly canSplice: boolean;
}

/** @throws `engine/unreachable`, as all of these. */
export function parseFlows(body: unknown): Flows {
  if (!isObject(body)) throw unusable("flows");
  try {
    return { nodes: parseFlowNodes(body["flows"]), rev: text(body["rev"], "rev") };
  } catch (error) {
    throw unusable("flows", error);
  }
}

/** Types of nodes that are enabled. */
export function parseTypes(body: unknown): ReadonlySet<string> {
  if (!Array.isArray(body)) throw unusable("nodes");
  const enabled = body.filter(isObject).filter((set) => set["enabled"] !== false && set["err"] === undefined);
  return new Set(enabled.flatMap((set) => (Array.isArray(set["types"]) ? set["types"].filter((type) => typeof type === "string") : [])));
}

/** How deploys went. */
export function parseStarts(body: unknown): StartState {
  const flows = isObject(body) ? body["flows"] : null;
  if (!isObject(body) || !isObject(flows)) throw unusable("pinion/health");
  // Plugins of earlier releases have none, and the process of a container has always the same pid.
  const life = String(body["life"] ?? body["pid"]);
  return { life, started: Number(flows["started"]), failed: Number(flows["failed"]), why: String(flows["why"]) };
}

/** All tabs, whatever changed. */
export function parseState(body: unknown): RuntimeState {
  const tabs = isObject(body) ? body["tabs"] : null;
  if (!isObject(body) || !isObject(tabs)) throw unusable("pinion/state");
  const rev = typeof body["rev"] === "string" ? body["rev"] : null;
  return { ...parseStarts(body), rev, tabs: new Map(Object.entries(tabs).map(([tab, state]) => [tab, parseTab(state)])) };
}

/** Null: it does not know its flows just now. */
export function parseChanges(body: unknown): TabChanges | null {
  if (!isObject(body)) throw unusable("pinion/changes");
  const { rev, mark, isWhole, hasMore, tabs, work, canSplice } = body;
  if (rev === null) return null;
  if (!Array.isArray(tabs) || !Array.isArray(work)) throw unusable("pinion/changes");
  return {
    ...parseStarts(body),
    rev: text(rev, "rev"),
    mark: text(mark, "pinion/changes"),
    isWhole: isWhole === true,
    hasMore: hasMore === true,
    tabs: tabs.map(parseFacts),
    work: new Map(work.map(parseWork)),
    canSplice: canSplice === true,
  };
}

function parseFacts(facts: unknown): TabFacts {
  if (!isObject(facts)) throw unusable("pinion/changes");
  const { tab, content, missing, armedAt } = facts;
  return {
    tab: text(tab, "pinion/changes"),
    content: content === null ? null : text(content, "pinion/changes"),
    missing: Array.isArray(missing) ? missing.filter((node) => typeof node === "string") : null,
    armedAt: typeof armedAt === "number" ? armedAt : null,
  };
}

function parseWork(entry: unknown): readonly [string, TabWork] {
  if (!Array.isArray(entry)) throw unusable("pinion/changes");
  const [tab, inFlight, finished, errors] = entry as readonly unknown[];
  return [text(tab, "pinion/changes"), { inFlight: Number(inFlight), counts: { finished: Number(finished), errors: Number(errors) } }];
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

/** What must be a text. */
export function text(value: unknown, name: string): string {
  if (typeof value !== "string") throw unusable(name);
  return value;
}

function unusable(what: string, cause?: unknown): PinionError {
  return new PinionError("engine/unreachable", `Node-RED's answer has no usable ${what}; is it a Node-RED 4 admin API?`, { cause });
}
