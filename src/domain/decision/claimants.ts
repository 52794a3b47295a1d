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
export function claimantsOf(claims: Claims): ReadonlyMap<string, readonly Claimant[]> {
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

/** Who serves what this one shall take over, and does not give it up (any more); null: nobody. */
export function whoKeeps(
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
