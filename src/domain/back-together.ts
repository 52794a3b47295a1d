/**
 * Versions that took paths over from each other go back together: what one of them gets back the other has, and half of it would
 * leave a path without an owner. Nobody else is condemned by it.
 */

import type { ProcessDecision } from "./decision.ts";
import { personMustDecide } from "./inconclusive.ts";
import type { ProcessId } from "./names.ts";
import { requestsOf } from "./requests.ts";
import type { Rollout } from "./rollout.ts";
import type { Route } from "./route.ts";
import { findInstalled, type Seen } from "./seen.ts";
import type { ProcessState } from "./state.ts";
import { together } from "./strategies/handing-over.ts";
import { mayHaveTraffic, reject } from "./strategies/steps.ts";
import type { PublicEndpoint } from "./unit.ts";

/** What was decided about a process, before anything is done about it. */
export interface Decided {
  readonly remembered: ProcessState;
  readonly decision: ProcessDecision;
}

/** The decision that takes the place of another; `whyNot`: what was decided, or ordered, cannot be done. */
interface Change {
  readonly decision: ProcessDecision;
  readonly whyNot: string | null;
}

interface Group {
  /** Who goes back, condemned or along with others. */
  readonly members: ReadonlySet<ProcessId>;
  /** Who has a path that one of them gets back, and keeps it; null: nobody. */
  readonly keeper: ProcessId | null;
}

/** The same decisions where nobody goes back whose paths others have. */
export function goBackTogether<T extends Decided>(decided: readonly T[], seen: Seen): readonly (T & Partial<Change>)[] {
  const condemned = decided.filter(isCondemnedNow);
  if (condemned.length === 0) return decided;
  const byProcess = new Map(decided.map((one) => [one.remembered.process, one]));
  const changed = new Map<ProcessId, Change>();
  for (const { remembered } of condemned) {
    for (const [process, change] of changesFor(remembered.process, byProcess, seen))
      if (!changed.has(process)) changed.set(process, change);
  }
  return decided.map((one) => {
    const change = changed.get(one.remembered.process);
    return change === undefined ? one : { ...one, ...change };
  });
}

type Changes = readonly (readonly [ProcessId, Change])[];

function changesFor(condemned: ProcessId, decided: ReadonlyMap<ProcessId, Decided>, seen: Seen): Changes {
  const group = groupOf(condemned, decided, seen);
  const { members, keeper } = group;
  if (members.size === 1 && keeper === null) return [];
  return [...members].flatMap((process): Changes => {
    const one = decided.get(process);
    if (!one) return [];
    return [[process, keeper === null ? { decision: along(one, condemned, group, seen), whyNot: null } : stays(one, keeper)]];
  });
}

function isCondemnedNow({ remembered, decision }: Decided): boolean {
  const state = decision.after?.rollout?.state;
  const { rollout } = remembered;
  return state?.kind === "rejected" && state.hadTraffic && rollout !== null && rollout.state.kind !== "rejected" && rollout.stable !== null;
}

/** From process to process, as far as one has what another gets back. */
function groupOf(first: ProcessId, decided: ReadonlyMap<ProcessId, Decided>, seen: Seen): Group {
  const members = new Set([first]);
  for (const process of members) {
    const rollout = decided.get(process)?.remembered.rollout ?? null;
    for (const owner of ownersOf(process, rollout, seen)) {
      if (members.has(owner)) continue;
      if (!canGoBack(decided.get(owner))) return { members: new Set([first]), keeper: owner };
      members.add(owner);
    }
  }
  return { members, keeper: null };
}

/** Others that serve what the version before it answers and it does not. */
function ownersOf(process: ProcessId, rollout: Rollout | null, { engine, routes }: Seen): readonly ProcessId[] {
  if (engine.kind === "unknown" || routes.kind === "unknown" || !rollout?.stable) return [];
  const now = new Set(servedBy(routes.value.get(process)).flatMap(requestsOf));
  const before = findInstalled(engine.value.installed.get(process) ?? [], rollout.stable.digest)?.endpoints ?? [];
  const regained = new Set(before.flatMap(requestsOf).filter((request) => !now.has(request)));
  if (regained.size === 0) return [];
  const others = [...routes.value].filter(([other]) => other !== process);
  return others.flatMap(([other, route]) =>
    servedBy(route)
      .flatMap(requestsOf)
      .some((request) => regained.has(request))
      ? [other]
      : [],
  );
}

function servedBy(route: Route | undefined): readonly PublicEndpoint[] {
  return route?.shares.flatMap((share) => (share.weight > 0 ? share.endpoints : [])) ?? [];
}

function canGoBack(one: Decided | undefined): boolean {
  const rollout = one?.remembered.rollout;
  return rollout?.kind === "deploy" && rollout.stable !== null && rollout.candidate !== null && mayHaveTraffic(rollout);
}

/** Back with the others, all in one write. */
function along(one: Decided, condemned: ProcessId, { members }: Group, seen: Seen): ProcessDecision {
  const { remembered, decision } = one;
  const partners = [...members].filter((process) => process !== remembered.process);
  const { rollout } = remembered;
  if (!rollout || decision.after?.rollout?.state.kind === "rejected") return { ...decision, actions: together(decision.actions, partners) };
  const why = `goes back together with ${condemned}, which gets a path back that it has`;
  const { state, actions } = reject(rollout, { trigger: "handed-back", why }, seen.now);
  const update = {
    id: rollout.deployment,
    phase: "Running",
    step: { at: seen.now, state: state.kind, why },
    endedAt: null,
    trigger: "handed-back",
  } as const;
  const after = { ...remembered, rollout: { ...rollout, paused: null, state } };
  return { after, actions: together(actions, partners), replacesOwed: true, deployments: [update], wakeAt: null };
}

/** As it was: with the traffic that it has, until a person decides. */
function stays({ remembered, decision }: Decided, keeper: ProcessId): Change {
  const state = decision.after?.rollout?.state;
  const condemned = state?.kind === "rejected" ? state.why : "";
  const whyNot = `${keeper} has a path that it would get back: revert both in one commit`;
  const status = decision.after?.status ?? remembered.status;
  const reason = `${condemned}; not rolled back: ${whyNot}. ${personMustDecide}`;
  const after = { ...remembered, status: status && { ...status, reason } };
  return { decision: { after, actions: [], replacesOwed: false, deployments: [], wakeAt: decision.wakeAt }, whyNot };
}
