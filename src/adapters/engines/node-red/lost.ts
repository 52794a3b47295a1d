/** What an export of Node-RED may hold and a definition does not: refused in words for the author, where something would be lost without a word. */

import { type FlowNode, isEmpty, isList, isObject, short, stringsOf } from "./flow-nodes.ts";

/** @throws Error with the first reason. */
export function refuseWhatWouldBeLost(exported: readonly FlowNode[]): void {
  const tabs = exported.filter((node) => node.type === "tab");
  if (tabs.length > 1)
    throw new Error(
      `the export has ${tabs.length} tabs (${labelsOf(tabs)}); a process is one tab. In the editor open one, choose Export, "current flow", and save it as this file; do the same for each other one, as a process of its own. Links between two tabs do not work then: let one call the other by HTTP, or move both onto one tab`,
    );
  const disabled = tabs.find((tab) => tab["disabled"] === true);
  if (disabled) throw new Error(`the exported tab "${labelOf(disabled)}" is disabled; enable it in the editor and export again`);
  const scoped = exported.find((node) => node["scope"] === "group");
  if (scoped)
    throw new Error(`node "${scoped.id}" (${scoped.type}) works on its group only; groups are not kept, so select its nodes instead`);
  const group = exported.find((node) => node.type === "group" && !isEmpty(node["env"]));
  if (group) throw new Error(`group "${group.id}" has environment variables; groups are not kept, so move them to the tab`);
  refuseOtherTabs(exported, tabs[0]?.id ?? null);
  for (const node of exported) refuseOddWires(node);
}

/** Node-RED runs no node whose tab or subflow is missing; in a definition all of them would run. A selection without its tab is one place. */
function refuseOtherTabs(exported: readonly FlowNode[], tab: string | null): void {
  const templates = new Set(exported.flatMap((node) => (node.type === "subflow" ? [node.id] : [])));
  let place = tab;
  for (const node of exported) {
    const { z } = node;
    if (typeof z !== "string" || z === "" || templates.has(z) || !isOnCanvas(node)) continue;
    place ??= z;
    if (z !== place)
      throw new Error(
        `node "${short(node.id)}" (${short(node.type)}) is on "${short(z)}", a tab or subflow that the export does not contain; export one whole tab with its subflows`,
      );
  }
}

function isOnCanvas({ type, x, y }: FlowNode): boolean {
  return typeof x === "number" && typeof y === "number" && type !== "group";
}

function refuseOddWires({ id, wires }: FlowNode): void {
  if (wires === undefined || wires === null) return;
  const isSound = isList(wires) && wires.every((output) => isList(output) && stringsOf(output).length === output.length);
  if (!isSound) throw new Error(`the wires of node "${short(id)}" are no list of outputs, each a list of ids of nodes`);
}

/** Written by every Node-RED 4 beside the flows: without variables it says nothing but which modules were used. */
export function isIdleGlobalConfig({ type, env }: FlowNode): boolean {
  return type === "global-config" && isEmpty(env);
}

/** Node-RED's own answers and files may hold all credentials in one place; the nodes would never get them. */
export function refuseCredentialsBeside({ credentials }: Readonly<Record<string, unknown>>): void {
  if (!isObject(credentials) || Object.keys(credentials).length === 0) return;
  throw new Error(
    "the export has credentials in a separate object, which is not read: remove them, and name them in the nodes (docs/config-repository.md, Credentials of nodes)",
  );
}

/** The first of them: what to do must not be cut off. */
function labelsOf(tabs: readonly FlowNode[]): string {
  const some = tabs.slice(0, 5).map((tab) => short(labelOf(tab)));
  return [...some, ...(tabs.length > some.length ? ["…"] : [])].join(", ");
}

function labelOf(tab: FlowNode): string {
  return typeof tab["label"] === "string" && tab["label"] !== "" ? tab["label"] : tab.id;
}
