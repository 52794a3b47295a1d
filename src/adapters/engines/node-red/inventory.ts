/** Asks every instance what it holds and folds the answers into one list of installed units. */

import type { ProcessId } from "../../../domain/names.ts";
import { differingKeys, mapOf, withChanges } from "../../../domain/sharded-map.ts";
import type { EngineInstance, Installed, Inventory, Placement } from "../../../domain/desired/unit.ts";
import type { TabWork } from "./answers.ts";
import { privatePath } from "./compile.ts";
import type { Look } from "./flows-reader.ts";
import type { Host } from "./host.ts";
import type { Counted, SeenTab } from "./seen-tab.ts";

/** One instance's answer. */
export interface View extends Look {
  readonly host: Host;
}

export type HostAnswer =
  | { readonly kind: "answered"; readonly view: View }
  | { readonly kind: "silent"; readonly instance: EngineInstance };

/** Asks one instance; one that does not answer is `down`, with the reason. */
export async function look(host: Host, counted: Counted): Promise<HostAnswer> {
  if (host.state !== "ready") return { kind: "silent", instance: { id: host.id, state: host.state, why: host.why } };
  try {
    return { kind: "answered", view: { host, ...(await host.reader.look(host.client, counted)) } };
  } catch (error) {
    return { kind: "silent", instance: { id: host.id, state: "down", why: error instanceof Error ? error.message : String(error) } };
  }
}

export function answeredOf(answers: readonly HostAnswer[]): readonly View[] {
  return answers.flatMap((each) => (each.kind === "answered" ? [each.view] : []));
}

/** Whether its schedules and subscriptions fire. */
export function isArmed(seen: SeenTab | undefined): boolean {
  return (seen?.running?.armedAt ?? null) !== null;
}

/** One tab on one instance; of the whole view nothing is kept. */
interface Found {
  readonly instance: string;
  readonly url: string;
  readonly hasPlugin: boolean;
  readonly seen: SeenTab;
  /** Null: not asked for. */
  readonly work: TabWork | null;
}

/** A unit with what it was made of. */
interface Made {
  readonly found: readonly Found[];
  readonly views: number;
  readonly installed: Installed;
}

/** What an answer was folded of, as far as it can be compared at a glance. */
interface Folded {
  readonly views: readonly Pick<View, "host" | "tabs" | "hasPlugin">[];
  readonly made: ReadonlyMap<string, Made>;
  readonly tabsOf: ReadonlyMap<ProcessId, readonly string[]>;
  readonly counted: Counted;
  readonly inventory: Inventory;
}

const nothingFolded: Folded = {
  views: [],
  made: new Map(),
  tabsOf: new Map(),
  counted: new Set(),
  inventory: { instances: [], installed: [] },
};

/** Folds answers. What has not changed since the last ones is given as the same objects: the unit, and the whole when nothing has. */
export function createFold(): (answers: readonly HostAnswer[], counted: Counted) => Inventory {
  let last = nothingFolded;
  return (answers, counted) => {
    const views = answeredOf(answers);
    const touched = areAlike(views, last.views) ? touchedTabs(views, counted, last) : null;
    const made = touched === null ? madeOfAll(views, last) : madeAgain(touched, views, last);
    const units = made === last.made ? last.inventory.installed : Array.from(made.values(), ({ installed }) => installed);
    const tabsOf = touched === null ? byProcess(made) : tabsAfter(touched, made, last);
    const inventory = keptSame({ instances: answers.map(instanceOf), installed: units }, last.inventory);
    last = { views: views.map(({ host, tabs, hasPlugin }) => ({ host, tabs, hasPlugin })), made, tabsOf, counted, inventory };
    return inventory;
  };
}

/** At the same places, each of which tells as much as before. */
function areAlike(now: Folded["views"], before: Folded["views"]): boolean {
  return now.length === before.length && now.every((view, index) => isAlike(view, before[index]));
}

function isAlike({ host, hasPlugin }: Folded["views"][number], before: Folded["views"][number] | undefined): boolean {
  return hasPlugin === before?.hasPlugin && host.id === before.host.id && host.url === before.host.url;
}

/** Those that have changed, and those whose work was asked for, now or before. Null: all. */
function touchedTabs(views: Folded["views"], counted: Counted, last: Folded): ReadonlySet<string> | null {
  if (counted === null || last.counted === null) return null;
  const changed = views.flatMap(({ tabs }, index) => differingKeys(last.views[index]?.tabs ?? tabs, tabs));
  const asked = [...new Set([...counted, ...last.counted])].flatMap((process) => last.tabsOf.get(process) ?? []);
  return new Set([...changed, ...asked]);
}

function madeOfAll(views: readonly View[], last: Folded): Folded["made"] {
  const made = new Map<string, Made>();
  for (const { tabs } of views) for (const tab of tabs.keys()) if (!made.has(tab)) made.set(tab, madeOf(tab, views, last.made.get(tab)));
  return mapOf(made);
}

function madeAgain(touched: ReadonlySet<string>, views: readonly View[], { made }: Folded): Folded["made"] {
  const isThere = (tab: string): boolean => views.some(({ tabs }) => tabs.has(tab));
  return withChanges(
    made,
    Array.from(touched, (tab) => [tab, isThere(tab) ? madeOf(tab, views, made.get(tab)) : undefined] as const),
  );
}

/** By process, where a tab has come or gone. */
function tabsAfter(touched: ReadonlySet<string>, made: Folded["made"], last: Folded): Folded["tabsOf"] {
  const processOf = (tab: string, of: Folded["made"]): readonly ProcessId[] => {
    const one = of.get(tab);
    return one ? [one.installed.process] : [];
  };
  const isOther = (tab: string): boolean => processOf(tab, last.made)[0] !== processOf(tab, made)[0];
  const moved = [...touched].filter(isOther);
  const processes = new Set(moved.flatMap((tab) => [...processOf(tab, last.made), ...processOf(tab, made)]));
  const news = Array.from(processes, (process) => {
    const stay = (last.tabsOf.get(process) ?? []).filter((tab) => processOf(tab, made)[0] === process);
    const tabs = [...new Set([...stay, ...moved.filter((tab) => processOf(tab, made)[0] === process)])];
    return [process, tabs.length === 0 ? undefined : tabs] as const;
  });
  return withChanges(last.tabsOf, news);
}

function byProcess(made: ReadonlyMap<string, Made>): Folded["tabsOf"] {
  const tabsOf = new Map<ProcessId, string[]>();
  for (const [tab, { installed }] of made) {
    const known = tabsOf.get(installed.process);
    if (known) known.push(tab);
    else tabsOf.set(installed.process, [tab]);
  }
  return mapOf(tabsOf);
}

function instanceOf(answer: HostAnswer): EngineInstance {
  return answer.kind === "silent" ? answer.instance : { id: answer.view.host.id, state: "ready", why: "" };
}

function keptSame(now: Inventory, before: Inventory): Inventory {
  const areSame = <T>(one: readonly T[], other: readonly T[], isSame: (left: T, right: T | undefined) => boolean): boolean =>
    one.length === other.length && one.every((each, index) => isSame(each, other[index]));
  const instances = areSame(now.instances, before.instances, isSameInstance) ? before.instances : now.instances;
  const installed =
    now.installed === before.installed || areSame(now.installed, before.installed, (one, other) => one === other)
      ? before.installed
      : now.installed;
  return instances === before.instances && installed === before.installed ? before : { instances, installed };
}

function isSameInstance(one: EngineInstance, other: EngineInstance | undefined): boolean {
  return one.id === other?.id && one.state === other.state && one.why === other.why;
}

function madeOf(tab: string, views: readonly View[], before: Made | undefined): Made {
  const found: Found[] = [];
  for (const { host, tabs, hasPlugin, workOf } of views) {
    const seen = tabs.get(tab);
    if (seen) found.push({ instance: host.id, url: host.url, hasPlugin, seen, work: workOf(seen) });
  }
  if (before && before.views === views.length && areSameFound(found, before.found)) return before;
  return { found, views: views.length, installed: installedOf(tab, found, views.length) };
}

function areSameFound(now: readonly Found[], before: readonly Found[]): boolean {
  return now.length === before.length && now.every((one, index) => isSameFound(one, before[index]));
}

function isSameFound({ instance, url, hasPlugin, seen, work }: Found, before: Found | undefined): boolean {
  if (seen !== before?.seen || hasPlugin !== before.hasPlugin || !isSameWork(work, before.work)) return false;
  return instance === before.instance && url === before.url;
}

function isSameWork(one: TabWork | null, other: TabWork | null): boolean {
  if (one === null || other === null) return one === other;
  return one.inFlight === other.inFlight && one.counts?.finished === other.counts?.finished && one.counts?.errors === other.counts?.errors;
}

function installedOf(tab: string, found: readonly Found[], views: number): Installed {
  const [first] = found;
  if (!first) throw new Error(`tab ${tab} is in no view`);
  const drifted = found.find(({ seen }) => seen.summary.drift !== null);
  const { process, version, digest } = first.seen.summary.marker;
  return {
    process,
    version,
    digest,
    drift: drifted === undefined ? null : driftOn(drifted, views),
    ...(drifted && { driftDigest: drifted.seen.summary.content }),
    // Fires on two instances, after one came back, is as wrong as firing on none: both ask to be armed anew.
    armed: found.every(({ hasPlugin }) => !hasPlugin) ? null : found.filter(({ seen }) => isArmed(seen)).length === 1,
    endpoints: first.seen.summary.endpoints,
    placements: found.map((each) => placementOf(tab, each)),
  };
}

function driftOn({ instance, seen }: Found, views: number): string | null {
  const { drift } = seen.summary;
  return drift === null || views === 1 ? drift : `${drift} (on ${instance})`;
}

function placementOf(tab: string, { instance, url, hasPlugin, seen: { running }, work }: Found): Placement {
  return {
    instance,
    address: url + privatePath(tab),
    ready: !hasPlugin || (running !== null && running.missing.length === 0),
    inFlight: work === null ? null : work.inFlight,
    counts: work?.counts ?? null,
  };
}
