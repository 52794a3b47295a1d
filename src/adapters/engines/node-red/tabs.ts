/** Sorts an instance's flat list of nodes by the tab that owns them, and tells Pinion's tabs from everybody else's. */

import { createHash } from "node:crypto";
import type { PublicEndpoint } from "../../../domain/desired/unit.ts";
import { endpointsOf } from "./compile.ts";
import type { FlowNode } from "./flow-nodes.ts";
import { createPauses } from "./flows-text.ts";
import { isOwn, type Owner } from "./ownership.ts";
import { type Marker, driftOf, readMarker } from "./marker.ts";

export interface InstalledTab {
  readonly tab: string;
  readonly marker: Marker;
  /** Everything that belongs to it, the tab itself included. */
  readonly nodes: readonly FlowNode[];
}

/** The owner's tabs by id; what belongs to other tabs is not in it. */
export function installedTabs(nodes: readonly FlowNode[], owner: Owner = null): ReadonlyMap<string, InstalledTab> {
  const markers = new Map(markersOf(nodes).filter(([, marker]) => isOwn(marker, owner)));
  const owned = new Map<string, FlowNode[]>([...markers.keys()].map((tab) => [tab, []]));
  for (const node of nodes) owned.get(ownerOf(node))?.push(node);
  return new Map([...markers].map(([tab, marker]) => [tab, { tab, marker, nodes: owned.get(tab) ?? [] }]));
}

/** What an inventory tells of a tab. */
export interface TabSummary {
  readonly tab: string;
  readonly marker: Marker;
  readonly drift: string | null;
  /** Digest of all that belongs to it. */
  readonly content: string;
  readonly endpoints: readonly PublicEndpoint[];
}

export function summarizeTabs(nodes: readonly FlowNode[], owner: Owner = null): ReadonlyMap<string, TabSummary> {
  return new Map([...installedTabs(nodes, owner).values()].map((installed) => [installed.tab, summarize(installed)] as const));
}

/** The other owners that have tabs there. */
export function strangersIn(nodes: readonly FlowNode[], owner: Owner): ReadonlySet<string> {
  const strange = markersOf(nodes).filter(([, marker]) => !isOwn(marker, owner));
  return new Set(strange.flatMap(([, marker]) => marker.owner ?? []));
}

/** The same as `summarizeTabs`, in slices; a tab that is as it was the last time is not looked at again. */
export function createTabSummaries(): (nodes: readonly FlowNode[], owner?: Owner) => Promise<ReadonlyMap<string, TabSummary>> {
  let last: ReadonlyMap<string, TabSummary> = new Map();
  return async (nodes, owner) => {
    const pause = createPauses();
    const now = new Map<string, TabSummary>();
    for (const installed of installedTabs(nodes, owner).values()) {
      const content = contentOf(installed);
      const known = last.get(installed.tab);
      now.set(installed.tab, known?.content === content ? known : summarize(installed, content));
      await pause();
    }
    last = now;
    return now;
  };
}

/** Far cheaper than digests of all nodes in canonical order, and short: texts of all tabs would fill the memory. */
function contentOf({ nodes }: InstalledTab): string {
  return createHash("sha256").update(JSON.stringify(nodes)).digest("base64");
}

/** What an inventory tells of it; `content`: where its digest is known. */
export function summarize(installed: InstalledTab, content = contentOf(installed)): TabSummary {
  const { tab, marker, nodes } = installed;
  return { tab, marker, content, drift: driftOf(marker, nodes), endpoints: endpointsOf(tab, nodes) };
}

/** The list with the tabs named taken out and the given nodes put in; all else is left as it is. */
export function splice(nodes: readonly FlowNode[], gone: ReadonlySet<string>, added: readonly FlowNode[]): readonly FlowNode[] {
  return [...nodes.filter((node) => !gone.has(ownerOf(node))), ...added];
}

/** A node's tab is the part of its z, or of its own id, before the first dot: unit ids are built that way. */
export function ownerOf(node: FlowNode): string {
  const place = typeof node["z"] === "string" && node["z"] !== "" ? node["z"] : node.id;
  const dot = place.indexOf(".");
  return dot === -1 ? place : place.slice(0, dot);
}

function markersOf(nodes: readonly FlowNode[]): readonly (readonly [string, Marker])[] {
  return nodes
    .filter((node) => node.type === "tab")
    .flatMap((tab) => {
      const marker = readMarker(tab);
      return marker === null ? [] : [[tab.id, marker] as const];
    });
}
