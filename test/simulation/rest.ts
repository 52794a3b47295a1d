/** Once nothing fails any more: whether the world has come to rest, and whether nobody does anything there any more. */

import type { Rollout } from "../../src/domain/journal/rollout.ts";
import type { Instant, UnitRef } from "../../src/domain/names.ts";
import type { EnvironmentState, OwedAction, ProcessState } from "../../src/domain/journal/state.ts";
import type { Invariants } from "./invariants.ts";
import type { Network } from "./network.ts";
import type { People } from "./people.ts";
import type { SimWorld } from "./sim-world.ts";

export interface EndParts {
  readonly world: SimWorld;
  readonly invariants: Invariants;
  readonly network: Network;
  readonly people: People;
  readonly isOver: () => boolean;
}

export interface Unrest {
  readonly invariant: string;
  readonly seen: string;
}

/** How long the world may take to come to rest, and how long nobody may do anything there, in milliseconds. */
const [patienceMs, idleMs] = [3_600_000, 30_000];
/** How often it is looked at, and how often people tidy up until it rests, in milliseconds. */
const [lookMs, tidyEveryMs] = [2_000, 10_000];
/** After that everybody has looked once more, in milliseconds. */
const onceMoreMs = 10_000;

/** Lets the world live until rest is proven: what was warm has had time to go, and since anything was done last everybody has looked a few times. */
export async function untilAtRest(parts: EndParts): Promise<Unrest | null> {
  const { world, isOver } = parts;
  const { time } = world;
  const deadline = time.now() + patienceMs;
  const warmMs = warmestMs(world) + onceMoreMs;
  let rest: Rest | null = null;
  let tidyAt = time.now();
  for (;;) {
    if (time.now() >= tidyAt) {
      if (rest === null) await parts.people.tidy();
      tidyAt += tidyEveryMs;
    }
    await time.runUntil(time.now() + lookMs, isOver);
    if (isOver()) return null;
    const why = await whyNotAtRest(parts);
    rest = why === null ? await stillAtRest(parts, rest) : null;
    if (rest && time.now() >= Math.max(rest.since + warmMs, rest.idleSince + idleMs)) return whyTooBusy(parts, rest);
    if (time.now() >= deadline) return unrestOf(why);
  }
}

/** At rest, as far as can be seen. */
interface Rest {
  readonly since: Instant;
  /** Deployments that had begun by then. */
  readonly begun: number;
  /** Since when nobody has done anything, with the number of effects by then. */
  readonly idleSince: Instant;
  readonly effects: number;
  /** Since when nothing is measured or tried again, with the number of passes by then. */
  readonly quietSince: Instant;
  readonly passes: number;
}

function newRest({ world, network, invariants }: EndParts): Rest {
  const now = world.time.now();
  const { passes, decisions } = invariants;
  return { since: now, begun: decisions.begun, idleSince: now, effects: network.effects, quietSince: now, passes };
}

/** What has begun meanwhile has kept something warm of its own; what was done otherwise, such as letting it go, may have consequences. */
async function stillAtRest(parts: EndParts, rest: Rest | null): Promise<Rest> {
  const { network, invariants } = parts;
  if (rest?.begun !== invariants.decisions.begun) return newRest(parts);
  const isBusy = invariants.decisions.open.size > 0 || (await owedIn(parts.world)).length > 0;
  if (isBusy) return { ...rest, quietSince: parts.world.time.now(), passes: invariants.passes };
  return network.effects === rest.effects ? rest : { ...newRest(parts), since: rest.since };
}

/** Who is measured, or tries again, looks as often as that takes. */
function whyTooBusy({ world, invariants }: EndParts, rest: Rest): Unrest | null {
  const looked = invariants.passes - rest.passes;
  const ms = world.time.now() - rest.quietSince;
  if (ms < idleMs || looked <= world.plan.environments.length * (ms / 2_000)) return null;
  return { invariant: "nobody looks all the time", seen: `${looked} passes in ${ms / 1_000} s` };
}

function unrestOf(why: string | null): Unrest {
  if (why === null) return { invariant: "at rest nothing is done", seen: "something was done just now" };
  return { invariant: "the world comes to rest", seen: why };
}

/** Warm versions are let go when they have been kept for as long as any environment says. */
function warmestMs({ plan }: SimWorld): number {
  const strategies = plan.environments.flatMap(({ spec }) => [spec.strategy, ...spec.strategies.values()]);
  const ages = strategies.map((strategy) => ("warm" in strategy ? (strategy.warm.maxAgeMs ?? 0) : 0));
  return Math.max(...ages, ...plan.environments.map(({ spec }) => spec.pruneDelayMs));
}

async function owedIn({ plan, journal }: SimWorld): Promise<readonly OwedAction[]> {
  return (await Promise.all(plan.environments.map(({ name }) => journal.state(name)))).flatMap((state) => state.owed);
}

/** Null when it is at rest. */
async function whyNotAtRest({ world }: EndParts): Promise<string | null> {
  const { plan, journal, outside } = world;
  if (outside.instancesDown.size > 0) return "an instance is down";
  if (world.applied !== world.git.head.id) return "the newest commit is not in force";
  for (const { name } of plan.environments) {
    const why = whyBusy(await journal.state(name));
    if (why) return `${name}: ${why}`;
  }
  const untold = await journal.pendingEvents(1);
  return untold.length > 0 ? `an event is untold: ${untold[0]?.why ?? ""}` : null;
}

function whyBusy({ owed, commands, freeze, processes }: EnvironmentState): string | null {
  if (freeze) return "frozen";
  if (commands[0]) return `a command is not answered: ${commands[0].id}`;
  for (const state of processes.values()) {
    const why = whyProcessBusy(state, owed) ?? whyToBeHealed(state, owed);
    if (why) return why;
  }
  const wanting = owed.find((entry) => !isBeyondRecall(entry));
  return wanting ? `an action is owed: ${JSON.stringify(wanting)}` : null;
}

/** It can never be done, and is not tried again: it stays as the reason until something else is decided. */
function isBeyondRecall({ action, stuck }: OwedAction): boolean {
  return action.kind === "ensure-installed" && stuck?.retry === "never";
}

function whyProcessBusy({ process, rollout, revert, status }: ProcessState, owed: readonly OwedAction[]): string | null {
  if (rollout && !isAlarming(status) && !isLost(rollout, owed)) return `${process} is ${rollout.state.kind}: ${status?.reason.text ?? ""}`;
  return revert && revert.outcome?.kind !== "proposed" ? `a revert is owed: ${revert.request.id}` : null;
}

/**
 * Whoever could not be healed in time is left alone for a while, and then healed again. Not so what serves beside a pin that cannot run,
 * and can never be put back: it says so until somebody commits something else.
 */
function whyToBeHealed({ process, refused, status }: ProcessState, owed: readonly OwedAction[]): string | null {
  if (refused?.code !== "NotRestored" || status?.reason.code !== "NotRestored") return null;
  return isNeverPutBack(refused.unit, owed) ? null : `${process} is to be healed: ${refused.why}`;
}

/** What is watched beside a pin that cannot run, and was lost under other variables, waits for a commit. */
function isLost({ candidate }: Rollout, owed: readonly OwedAction[]): boolean {
  return candidate !== null && isNeverPutBack(candidate, owed);
}

function isNeverPutBack({ digest }: UnitRef, owed: readonly OwedAction[]): boolean {
  return owed.filter(isBeyondRecall).some(({ action }) => action.kind === "ensure-installed" && action.unit.digest === digest);
}

/** Bad, but within the rails: it is shown, and a person must decide. */
export function isAlarming(status: ProcessState["status"]): boolean {
  return status?.health === "Degraded" && status.reason.code === "PersonMustDecide";
}
