/** Installs units on one instance: few deploys for many units, and a bad unit is found, refused and leaves no trace. */

import { setTimeout as pause } from "node:timers/promises";
import type { UnitRef } from "../../../domain/names.ts";
import type { BeforeReplacing, InstallResult } from "../../../ports/engine.ts";
import type { CompiledUnit } from "./compile.ts";
import { type Deployed, type DeployLimits, deploy } from "./deploy.ts";
import type { About, Edit } from "./draft.ts";
import type { FlowNode } from "./flow-nodes.ts";
import type { Look } from "./flows-reader.ts";
import type { Host } from "./host.ts";
import { driftOf, readMarker, shortId } from "./marker.ts";
import { readBack } from "./read-back.ts";
import { isUpWithin } from "./readiness.ts";
import { type InstalledTab, installedTabs, summarize } from "./tabs.ts";

export type Refused = Extract<InstallResult, { kind: "refused" }>;

export interface Installing extends DeployLimits {
  readonly beforeReplacing?: BeforeReplacing | undefined;
}

/** Those that were refused, by tab; all others run. @throws `engine/unreachable`. */
export async function installOn(host: Host, units: readonly CompiledUnit[], limits: Installing): Promise<ReadonlyMap<string, Refused>> {
  if (units.length === 0) return new Map();
  const known = await host.client.nodeTypes();
  const withPlugin = (await host.client.starts()) !== null;
  const early = units.flatMap((unit) => unrunnableHere(unit, known, withPlugin));
  const refused = new Map(early);
  const rest = units.filter((unit) => !refused.has(unit.tab));
  const late = await host.queue(() => installTogether(host, rest, limits));
  return new Map([...refused, ...late]);
}

/** Takes units out. @throws `engine/unreachable`. */
export async function removeFrom(host: Host, units: readonly UnitRef[], limits: DeployLimits): Promise<Deployed> {
  const edit = (nodes: readonly FlowNode[]): Edit | null => {
    const present = tabsOf(units, installedTabs(nodes, host.owner).values());
    return present.size === 0 ? null : { gone: present, added: [] };
  };
  return host.queue(() => deploy(host, { about: holding(units), edit }, limits));
}

/** The tabs that hold one of these units. */
function tabsOf(units: readonly UnitRef[], present: Iterable<Pick<InstalledTab, "tab" | "marker">>): ReadonlySet<string> {
  const wanted = new Set(units.map(keyOf));
  return new Set([...present].filter(({ marker }) => wanted.has(keyOf(marker))).map(({ tab }) => tab));
}

function holding(units: readonly UnitRef[]): About {
  return (present) =>
    tabsOf(
      units,
      [...present.values()].map(({ summary }) => summary),
    );
}

function keyOf({ process, version, digest }: UnitRef): string {
  return `${process} ${version} ${digest}`;
}

function unrunnableHere(unit: CompiledUnit, known: ReadonlySet<string>, withPlugin: boolean): readonly (readonly [string, Refused])[] {
  const unknown = [...unit.types].filter((type) => !known.has(type));
  const names = unknown.map((type) => `"${type}"`).join(", ");
  if (unknown.length > 0) return [[unit.tab, refuse(unit, "engine/unknown-node-type", `Node-RED does not know the node type ${names}`)]];
  if (withPlugin || unit.triggers.length === 0) return [];
  const detail = `node "${unit.triggers[0]}" starts by itself, and this Node-RED has no Pinion plugin, which is needed to hold it back`;
  return [[unit.tab, refuse(unit, "engine/refused", detail)]];
}

async function installTogether(host: Host, units: readonly CompiledUnit[], limits: Installing): Promise<ReadonlyMap<string, Refused>> {
  if (units.length === 0) return new Map();
  const change = {
    about: tabsFor(units),
    edit: (nodes: readonly FlowNode[]) => putIn(nodes, units, host, limits.beforeReplacing),
  };
  const [first, ...others] = units;
  const once = await deploy(host, change, limits);
  const deployed = isDeath(once) && others.length === 0 ? await afterRecovery(limits, () => deploy(host, change, limits)) : once;
  if (deployed.kind === "running") {
    if (deployed.hasChanged) host.keeper?.installed(units.map(({ unit }) => unit));
    return lifeless(host, units, limits);
  }
  if (others.length === 0 && first) return new Map([[first.tab, blame(first, deployed)]]);
  const half = Math.ceil(units.length / 2);
  const left = await installTogether(host, units.slice(0, half), limits);
  return new Map([...left, ...(await installTogether(host, units.slice(half), limits))]);
}

/** An instance may die of something else at the wrong moment, so a unit is blamed for the second death only. */
async function afterRecovery<T>({ recoveryMs }: DeployLimits, again: () => Promise<T>): Promise<T> {
  await pause(recoveryMs);
  return again();
}

function isDeath(deployed: Deployed): boolean {
  return deployed.kind === "not-started" && deployed.cause === "died";
}

/** Their own tabs, and those that hold them under the name that an earlier release gave them. */
function tabsFor(units: readonly CompiledUnit[]): About {
  const held = holding(units.map(({ unit }) => unit));
  return (present) => new Set([...units.map(({ tab }) => tab), ...held(present)]);
}

/** Only what is missing or not as it should be is touched, so that what runs well is not disturbed. */
async function putIn(
  nodes: readonly FlowNode[],
  units: readonly CompiledUnit[],
  host: Host,
  beforeReplacing?: BeforeReplacing,
): Promise<Edit | null> {
  const present = installedTabs(nodes, host.owner);
  const wanting = units.filter((unit) => isWanting(unit, present.get(unit.tab)?.nodes));
  if (wanting.length === 0) return null;
  if (beforeReplacing) for (const edited of editedAmong(wanting, present)) await beforeReplacing(readBack(...edited));
  const held = tabsOf(
    wanting.map(({ unit }) => unit),
    present.values(),
  );
  return { gone: new Set([...wanting.map(({ tab }) => tab), ...held]), added: wanting.flatMap((unit) => unit.nodes) };
}

/** Those that were changed by hand. */
function editedAmong(units: readonly CompiledUnit[], present: ReadonlyMap<string, InstalledTab>): readonly Parameters<typeof readBack>[] {
  return units.flatMap((unit) => {
    const installed = present.get(unit.tab);
    const summary = installed && summarize(installed);
    return installed && summary?.drift ? [[unit, summary, installed.nodes] as const] : [];
  });
}

function isWanting(unit: CompiledUnit, present: readonly FlowNode[] | undefined): boolean {
  const [tab] = unit.nodes;
  const marker = tab ? readMarker(tab) : null;
  return present === undefined || marker === null || driftOf(marker, present) !== null;
}

/** Units that were deployed but do not live; they are taken out again. */
async function lifeless(host: Host, units: readonly CompiledUnit[], limits: DeployLimits): Promise<ReadonlyMap<string, Refused>> {
  const seen = await startedLook(host, units);
  const refused = seen.hasPlugin ? new Map(units.flatMap((unit) => withDeadNodes(unit, seen))) : await notUp(host, units, limits);
  const tabs = new Set(refused.keys());
  if (tabs.size > 0) await deploy(host, { about: () => tabs, edit: () => ({ gone: tabs, added: [] }) }, limits);
  return refused;
}

/** Another controller's deploy may have started meanwhile and not yet ours, so that what is missing is asked for again. */
async function startedLook(host: Host, units: readonly CompiledUnit[]): Promise<Look> {
  for (let left = host.owner ? 40 : 0; ; left -= 1) {
    const seen = await host.reader.look(host.client, new Set());
    if (!seen.hasPlugin || left <= 0 || units.every(({ tab }) => seen.tabs.get(tab)?.running)) return seen;
    await pause(100);
  }
}

function withDeadNodes(unit: CompiledUnit, { tabs }: Look): readonly (readonly [string, Refused])[] {
  const running = tabs.get(unit.tab)?.running;
  if (!running) return [[unit.tab, refuse(unit, "engine/unreachable", "Node-RED took the unit but does not run it")]];
  if (running.missing.length === 0) return [];
  const names = running.missing.map((id) => `"${shortId(id)}"`).join(", ");
  return [[unit.tab, refuse(unit, "engine/refused", `Node-RED could not start node ${names}; its log says why`)]];
}

/** Without the plugin nobody says when flows run, so each unit is asked. */
async function notUp(host: Host, units: readonly CompiledUnit[], limits: DeployLimits): Promise<ReadonlyMap<string, Refused>> {
  const why = `Node-RED took the unit, but it did not come up within ${limits.startTimeoutMs} ms`;
  const up = await Promise.all(units.map((unit) => isUpWithin(host.client, unit.tab, limits.startTimeoutMs)));
  return new Map(units.filter((_, index) => !up[index]).map((unit) => [unit.tab, refuse(unit, "engine/refused", why)]));
}

/** Types were checked before, so flows that do not start for want of one were broken by somebody else. */
function blame(unit: CompiledUnit, failed: Extract<Deployed, { kind: "not-started" }>): Refused {
  const detail = failed.cause === "refused" ? `the instance's flows do not start: ${failed.why}` : failed.why;
  return refuse(unit, failed.cause === "refused" ? "engine/unreachable" : "engine/refused", detail);
}

function refuse(unit: CompiledUnit, code: Refused["code"], detail: string): Refused {
  return { kind: "refused", unit: unit.unit, code, detail };
}
