/** Asks every instance what it holds and folds the answers into one list of installed units. */

import type { EngineInstance, Installed, Inventory, Placement } from "../../../domain/desired/unit.ts";
import type { RuntimeState } from "./client.ts";
import { privatePath } from "./compile.ts";
import type { Host } from "./host.ts";
import type { TabSummary } from "./tabs.ts";

/** One instance's answer. */
export interface View {
  readonly host: Host;
  readonly tabs: ReadonlyMap<string, TabSummary>;
  /** Null without Pinion's plugin. */
  readonly state: RuntimeState | null;
}

export type HostAnswer =
  | { readonly kind: "answered"; readonly view: View }
  | { readonly kind: "silent"; readonly instance: EngineInstance };

/** Asks one instance; one that does not answer is `down`, with the reason. */
export async function look(host: Host): Promise<HostAnswer> {
  if (host.state !== "ready") return { kind: "silent", instance: { id: host.id, state: host.state, why: host.why } };
  try {
    const state = await host.client.state();
    return { kind: "answered", view: { host, tabs: await host.reader.tabs(host.client, state), state } };
  } catch (error) {
    return { kind: "silent", instance: { id: host.id, state: "down", why: error instanceof Error ? error.message : String(error) } };
  }
}

export function inventoryOf(answers: readonly HostAnswer[]): Inventory {
  const views = answeredOf(answers);
  const tabs = new Set(views.flatMap((view) => [...view.tabs.keys()]));
  return {
    instances: answers.map((each) => (each.kind === "silent" ? each.instance : { id: each.view.host.id, state: "ready", why: "" })),
    installed: [...tabs].map((tab) => installedOf(tab, views)),
  };
}

export function answeredOf(answers: readonly HostAnswer[]): readonly View[] {
  return answers.flatMap((each) => (each.kind === "answered" ? [each.view] : []));
}

export function isArmed(view: View, tab: string): boolean {
  return (view.state?.tabs.get(tab)?.armedAt ?? null) !== null;
}

function installedOf(tab: string, views: readonly View[]): Installed {
  const found = views.flatMap((view) => {
    const installed = view.tabs.get(tab);
    return installed ? [{ view, installed }] : [];
  });
  const [first] = found;
  if (!first) throw new Error(`tab ${tab} is in no view`);
  const drifted = found.find(({ installed }) => installed.drift !== null);
  const { process, version, digest } = first.installed.marker;
  return {
    process,
    version,
    digest,
    drift: drifted === undefined ? null : driftOn(drifted.view, drifted.installed, views.length),
    ...(drifted && { driftDigest: drifted.installed.content }),
    // Fires on two instances, after one came back, is as wrong as firing on none: both ask to be armed anew.
    armed: found.every(({ view }) => view.state === null) ? null : found.filter(({ view }) => isArmed(view, tab)).length === 1,
    endpoints: first.installed.endpoints,
    placements: found.map(({ view }) => placementOf(view, tab)),
  };
}

function driftOn(view: View, installed: TabSummary, views: number): string | null {
  const { drift } = installed;
  return drift === null || views === 1 ? drift : `${drift} (on ${view.host.id})`;
}

function placementOf({ host, state }: View, tab: string): Placement {
  const running = state?.tabs.get(tab);
  return {
    instance: host.id,
    address: host.url + privatePath(tab),
    ready: state === null || (running !== undefined && running.missing.length === 0),
    inFlight: running?.inFlight ?? 0,
    counts: running?.counts ?? null,
  };
}
