/** Who answers which requests, put where only those meet that can clash. Pure. */

import type { ProcessId } from "../names.ts";
import type { PublicEndpoint } from "../desired/unit.ts";
import { commonPath, formsOf, looksLike, placeOf } from "./clash.ts";
import type { Budget } from "./overlap.ts";
import type { PathForm } from "./path-pattern.ts";

/** One form of one address of a process. */
export interface Claim<Address extends PublicEndpoint = PublicEndpoint> {
  readonly process: ProcessId;
  readonly address: Address;
  readonly form: PathForm;
}

export interface Rival<Address extends PublicEndpoint = PublicEndpoint> extends Claim<Address> {
  /** A path that both answer. */
  readonly example: string;
}

/** How much work holding patterns of one kind against each other may be, in pairs of states. What is not told then is found in the rollout. */
export const mostWork = 50_000;

/** Claims by the place in which they can clash with one of these addresses; others are not looked at. */
export function claimsBeside<Address extends PublicEndpoint>(
  addresses: readonly Address[],
  everybody: Iterable<readonly [ProcessId, readonly Address[]]>,
): ReadonlyMap<string, readonly Claim<Address>[]> {
  const places = new Map<string, Claim<Address>[]>();
  for (const address of addresses) for (const form of formsOf(address.path)) places.set(placeOf(address, form), []);
  if (places.size === 0) return places;
  const isAlike = looksLike(addresses.map(({ path }) => path));
  for (const [process, own] of everybody) {
    for (const address of own) {
      if (!isAlike(address.path)) continue;
      for (const form of formsOf(address.path)) places.get(placeOf(address, form))?.push({ process, address, form });
    }
  }
  return places;
}

/** The first of another process that answers what this one answers; null: there is none, or it cannot be told within the budget. */
export function firstRival<Address extends PublicEndpoint>(
  { process, form }: Pick<Claim, "process" | "form">,
  rivals: readonly Claim<Address>[],
  budget: Budget,
): Rival<Address> | null {
  for (const rival of rivals) {
    if (rival.process === process) continue;
    const example = commonPath(form, rival.form, budget);
    if (example === undefined) return null;
    if (example !== null) return { ...rival, example };
  }
  return null;
}
