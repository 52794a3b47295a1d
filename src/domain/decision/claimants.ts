/** Who claims which requests while paths change their owner, and so who keeps what another one would take over. */

import type { ProcessId } from "../names.ts";
import { describeEndpoint, requestsOf } from "../observed/requests.ts";
import type { PublicEndpoint } from "../desired/unit.ts";

/** Where each process is called. */
export type Claims = ReadonlyMap<ProcessId, readonly PublicEndpoint[]>;

interface Keeper {
  readonly process: ProcessId;
  readonly path: string;
}

interface Claimant extends Keeper {
  /** In which order they are looked at. */
  readonly place: number;
}

/** Who claims each request. */
function claimantsOf(claims: Claims): ReadonlyMap<string, readonly Claimant[]> {
  const all = [...claims].flatMap(([process, endpoints]) => endpoints.map((endpoint) => ({ process, endpoint })));
  const claimants = new Map<string, Claimant[]>();
  for (const [place, { process, endpoint }] of all.entries()) {
    const claimant: Claimant = { process, path: describeEndpoint(endpoint), place };
    for (const request of requestsOf(endpoint)) {
      const others = claimants.get(request);
      if (others) others.push(claimant);
      else claimants.set(request, [claimant]);
    }
  }
  return claimants;
}

interface Taker {
  readonly process: ProcessId;
  /** Requests that it would take over. */
  readonly gains: ReadonlySet<string>;
}

/** A process whose paths will be others than they are. */
export interface PathChange extends Taker {
  readonly losses: ReadonlySet<string>;
  /** `GET /orders/:id` of each request that it answers now or later. */
  readonly paths: ReadonlyMap<string, string>;
  /** Null: it can change over now. */
  readonly whyNotReady: string | null;
}

/** What a process cannot take over now. */
export interface Kept {
  readonly why: string;
  /** Requests that another one takes over. */
  readonly lost: ReadonlySet<string>;
}

/** By process: another process keeps what it would take over, or takes it over itself. */
export function keptFrom(willing: readonly PathChange[], claims: Claims): ReadonlyMap<ProcessId, Kept> {
  const claimants = claimantsOf(claims);
  const given = new Map(willing.map((mover) => [mover.process, mover.losses]));
  const kept = new Map<ProcessId, Kept>();
  for (const mover of willing) {
    // Its checks may have found the path free, or about to be given up; what counts is the moment in which it would take it.
    const owner = whoKeeps(mover, given, claimants);
    if (owner) kept.set(mover.process, { why: `waits until ${owner.process} gives up ${owner.path}, which it serves`, lost: new Set() });
  }
  for (const { mover, rival, requests } of lateTakers(inTurn(willing, kept))) {
    const [path] = [...requests].map((request) => mover.paths.get(request) ?? request);
    const why = kept.get(mover.process)?.why ?? `waits, because ${rival.process} takes over ${path ?? "its paths"} too`;
    kept.set(mover.process, { why, lost: requests });
  }
  return kept;
}

/** Processes that are ready come before the others, and those that wait until another one gives up a path come last. */
function inTurn(willing: readonly PathChange[], kept: ReadonlyMap<ProcessId, Kept>): readonly PathChange[] {
  const turnOf = ({ process, whyNotReady }: PathChange): number => (kept.has(process) ? 2 : Number(whyNotReady !== null));
  return willing.toSorted((one, other) => turnOf(one) - turnOf(other));
}

/** The process that serves what this one would take over, and does not give it up (any more); null: none. */
function whoKeeps(
  { process, gains }: Taker,
  given: ReadonlyMap<ProcessId, ReadonlySet<string>>,
  claimants: ReturnType<typeof claimantsOf>,
): Keeper | null {
  let first: Claimant | null = null;
  for (const request of gains) {
    for (const claimant of claimants.get(request) ?? []) {
      const isOther = claimant.process !== process && !given.get(claimant.process)?.has(request);
      if (isOther && (first === null || claimant.place < first.place)) first = claimant;
    }
  }
  return first;
}

/** Who would take over what another one does too. */
interface LateTaker<T extends Taker> {
  readonly mover: T;
  readonly rival: T;
  readonly requests: ReadonlySet<string>;
}

/** Of several who would take the same over only the first does; the others come too late for that. */
function lateTakers<T extends Taker>(takers: readonly T[]): readonly LateTaker<T>[] {
  const taken = new Map<string, T>();
  const late: LateTaker<T>[] = [];
  for (const mover of takers) {
    const requests = [...mover.gains].filter((request) => taken.has(request));
    const [rival] = requests.flatMap((request) => taken.get(request) ?? []);
    if (rival) late.push({ mover, rival, requests: new Set(requests) });
    else for (const request of mover.gains) taken.set(request, mover);
  }
  return late;
}
