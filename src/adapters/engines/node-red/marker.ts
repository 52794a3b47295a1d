/** The mark Pinion leaves in each tab it installs: which unit it is, and what each of its nodes looked like, so that edits by hand are seen and named. */

import { createHash } from "node:crypto";
import type { Digest, UnitRef } from "../../../domain/names.ts";
import type { Owner } from "./ownership.ts";
import { type FlowNode, canonicalText, isList, isObject } from "./flow-nodes.ts";

/** The tab's environment variable that holds the mark; an editor keeps it, unlike an unknown property. */
export const markerVariable = "PINION_UNIT";

export interface Marker extends UnitRef {
  /** Left out where only one owner deploys, and in marks of an earlier release. */
  readonly owner?: string;
  /** Short digest of each node by its id, the tab included (without the mark itself). */
  readonly nodes: Readonly<Record<string, string>>;
}

/** The tab with the mark, computed over all of the unit's nodes. */
export function mark(unit: UnitRef, tab: FlowNode, nodes: readonly FlowNode[], owner: Owner = null): FlowNode {
  const digests = Object.fromEntries([tab, ...nodes].map((node) => [node.id, nodeDigest(node)]));
  const { process, version, digest } = unit;
  const marker: Marker = { process, version, digest, ...(owner === null ? {} : { owner }), nodes: digests };
  const env = isList(tab["env"]) ? tab["env"] : [];
  return { ...tab, env: [...env, { name: markerVariable, type: "json", value: JSON.stringify(marker) }] };
}

/** Null for a tab that is not Pinion's, or whose mark was destroyed. */
export function readMarker(tab: FlowNode): Marker | null {
  const entry = isList(tab["env"]) ? tab["env"].find((each) => isObject(each) && each["name"] === markerVariable) : undefined;
  if (!isObject(entry) || typeof entry["value"] !== "string") return null;
  try {
    return parseMarker(JSON.parse(entry["value"]));
  } catch {
    return null;
  }
}

/** What was changed by hand, in one line; null when all is as it was installed. */
export function driftOf(marker: Marker, actual: readonly FlowNode[]): string | null {
  const expected = new Map(Object.entries(marker.nodes));
  const found = new Map(actual.map((node) => [node.id, node]));
  const differences = [
    ...actual.filter((node) => expected.has(node.id) && !isAsInstalled(marker, node)).map((node) => `${nameOf(node)} changed`),
    ...[...expected.keys()].filter((id) => !found.has(id)).map((id) => `node "${shortId(id)}" removed`),
    ...actual.filter((node) => !expected.has(node.id)).map((node) => `${nameOf(node)} added`),
  ];
  if (differences.length === 0) return null;
  return differences.length <= 3 ? differences.join(", ") : `${differences.slice(0, 3).join(", ")} and ${differences.length - 3} more`;
}

/** Whether a node is what the mark says of it. */
export function isAsInstalled({ nodes }: Marker, node: FlowNode): boolean {
  return nodes[node.id] === nodeDigest(node);
}

/** A node's id as its author wrote it, without the prefix of the unit. */
export function shortId(id: string): string {
  return id.slice(id.indexOf(".") + 1);
}

function nodeDigest(node: FlowNode): string {
  const { credentials: _, ...visible } = node;
  const env = isList(visible["env"])
    ? visible["env"].filter((each) => !(isObject(each) && each["name"] === markerVariable)).map(withoutSecret)
    : undefined;
  const text = canonicalText(env ? { ...visible, env } : visible);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** Node-RED never gives a secret back, so its place counts and its value does not. */
function withoutSecret(entry: Readonly<Record<string, unknown>> | FlowNode[string]): FlowNode[string] {
  if (!isObject(entry) || entry["type"] !== "cred") return entry as FlowNode[string];
  return { name: String(entry["name"]), type: "cred" };
}

function nameOf(node: FlowNode): string {
  if (node.type === "tab") return "the tab itself";
  return `node "${shortId(node.id)}"`;
}

function parseMarker(value: unknown): Marker | null {
  if (!isObject(value)) return null;
  const { process, version, digest, owner, nodes } = value;
  if (typeof process !== "string" || typeof version !== "string" || !isDigest(digest) || !isObject(nodes)) return null;
  const digests = Object.fromEntries(Object.entries(nodes).map(([id, each]) => [id, String(each)]));
  return { process, version, digest, ...(typeof owner === "string" ? { owner } : {}), nodes: digests };
}

function isDigest(value: unknown): value is Digest {
  return typeof value === "string" && value.startsWith("sha256-");
}
