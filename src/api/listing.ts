/** Lists of processes as somebody asks for them: filtered, sorted, a page at a time; and how many there are of each kind. Pure. */

import type { DeploymentPhase, Health, SyncStatus } from "../domain/journal/status.ts";
import type { ProcessesQuery } from "../schemas/queries.ts";
import { type Place, readCursor, writeCursor } from "./cursors.ts";
import type { Overview, ProcessView } from "./views.ts";

type SortKey = NonNullable<ProcessesQuery["sort"]>;

/** One page of a list. */
export interface Page {
  readonly processes: readonly ProcessView[];
  /** How many there are on all pages. */
  readonly total: number;
  /** What the next page is asked with; null: this is the last one. */
  readonly next: string | null;
}

const defaultLimit = 100;

/** What needs somebody comes first. */
const urgency: readonly Health[] = ["Degraded", "Missing", "Suspended", "Progressing", "Healthy"];

/** By this, and then by environment and process, so that every process has a place of its own. */
const places: Readonly<Record<SortKey, (view: ProcessView) => Place>> = {
  environment: ({ environment, process }) => [environment, process],
  process: ({ environment, process }) => [process, environment],
  health: ({ health, environment, process }) => [urgency.indexOf(health), environment, process],
  // The newest first.
  since: ({ since, environment, process }) => [-since, environment, process],
};

/** @throws `usage/invalid` for a cursor that no page has given. */
export function listProcesses({ environments }: Overview, query: ProcessesQuery): Page {
  const placeOf = places[query.sort ?? "environment"];
  const found = environments
    .flatMap(({ processes }) => processes)
    .filter((view) => isAskedFor(view, query))
    .map((view) => ({ view, place: placeOf(view) }))
    .toSorted((one, other) => compare(one.place, other.place));
  const after = query.cursor === undefined ? null : readCursor(query.cursor, 2);
  const rest = after === null ? found : found.filter(({ place }) => compare(place, after) > 0);
  const page = rest.slice(0, query.limit ?? defaultLimit);
  const last = page.at(-1);
  const next = last !== undefined && page.length < rest.length ? writeCursor(last.place) : null;
  return { processes: page.map(({ view }) => view), total: found.length, next };
}

function isAskedFor(view: ProcessView, { q, ...query }: ProcessesQuery): boolean {
  const exact = ["environment", "process", "phase", "health", "sync"] as const;
  if (exact.some((name) => query[name] !== undefined && query[name] !== view[name])) return false;
  if (q === undefined) return true;
  const wanted = q.toLowerCase();
  return [view.process, view.desired ?? "", view.reason.text].some((text) => text.toLowerCase().includes(wanted));
}

function compare(one: Place, other: Place): number {
  for (const [index, part] of one.entries()) {
    const opposite = other[index] ?? "";
    if (part !== opposite) return part < opposite ? -1 : 1;
  }
  return 0;
}

/** How many processes are in each state. */
export interface Summary {
  readonly total: number;
  readonly health: Readonly<Record<Health, number>>;
  readonly sync: Readonly<Record<SyncStatus, number>>;
  /** Of their newest deployments; those that never had one are not in it. */
  readonly phase: Readonly<Record<DeploymentPhase, number>>;
  /** Deployments under way. */
  readonly underWay: number;
  /** Versions in quarantine. */
  readonly quarantined: number;
}

export function summarise(views: readonly ProcessView[]): Summary {
  const summary = {
    total: views.length,
    health: { Healthy: 0, Progressing: 0, Degraded: 0, Suspended: 0, Missing: 0 },
    sync: { Synced: 0, OutOfSync: 0, Unknown: 0 },
    phase: { Pending: 0, Running: 0, Succeeded: 0, Failed: 0, RolledBack: 0, Superseded: 0, Aborted: 0 },
    underWay: views.filter(({ progress }) => progress !== null).length,
    quarantined: views.reduce((sum, { quarantined }) => sum + quarantined.length, 0),
  } satisfies Summary;
  for (const { health, sync, phase } of views) {
    summary.health[health] += 1;
    summary.sync[sync] += 1;
    if (phase !== null) summary.phase[phase] += 1;
  }
  return summary;
}
