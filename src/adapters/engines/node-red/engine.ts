/** The engine port over any number of Node-RED instances, embedded or remote: each call asks, changes and confirms. */

import { PinionError } from "../../../domain/errors.ts";
import type { Digest, ProcessId, UnitRef } from "../../../domain/names.ts";
import { type FlowsPermit, whyNotFlow } from "../../../domain/config/permits.ts";
import type { DeploymentUnit } from "../../../domain/desired/unit.ts";
import type { Engine, InstallResult, ReadBack } from "../../../ports/engine.ts";
import { type CompiledUnit, compileUnit } from "./compile.ts";
import type { DeployLimits } from "./deploy.ts";
import { openDraft } from "./draft.ts";
import type { Host } from "./host.ts";
import { type Installing, type Refused, installOn, removeFrom } from "./install.ts";
import { type Contest, createContest, describeStrangers, type Owner } from "./ownership.ts";
import { readBack } from "./read-back.ts";
import { type InstalledTab, installedTabs, summarize, type TabSummary } from "./tabs.ts";
import { type HostAnswer, type View, answeredOf, createFold, isArmed, look } from "./inventory.ts";

export interface NodeRedEngineOptions {
  /** The instances as they are now. */
  readonly hosts: () => readonly Host[];
  readonly limits?: DeployLimits;
  /** Whose this engine's tabs are; null: nobody else deploys there. */
  readonly owner?: Owner;
  /** What people should know beside what is seen. */
  readonly notes?: () => readonly string[];
  /** What flows may contain; null: whatever Node-RED knows. */
  readonly allow?: FlowsPermit | null;
}

const defaultLimits: DeployLimits = { startTimeoutMs: 30_000, returnTimeoutMs: 30_000, recoveryMs: 2_000 };

export function createNodeRedEngine({
  hosts,
  limits = defaultLimits,
  allow = null,
  owner = null,
  notes = () => [],
}: NodeRedEngineOptions): Engine {
  const contest = createContest();
  // Who asks about the work of all, and who asks about that of some, must not take each other's answers for changes.
  const [foldAll, foldSome] = [createFold(), createFold()];
  return {
    kind: "node-red",
    notes: () => [...notes(), ...hosts().flatMap((host) => describeStrangers(host.reader.strangers(), owner, host.id)), ...contest.notes()],
    deaths: () => hosts().flatMap((host) => host.keeper?.deaths() ?? []),
    inventory: async (counted) => {
      const answers = await Promise.all(hosts().map((host) => look(host, counted ?? null)));
      if (answeredOf(answers).length === 0) throw nobodyAnswers(answers);
      const inventory = counted === undefined ? foldAll(answers, null) : foldSome(answers, counted);
      if (owner !== null) contest.seen(inventory.installed);
      return inventory;
    },
    ensureInstalled: (units, on, beforeReplacing) => {
      contest.installing(units);
      const compiled = units.map((unit) => compileOrRefuse(unit, { allow, owner, contest }));
      return ensureInstalled(hostsOn(hosts(), on), compiled, { ...limits, beforeReplacing });
    },
    readBack: (unit) => readBackFrom(hosts(), compileUnit(unit, owner)),
    ensureRemoved: (units) => {
      contest.removing(units);
      return removeEverywhere(hosts(), units, limits);
    },
    ensureArmed: (armed) => ensureArmed(hosts(), armed),
  };
}

function hostsOn(hosts: readonly Host[], on: readonly string[] | undefined): readonly Host[] {
  return on === undefined ? hosts : hosts.filter((host) => on.includes(host.id));
}

async function ensureInstalled(
  hosts: readonly Host[],
  compiled: readonly (CompiledUnit | Refused)[],
  limits: Installing,
): Promise<readonly InstallResult[]> {
  const runnable = compiled.flatMap((each) => ("tab" in each ? [each] : []));
  const bad = await installEverywhere(hosts, runnable, limits);
  return compiled.map((each) => ("tab" in each ? (bad.get(each.tab) ?? { kind: "installed", unit: each.unit }) : each));
}

/** One instance goes first, so that a unit that kills what runs it kills one and not all. */
async function installEverywhere(
  hosts: readonly Host[],
  units: readonly CompiledUnit[],
  limits: Installing,
): Promise<ReadonlyMap<string, Refused>> {
  const bad = new Map<string, Refused>();
  const silent: unknown[] = [];
  const install = async (host: Host, wanted: readonly CompiledUnit[]): Promise<void> => {
    for (const [tab, each] of await installOn(host, wanted, limits)) bad.set(tab, bad.get(tab) ?? each);
  };
  const waiting = hosts.filter((host) => host.state === "ready");
  let someoneAnswered = false;
  while (waiting.length > 0 && !someoneAnswered) {
    const [first] = waiting.splice(0, 1);
    if (first) someoneAnswered = await succeeds(() => install(first, units), silent);
  }
  if (!someoneAnswered) throw unreachable(hosts, silent);
  const accepted = units.filter((unit) => !bad.has(unit.tab));
  await Promise.all(waiting.map((host) => succeeds(() => install(host, accepted), silent)));
  return bad;
}

/** Records an instance that is down and goes on; anything else is a bug and stays loud. */
async function succeeds(work: () => Promise<void>, silent: unknown[]): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof PinionError && error.code === "engine/unreachable")) throw error;
    silent.push(error);
    return false;
  }
}

/** From the first instance on which it is not as it was installed. */
async function readBackFrom(hosts: readonly Host[], unit: CompiledUnit): Promise<ReadBack | null> {
  const silent: unknown[] = [];
  const ready = hosts.filter((host) => host.state === "ready");
  let found: ReadBack | null = null;
  for (const host of ready) {
    await succeeds(async () => void (found = await readBackOn(host, unit)), silent);
    if (found !== null) return found;
  }
  if (silent.length === ready.length) throw unreachable(hosts, silent);
  return null;
}

async function readBackOn(host: Host, unit: CompiledUnit): Promise<ReadBack | null> {
  const isOf = ({ marker }: Pick<InstalledTab, "marker">): boolean => marker.digest === unit.unit.digest;
  const draft = await openDraft(
    host,
    (present) => new Set([...present.values()].filter(({ summary }) => isOf(summary)).map(({ summary }) => summary.tab)),
  );
  if (draft === null) throw new PinionError("engine/unreachable", `another program deploys to ${host.id} at the moment`);
  const installed = [...installedTabs(draft.nodes, host.owner).values()].find(isOf);
  const summary = installed && summarize(installed);
  return installed && summary?.drift ? readBack(unit, summary, installed.nodes) : null;
}

async function removeEverywhere(hosts: readonly Host[], units: readonly UnitRef[], limits: DeployLimits): Promise<void> {
  const silent: unknown[] = [];
  const remove = async (host: Host): Promise<void> => {
    const deployed = await removeFrom(host, units, limits);
    if (deployed.kind === "not-started")
      throw new PinionError("engine/unreachable", `${host.id} does not start its flows: ${deployed.why}`);
  };
  const done = await Promise.all(hosts.filter((host) => host.state === "ready").map((host) => succeeds(() => remove(host), silent)));
  if (!done.includes(true)) throw unreachable(hosts, silent);
}

/** Everywhere the old one stops before anywhere the new one starts. */
async function ensureArmed(hosts: readonly Host[], desired: ReadonlyMap<ProcessId, Digest | null>): Promise<void> {
  const answers = await Promise.all(hosts.map((host) => look(host, new Set())));
  const views = answeredOf(answers);
  if (views.length === 0) throw nobodyAnswers(answers);
  const plans = views.map((view) => ({ view, ...armingOf(view, views, desired) }));
  await Promise.all(plans.filter(({ disarm }) => disarm.length > 0).map(({ view, disarm }) => view.host.client.arm({ arm: [], disarm })));
  await Promise.all(plans.filter(({ arm }) => arm.length > 0).map(({ view, arm }) => view.host.client.arm({ arm, disarm: [] })));
}

function armingOf(
  view: View,
  views: readonly View[],
  desired: ReadonlyMap<ProcessId, Digest | null>,
): { readonly arm: readonly string[]; readonly disarm: readonly string[] } {
  const named = [...view.tabs.values()].filter(({ summary }) => desired.has(summary.marker.process));
  const fires = ({ tab, marker }: TabSummary): boolean => desired.get(marker.process) === marker.digest && chosen(tab, views) === view;
  return {
    arm: named.filter((seen) => fires(seen.summary) && !isArmed(seen) && view.hasPlugin).map(({ summary }) => summary.tab),
    disarm: named.filter((seen) => !fires(seen.summary) && isArmed(seen)).map(({ summary }) => summary.tab),
  };
}

/** The instance that already fires keeps firing; when two do, the first. */
function chosen(tab: string, views: readonly View[]): View | undefined {
  const having = views.filter((view) => view.tabs.has(tab));
  return having.find((view) => isArmed(view.tabs.get(tab))) ?? having[0];
}

interface Compiling {
  readonly allow: FlowsPermit | null;
  readonly owner: Owner;
  readonly contest: Contest;
}

function compileOrRefuse(unit: DeploymentUnit, { allow, owner, contest }: Compiling): CompiledUnit | Refused {
  const [forbidden] = allow === null ? [] : whyNotFlow(allow, unit.definition);
  if (forbidden !== undefined) return refused(unit, forbidden);
  const contested = contest.whyNot(unit);
  if (contested !== null) return { ...refused(unit, contested), code: "engine/contested" };
  try {
    return compileUnit(unit, owner);
  } catch (error) {
    if (!(error instanceof PinionError)) throw error;
    return refused(unit, error.message);
  }
}

function refused({ process, version, digest }: UnitRef, detail: string): Refused {
  return { kind: "refused", unit: { process, version, digest }, code: "engine/refused", detail };
}

function nobodyAnswers(answers: readonly HostAnswer[]): PinionError {
  const reasons = answers.flatMap((each) =>
    each.kind === "silent" ? [`${each.instance.id}: ${each.instance.why || each.instance.state}`] : [],
  );
  return new PinionError("engine/unreachable", `no Node-RED instance answers (${reasons.join("; ") || "there is none"})`);
}

function unreachable(hosts: readonly Host[], silent: readonly unknown[]): PinionError {
  const reasons = [
    ...hosts.filter((host) => host.state !== "ready").map((host) => `${host.id}: ${host.why || host.state}`),
    ...silent.map((error) => (error instanceof Error ? error.message : String(error))),
  ];
  return new PinionError("engine/unreachable", `no Node-RED instance answers (${reasons.join("; ") || "there is none"})`);
}
