/**
 * The flows of an instance as text, read and written in slices: tens of megabytes in one piece would hold the event loop for as long as it takes. A node
 * itself is one piece, so it is bounded.
 */

import { setImmediate } from "node:timers/promises";
import { isObject } from "./flow-nodes.ts";

const sliceMs = 10;
/** Signs looked at, and characters parsed or written, without asking for the time. */
const atOnce = 64 * 1024;
/** Characters of one node, and of all that is beside the nodes. */
const largestPiece = 2 * 1024 * 1024;

/** Gives the loop back when this slice has taken long enough. */
export function createPauses(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < sliceMs) return;
    await setImmediate();
    since = performance.now();
  };
}

/** Parses `{ "flows": […], … }`, in whatever order. @throws Error when it is not JSON, or one node is too large. */
export async function parseFlowsText(text: string): Promise<unknown> {
  if (text.length <= atOnce) return JSON.parse(text);
  const pause = createPauses();
  const places = await findNodes(text, pause);
  const [first, last] = [places[0]?.[0] ?? text.length, places.at(-1)?.[1] ?? text.length];
  const outer: unknown = JSON.parse(bounded(text.slice(0, first) + text.slice(last)));
  if (places.length === 0) return outer;
  const isWhole = isObject(outer) && Array.isArray(outer["flows"]) && outer["flows"].length === 0;
  if (!isWhole) throw new Error("its flows are no list of nodes");
  return { ...outer, flows: await parseNodes(text, places, pause) };
}

type Place = readonly [start: number, end: number];

/** Where the nodes stand: objects in a list in the outermost object. */
async function findNodes(text: string, pause: () => Promise<void>): Promise<readonly Place[]> {
  const found = new NodePlaces();
  let next = atOnce;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charCodeAt(at);
    if (sign === quote) at = endOfString(text, at);
    else if (sign === brace || sign === bracket) found.open(at);
    else if (sign === endBrace || sign === endBracket) found.close(sign, at);
    if (at < next) continue;
    next = at + atOnce;
    await pause();
  }
  return found.places;
}

const [quote, backslash, brace, endBrace, bracket, endBracket] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d] as const;
/** Levels around a node: the outermost object and its list. */
const around = 2;

class NodePlaces {
  readonly places: Place[] = [];
  #depth = 0;
  #start = 0;

  open(at: number): void {
    if (this.#depth === around) this.#start = at;
    this.#depth += 1;
  }

  close(sign: number, at: number): void {
    this.#depth -= 1;
    if (this.#depth === around && sign === endBrace) this.places.push([this.#start, at + 1]);
  }
}

/** The quote that ends a string; the end of the text when there is none. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return text.length;
}

async function parseNodes(text: string, places: readonly Place[], pause: () => Promise<void>): Promise<readonly unknown[]> {
  const nodes: unknown[] = [];
  let before: number | null = null;
  for (const [start, end] of groups(places)) {
    if (before !== null && text.slice(before, start).trim() !== ",") throw new Error("its flows are no list of nodes");
    before = end;
    for (const node of JSON.parse(`[${bounded(text.slice(start, end))}]`) as readonly unknown[]) nodes.push(node);
    await pause();
  }
  return nodes;
}

/** Several nodes in one piece: a call for each would cost more than the parsing. */
function* groups(places: readonly Place[]): Generator<Place> {
  let open: Place | null = null;
  for (const [start, end] of places) {
    open = [open?.[0] ?? start, end];
    if (end - open[0] < atOnce) continue;
    yield open;
    open = null;
  }
  if (open !== null) yield open;
}

function bounded(piece: string): string {
  if (piece.length <= largestPiece) return piece;
  throw new Error(`one node, or the part beside the nodes, is longer than ${largestPiece} characters, the limit`);
}

/** The same, the other way round. */
export async function writeFlowsText(rev: string, nodes: readonly unknown[]): Promise<string> {
  return `{"rev":${JSON.stringify(rev)},"flows":${await writeNodes(nodes)}}`;
}

/** A change of single tabs: those that go, and the nodes that come. */
export async function writeSpliceText(rev: string, gone: readonly string[], added: readonly unknown[]): Promise<string> {
  return `{"rev":${JSON.stringify(rev)},"gone":${JSON.stringify(gone)},"added":${await writeNodes(added)}}`;
}

async function writeNodes(nodes: readonly unknown[]): Promise<string> {
  const pause = createPauses();
  const parts: string[] = [];
  for (const node of nodes) {
    parts.push(JSON.stringify(node));
    await pause();
  }
  return `[${parts.join(",")}]`;
}
