/**
 * What one instance holds and runs, asked at each look and read only where it has changed: Pinion's plugin there tells what that is. Without
 * it, or with one of an earlier release, all flows are read whenever their revision is another one.
 */

import type { RuntimeState, TabWork } from "./answers.ts";
import type { NodeRedClient } from "./client.ts";
import type { Owner } from "./ownership.ts";
import { type Counted, type SeenTab, unlessSame } from "./seen-tab.ts";
import { createTabSummaries, strangersIn, type TabSummary } from "./tabs.ts";
import { ToldTabs } from "./told-tabs.ts";

/** One instance's answer. */
export interface Look {
  /** The owner's tabs; the same map as before when nothing has changed. */
  readonly tabs: ReadonlyMap<string, SeenTab>;
  /** Of the flows of which they are. */
  readonly rev: string;
  readonly hasPlugin: boolean;
  /** Whether single tabs can be read and changed. */
  readonly canSplice: boolean;
  /** Null: nobody asked, or nobody can tell. */
  workOf(tab: SeenTab): TabWork | null;
}

export interface FlowsReader {
  /** One look after the other. @throws `engine/unreachable`. */
  look(client: NodeRedClient, counted: Counted): Promise<Look>;
  /** As far as is known; null: nobody has looked yet. */
  canSplice(): boolean | null;
  /** Other owners that had tabs there when it was looked at last. */
  strangers(): ReadonlySet<string>;
}

export function createFlowsReader(owner: Owner = null): FlowsReader {
  const told = new ToldTabs(owner);
  const whole = createWholeReader(owner);
  let canSplice: boolean | null = null;
  let strangers = (): ReadonlySet<string> => told.strangers();
  let queue: Promise<unknown> = Promise.resolve();

  async function lookNow(client: NodeRedClient, counted: Counted): Promise<Look> {
    const changes = await told.follow(client, counted);
    canSplice = changes?.canSplice ?? false;
    strangers = changes ? () => told.strangers() : whole.strangers;
    if (!changes) return whole.look(client, counted);
    const { rev, work } = changes;
    return { tabs: await told.tabs(client), rev, hasPlugin: true, canSplice, workOf: workIn(work, counted) };
  }
  return {
    canSplice: () => canSplice,
    strangers: () => strangers(),
    look(client, counted) {
      const looked = queue.then(() => lookNow(client, counted));
      queue = looked.catch(() => undefined);
      return looked;
    },
  };
}

const nothingDone: TabWork = { inFlight: 0, counts: { finished: 0, errors: 0 } };

function workIn(work: ReadonlyMap<string, TabWork>, counted: Counted): Look["workOf"] {
  return ({ summary: { tab, marker }, running }) => {
    if (counted !== null && !counted.has(marker.process)) return null;
    return running === null ? { inFlight: 0, counts: null } : (work.get(tab) ?? nothingDone);
  };
}

/** Reads all flows, unless their revision is the one that was read last: it is a digest of them. */
function createWholeReader(owner: Owner): Pick<FlowsReader, "strangers" | "look"> {
  const summaries = createTabSummaries();
  let last: { readonly rev: string; readonly tabs: ReadonlyMap<string, TabSummary>; readonly strangers: ReadonlySet<string> } | null = null;
  let seen: ReadonlyMap<string, SeenTab> = new Map();

  async function read(client: NodeRedClient, state: RuntimeState | null): Promise<NonNullable<typeof last>> {
    if (last !== null && state !== null && state.rev === last.rev) return last;
    const { nodes, rev } = await client.flows();
    if (last?.rev !== rev) last = { rev, tabs: await summaries(nodes, owner), strangers: strangersIn(nodes, owner) };
    return last;
  }
  return {
    strangers: () => last?.strangers ?? new Set(),
    async look(client, counted) {
      const state = await client.state();
      const { rev, tabs } = await read(client, state);
      seen = keptSame(new Map([...tabs].map(([tab, summary]) => [tab, { summary, running: state?.tabs.get(tab) ?? null }])), seen);
      return { tabs: seen, rev, hasPlugin: state !== null, canSplice: false, workOf: workIn(state?.tabs ?? new Map(), counted) };
    },
  };
}

/** Each tab as the object that it was, and the same map, where nothing has changed. */
function keptSame(now: ReadonlyMap<string, SeenTab>, before: ReadonlyMap<string, SeenTab>): ReadonlyMap<string, SeenTab> {
  const kept = new Map([...now].map(([tab, seen]) => [tab, unlessSame(seen, before.get(tab))]));
  const isSame = kept.size === before.size && [...kept].every(([tab, seen]) => before.get(tab) === seen);
  return isSame ? before : kept;
}
