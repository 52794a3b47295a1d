/** Orders on their way through a decision: for the environment as a whole, for each process, and what is answered. */

import { codeUnderWay } from "./deployment-reason.ts";
import type { Action } from "../journal/actions.ts";
import type { ProcessDecision } from "../journal/case.ts";
import type { Desired } from "../desired/resolve.ts";
import type { Instant, ProcessId } from "../names.ts";
import { freezeForLostJournal } from "./lost-journal.ts";
import { obey } from "../commands/execute.ts";
import type { Obeyed } from "../commands/executed.ts";
import { describeFreeze, type Freeze, type Order, type OrderAnswer, signature } from "../journal/commands.ts";
import { describePerson } from "../journal/people.ts";
import type { Seen } from "../observed/observation.ts";
import type { DeploymentUpdate, EnvironmentState, ProcessState } from "../journal/state.ts";

/** What was ordered for the environment as a whole. */
export interface Line {
  readonly freeze: Freeze | null;
  readonly isNews: boolean;
  /** How long it was frozen until it was lifted just now, while somebody ran, in milliseconds; 0: nothing was lifted. */
  readonly thawedAfterMs: number;
  readonly answers: readonly OrderAnswer[];
}

/** Freezing and unfreezing, in the order in which it was ordered. */
export function obeyForLine(state: EnvironmentState, seen: Seen): Line {
  const { orders, freeze: before } = state;
  const { now } = seen;
  const answers: OrderAnswer[] = [];
  let freeze = before ?? freezeForLostJournal(state, seen);
  let thawedAfterMs = 0;
  for (const order of orders) {
    const { kind } = order.wish;
    if (kind === "freeze") {
      answers.push(answerToFreeze(order, freeze, now));
      freeze ??= { by: order.by, why: order.why, at: now, lostMs: seen.lostMs };
    } else if (kind === "unfreeze") {
      answers.push(
        freeze ? done(order, `what was held by ${describePerson(freeze.by)} goes on`, now) : refused(order, "it is not frozen", now),
      );
      if (freeze) thawedAfterMs += frozenMs(freeze, seen);
      freeze = null;
    }
  }
  return { freeze, isNews: freeze !== before, thawedAfterMs, answers };
}

/** But for the time in which nobody ran: that is added by itself. */
function frozenMs({ at, lostMs }: Freeze, seen: Seen): number {
  return Math.max(0, seen.now - at - (seen.lostMs - (lostMs ?? seen.lostMs)));
}

function answerToFreeze(order: Order, freeze: Freeze | null, now: Instant): OrderAnswer {
  if (freeze) return refused(order, `frozen already, by ${signature(freeze)}`, now);
  return done(order, "nothing new is deployed here until it is unfrozen", now);
}

/** Time that a deployment stood still in a freeze does not count. */
export function thawed(process: ProcessState, afterMs: number): ProcessState {
  if (afterMs === 0 || !process.rollout) return process;
  return { ...process, rollout: { ...process.rollout, deadline: process.rollout.deadline + afterMs } };
}

export function ordersFor({ orders }: EnvironmentState, process: ProcessId): readonly Order[] {
  if (orders.length === 0) return orders;
  return orders.filter(({ wish }) => "process" in wish && wish.process === process);
}

/** What the orders about one process have done to it. */
export interface Given {
  readonly after: ProcessState;
  readonly actions: readonly Action[];
  readonly stories: readonly DeploymentUpdate[];
  /** Whether what was owed before is void. */
  readonly hasActed: boolean;
  readonly answers: readonly OrderAnswer[];
}

/** What orders about a process are held against. */
export interface Circumstances {
  readonly desired: Desired | null;
  readonly seen: Seen;
  readonly freeze: Freeze | null;
  /** All processes of the environment, as remembered. */
  readonly processes: ReadonlyMap<ProcessId, ProcessState>;
}

export function obeyForProcess(orders: readonly Order[], before: ProcessState, around: Circumstances): Given {
  let given: Given = { after: before, actions: [], stories: [], hasActed: false, answers: [] };
  for (const order of orders) given = carryOut(given, order, around);
  return given;
}

function carryOut(given: Given, order: Order, { desired, seen, freeze, processes }: Circumstances): Given {
  const obeyed: Obeyed =
    freeze && isPromotion(order, given.after)
      ? { kind: "refused", why: `${describeFreeze(freeze)}; nothing gets more traffic until it is unfrozen` }
      : obey({ order, before: given.after, desired, seen, processes });
  if (obeyed.kind === "refused") return { ...given, answers: [...given.answers, refused(order, obeyed.why, seen.now)] };
  const hasMoved = obeyed.after.rollout?.state !== given.after.rollout?.state;
  return {
    after: obeyed.after,
    actions: hasMoved ? obeyed.actions : [...given.actions, ...obeyed.actions],
    stories: [...given.stories, ...(obeyed.deployments ?? []), ...storyOf(obeyed.after, obeyed.story, seen.now)],
    hasActed: given.hasActed || hasMoved,
    answers: [...given.answers, done(order, obeyed.why, seen.now)],
  };
}

/** What waits for a person is taken further by resuming it, too. */
function isPromotion({ wish }: Order, { rollout }: ProcessState): boolean {
  return wish.kind === "promote" || (wish.kind === "resume" && rollout !== null && !rollout.paused);
}

function storyOf({ rollout }: ProcessState, why: string, at: Instant): readonly DeploymentUpdate[] {
  if (!rollout || why === "") return [];
  const { state } = rollout;
  const condemned = state.kind === "rejected" ? { trigger: state.trigger } : {};
  return [
    {
      id: rollout.deployment,
      phase: "Running",
      step: { at, state: state.kind, code: codeUnderWay(rollout), why },
      endedAt: null,
      ...condemned,
    },
  ];
}

/** The decision with what the orders asked for: their story first; their actions, unless the decision has gone beyond them. */
export function withOrders(given: Given, decision: ProcessDecision): ProcessDecision {
  const deployments = given.stories.length === 0 ? decision.deployments : [...given.stories, ...decision.deployments];
  if (!given.hasActed) return { ...decision, deployments };
  const actions = decision.replacesOwed ? decision.actions : [...given.actions, ...decision.actions];
  return { ...decision, deployments, actions, replacesOwed: true };
}

/** Orders about what nobody knows. */
export function unanswered({ orders }: EnvironmentState, answers: readonly OrderAnswer[], { now }: Seen): readonly OrderAnswer[] {
  const known = new Set(answers.map(({ id }) => id));
  return orders.filter(({ id }) => !known.has(id)).map((order) => refused(order, "no such process is pinned or runs here", now));
}

function done({ id }: Order, why: string, at: Instant): OrderAnswer {
  return { id, kind: "done", why, at };
}

function refused({ id }: Order, why: string, at: Instant): OrderAnswer {
  return { id, kind: "refused", why, at };
}
