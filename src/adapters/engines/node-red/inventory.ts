/** Asks every instance what it holds and folds the answers into one list of installed units. */

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

/** A unit with what it was made of. */
interface Made {
  readonly found: readonly Found[];
  readonly views: number;
  readonly installed: Installed;
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

/** Folds answers. What has not changed since the last ones is given as the same objects: the unit, and the whole when nothing has. */
export function createFold(): (answers: readonly HostAnswer[]) => Inventory {
  let made: ReadonlyMap<string, Made> = new Map();
  let last: Inventory = { instances: [], installed: [] };
  return (answers) => {
    const views = answeredOf(answers);
    const next = new Map<string, Made>();
    for (const tab of new Set(views.flatMap((view) => [...view.tabs.keys()]))) next.set(tab, madeOf(tab, views, made.get(tab)));
    made = next;
    last = keptSame({ instances: answers.map(instanceOf), installed: [...next.values()].map(({ installed }) => installed) }, last);
    return last;
  };
}

function instanceOf(answer: HostAnswer): EngineInstance {
  return answer.kind === "silent" ? answer.instance : { id: answer.view.host.id, state: "ready", why: "" };
}

function keptSame(now: Inventory, before: Inventory): Inventory {
  const areSame = <T>(one: readonly T[], other: readonly T[], isSame: (left: T, right: T | undefined) => boolean): boolean =>
    one.length === other.length && one.every((each, index) => isSame(each, other[index]));
  const instances = areSame(now.instances, before.instances, isSameInstance) ? before.instances : now.instances;
  const installed = areSame(now.installed, before.installed, (one, other) => one === other) ? before.installed : now.installed;
  return instances === before.instances && installed === before.installed ? before : { instances, installed };
}

function isSameInstance(one: EngineInstance, other: EngineInstance | undefined): boolean {
  return one.id === other?.id && one.state === other.state && one.why === other.why;
}

function madeOf(tab: string, views: readonly View[], before: Made | undefined): Made {
  const found = views.flatMap(({ host, tabs, hasPlugin, workOf }): Found[] => {
    const seen = tabs.get(tab);
    return seen ? [{ instance: host.id, url: host.url, hasPlugin, seen, work: workOf(seen) }] : [];
  });
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
