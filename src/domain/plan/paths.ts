/** What a change does to public paths: who hands them over to whom, and who cannot have them. Pure. */

import { claimsBeside, firstRival, mostWork, type Rival } from "../paths/claims.ts";
import { formsOf, placeOf } from "../paths/clash.ts";
import type { PathForm } from "../paths/path-pattern.ts";
import type { EnvironmentSpec } from "../desired/environment.ts";
import { healthCheckOf } from "../validation/health.ts";
import type { ProcessId } from "../names.ts";
import { describeEndpoint, requestsOf } from "../observed/requests.ts";
import type { EnvironmentSnapshot, PinnedVersion } from "../desired/snapshot.ts";
import type { PublicEndpoint } from "../desired/unit.ts";
import type { PinChange } from "./pin-changes.ts";

/** Of a process that is taken out. */
export interface LeftPaths {
  /** Who serves them from then on. */
  readonly heirs: readonly ProcessId[];
  /** `GET /orders`: no process does. */
  readonly lost: readonly string[];
}

interface Around {
  readonly from: EnvironmentSnapshot | null;
  readonly to: EnvironmentSnapshot;
  isHeld(process: ProcessId): boolean;
}

/** Null: its paths are not known. `isHeld`: whose change will not happen. */
export function leftPaths(process: ProcessId, around: Around): LeftPaths | null {
  const { from, to } = around;
  const own = endpointsOf(from?.pins.get(process), to.spec, process);
  if (own === null) return null;
  const ownerOf = ownersAfter(around);
  const heirs = new Set<ProcessId>();
  const lost: string[] = [];
  for (const endpoint of own) {
    const owners = requestsOf(endpoint).map((request) => ownerOf.get(request));
    for (const owner of owners) if (owner !== undefined) heirs.add(owner);
    if (owners.includes(undefined)) lost.push(describeEndpoint(endpoint));
  }
  return { heirs: [...heirs], lost };
}

/** Who answers each request once everything that is not held has happened. */
function ownersAfter({ from, to, isHeld }: Around): ReadonlyMap<string, ProcessId> {
  const owners = new Map<string, ProcessId>();
  for (const [other, pinned] of to.pins) {
    const after = isHeld(other) ? from?.pins.get(other) : pinned;
    for (const request of (endpointsOf(after, to.spec, other) ?? []).flatMap(requestsOf)) owners.set(request, other);
  }
  return owners;
}

/** Changes that cannot happen since another process answers the same requests and keeps them, with the reason. */
export function clashesOf(
  changes: readonly PinChange[],
  from: EnvironmentSnapshot | null,
  to: EnvironmentSnapshot,
): ReadonlyMap<ProcessId, string> {
  const gains = changes.map((change) => [change.process, gainedBy(change, from, to)] as const);
  const everybody = Array.from(to.pins, ([other, pinned]) => [other, endpointsOf(pinned, to.spec, other) ?? []] as const);
  const places = claimsBeside(
    gains.flatMap(([, gained]) => gained),
    everybody,
  );
  const budget = { left: mostWork };
  const reasons = new Map<ProcessId, string>();
  for (const [process, gained] of gains) {
    const reason = whyTaken(gained, (form, endpoint) => firstRival({ process, form }, places.get(placeOf(endpoint, form)) ?? [], budget));
    if (reason !== null) reasons.set(process, reason);
  }
  return reasons;
}

/** What it answers then, and does not answer now. */
function gainedBy(
  { process, to: pinned }: PinChange,
  from: EnvironmentSnapshot | null,
  to: EnvironmentSnapshot,
): readonly PublicEndpoint[] {
  const held = endpointsOf(from?.pins.get(process), to.spec, process) ?? [];
  const had = new Set(held.flatMap(requestsOf));
  const own = endpointsOf(pinned ?? undefined, to.spec, process) ?? [];
  return own.filter((endpoint) => requestsOf(endpoint).some((request) => !had.has(request)));
}

/** A path that one of them gives up, and the other takes over. */
export interface PathMove {
  readonly giver: ProcessId;
  readonly taker: ProcessId;
  /** `GET /orders`. */
  readonly path: string;
}

/** All paths that change their owner. */
export function pathMoves(changes: readonly PinChange[], from: EnvironmentSnapshot | null, to: EnvironmentSnapshot): readonly PathMove[] {
  const moves = changes.map((change) => [change.process, movedBy(change, from, to)] as const);
  const lossOf = new Map(moves.flatMap(([giver, { losses }]) => [...losses].map(([request, path]) => [request, { giver, path }] as const)));
  return moves.flatMap(([taker, { gains }]) =>
    [...gains.keys()].flatMap((request) => {
      const loss = lossOf.get(request);
      return loss === undefined || loss.giver === taker ? [] : [{ ...loss, taker }];
    }),
  );
}

/** Requests with the paths that answer them. What cannot run changes nothing. */
function movedBy({ process, to: pinned }: PinChange, from: EnvironmentSnapshot | null, { spec }: EnvironmentSnapshot) {
  const before = answeredBy(endpointsOf(from?.pins.get(process), spec, process));
  const after = pinned?.kind === "broken" ? before : answeredBy(endpointsOf(pinned ?? undefined, spec, process));
  const without = (all: typeof before, some: typeof before) => new Map([...all].filter(([request]) => !some.has(request)));
  return { gains: without(after, before), losses: without(before, after) };
}

function answeredBy(endpoints: readonly PublicEndpoint[] | null): ReadonlyMap<string, string> {
  const all = endpoints ?? [];
  return new Map(all.flatMap((endpoint) => requestsOf(endpoint).map((request) => [request, describeEndpoint(endpoint)] as const)));
}

function whyTaken(gained: readonly PublicEndpoint[], rivalOf: (form: PathForm, endpoint: PublicEndpoint) => Rival | null): string | null {
  for (const endpoint of gained) {
    for (const form of formsOf(endpoint.path)) {
      const rival = rivalOf(form, endpoint);
      if (rival) return `${describeEndpoint(endpoint)} matches requests of ${rival.process}, too; a path has one owner`;
    }
  }
  return null;
}

/** Without the path that is asked for health, which all may have. Null: not known. */
function endpointsOf(
  pinned: PinnedVersion | undefined,
  spec: EnvironmentSpec | null,
  process: ProcessId,
): readonly PublicEndpoint[] | null {
  if (pinned?.kind !== "runnable") return null;
  const health = spec === null ? undefined : healthCheckOf(spec, process)?.path;
  return pinned.summary.endpoints.filter(({ path }) => path !== health);
}
