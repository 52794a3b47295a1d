/** What becomes of a person's order: carried out on what is remembered, or refused with the reason. Pure, like every decision. */

import type { Action } from "./actions.ts";
import type { Desired } from "./desired.ts";
import { findQuarantined, isInQuarantine, pinnedDefinition, pinnedVersion } from "./quarantine.ts";
import { afterRejection, condemnedHere, toQuarantine } from "./rollback.ts";
import { type Order, type OrderWish, signature } from "./orders.ts";
import type { Digest, Version } from "./names.ts";
import { describePerson } from "./people.ts";
import type { Revert, RevertOrder } from "./revert.ts";
import type { Rollout, RolloutState } from "./rollout.ts";
import type { Seen } from "./seen.ts";
import type { ProcessState } from "./state.ts";
import { isWaitingForPerson, promoteCanary } from "./strategies/canary.ts";
import { giveTraffic, isBeforeInstalling, reject } from "./strategies/steps.ts";

/** What an order has changed. */
export type Obeyed =
  | {
      readonly kind: "done";
      readonly why: string;
      readonly after: ProcessState;
      readonly actions: readonly Action[];
      readonly story: string;
    }
  | { readonly kind: "refused"; readonly why: string };

interface Given {
  readonly order: Order;
  readonly before: ProcessState;
  readonly desired: Desired | null;
  readonly seen: Seen;
}

type WishOf<K extends OrderWish["kind"]> = Extract<OrderWish, { kind: K }>;

export function obey(given: Given): Obeyed {
  const { wish } = given.order;
  switch (wish.kind) {
    case "pause":
      return pause(given);
    case "resume":
      return resume(given);
    case "promote":
      return acceptUnjudged(given) ?? promote(given, wish);
    case "abort":
      return abort(given);
    case "retry":
      return retry(given);
    case "rollback":
      return rollBack(given, wish);
    case "recover":
      return recover(given);
    default:
      return refuse(`${wish.kind} is for an environment as a whole`);
  }
}

function pause({ order, before, seen }: Given): Obeyed {
  const { rollout } = before;
  const not = whyNotStoppable(rollout);
  if (!rollout || not) return refuse(not ?? nothing);
  if (rollout.paused) return refuse(`it is paused already, by ${describePerson(rollout.paused.by)}`);
  const why = `paused by ${signature(order)}`;
  return done(before, { ...rollout, paused: { by: order.by, why: order.why, at: seen.now } }, why);
}

function resume(given: Given): Obeyed {
  const { order, before, seen } = given;
  const { rollout } = before;
  if (!rollout) return refuse(nothing);
  if (!rollout.paused)
    return isWaiting(rollout) ? promote(given, { kind: "promote", process: before.process, isFull: false }) : refuse("it is not paused");
  return done(before, resumed(rollout, seen.now), `resumed by ${signature(order)}`);
}

/** The time for a verdict is over, and there was none: a person's word takes its place. Null: it does not wait for that. */
function acceptUnjudged({ order, before, seen }: Given): Obeyed | null {
  const state = before.rollout?.state;
  if (!before.rollout || state?.kind !== "watching" || seen.now < state.until) return null;
  return done(before, { ...before.rollout, state: { ...state, isAccepted: true } }, `taken as good by ${signature(order)}`);
}

function promote({ order, before, seen }: Given, { isFull }: WishOf<"promote">): Obeyed {
  const { rollout } = before;
  const not = whyNotStoppable(rollout);
  if (!rollout?.candidate || not) return refuse(not ?? nothing);
  const state = promoted(rollout, isFull, seen.now);
  if (!state) return refuse(`it is ${rollout.state.kind}: nothing waits there that a promotion could skip, and no check is ever skipped`);
  const actions = state.kind === "switching" ? giveTraffic(before.process, rollout.candidate) : [];
  const why = `${state.kind === "switching" ? "promoted to all the traffic" : "promoted to its next step"} by ${signature(order)}`;
  return done(
    before,
    { ...promotedAt(rollout, seen.now), state, switchedAt: state.kind === "switching" ? seen.now : rollout.switchedAt },
    why,
    actions,
  );
}

/** Past what waits; null: nothing waits. */
function promoted(rollout: Rollout, isFull: boolean, now: number): RolloutState | null {
  const { state, strategy } = rollout;
  if (state.kind === "waiting") return { kind: "switching" };
  if (state.kind !== "shifting" || strategy.kind !== "canary") return null;
  return isFull ? { kind: "switching" } : promoteCanary(strategy, state, now);
}

function abort({ order, before, seen }: Given): Obeyed {
  const { rollout } = before;
  const not = whyNotStoppable(rollout);
  if (!rollout || not) return refuse(not ?? nothing);
  const why = `aborted by ${signature(order)}`;
  const step = reject(rollout, { trigger: "abort", why }, seen.now);
  return done(before, { ...rollout, paused: null, state: step.state }, why, step.actions);
}

function retry({ order, before, desired }: Given): Obeyed {
  if (before.rollout) return refuse("it is being deployed already");
  const definition = pinnedDefinition(desired);
  const held = before.quarantined.find((entry) => entry.digest === definition);
  if (held?.isInGit) return refuse(`${held.version} is in quarantine.yaml: a commit that takes its entry out lifts it`);
  if (!held && !before.refused) return refuse("nothing was refused here");
  // It is being written: it would land while the version has the traffic again.
  if (before.revert?.outcome === null)
    return refuse(`the commit that puts ${before.revert.order.to} back is not written yet; try again then`);
  const quarantined = before.quarantined.filter((entry) => entry !== held);
  const why = `tried again, as ${signature(order)} wants it`;
  return {
    kind: "done",
    why,
    after: { ...before, refused: null, quarantined, revert: held ? null : before.revert },
    actions: [],
    story: "",
  };
}

/** A commit by the writer of all reverts, which names the person; the pin that is fetched then does the rest. */
function rollBack(given: Given, { to }: WishOf<"rollback">): Obeyed {
  const { order, before, desired, seen } = given;
  const from = pinnedVersion(desired);
  if (from === null) return refuse("it is not pinned here");
  const target = to ?? otherGood(given, from);
  const not = whyNotRolledBack(given, from, target);
  if (target === null || not !== null) return refuse(not ?? noOtherGood);
  const mode = seen.spec?.rollback.manual.approvalRequired ? "propose" : "push";
  const after = condemnedHere(before, { ...revertBy(order, seen, { process: before.process, from, to: target }), trigger: "manual", mode });
  const how = mode === "push" ? "a commit puts the pin back" : "a commit that puts the pin back is proposed on a branch, for approval";
  return { kind: "done", why: `${how}: ${from} → ${target}${ofUnjudged(before, target)}`, after, actions: [], story: "" };
}

/** Whoever goes back to a version is told when nobody had called it while it was watched. */
function ofUnjudged({ knownGood }: ProcessState, target: Version): string {
  const why = knownGood.find(({ version }) => version === target)?.why ?? "";
  const unjudged = why.split("; ").find((part) => part.startsWith("not judged"));
  return unjudged === undefined ? "" : ` (${target} was ${unjudged})`;
}

const noOtherGood = "no other version was ever found good here; pin one by a pull request";

function whyNotRolledBack({ before, seen }: Given, from: string, target: string | null): string | null {
  if (!seen.spec?.rollback.manual.enabled) return "manual rollback is off here (rollbackPolicy.manual.enabled)";
  if (target === null) return noOtherGood;
  if (target === from) return `${from} is pinned already`;
  if (isInQuarantine(before, { version: target }, seen))
    return `${target} is in quarantine here: take its entry out of quarantine.yaml first`;
  if (!before.knownGood.some((good) => good.version === target)) return `${target} was never found good here; pin it by a pull request`;
  return whyNotRevertedTwice(before.revert, from, target);
}

function whyNotRevertedTwice(revert: Revert | null, from: Version, target: Version | null): string | null {
  if (!revert) return null;
  const { order, outcome } = revert;
  if (outcome === null) return `a revert to ${order.to} is on its way already`;
  const isSame = order.from === from && order.to === target;
  return isSame && outcome.kind === "proposed" ? `a revert to ${order.to} is proposed already: merge branch ${outcome.branch}` : null;
}

/** Stops what is under way and goes to the last good version, traffic first; the pin follows. */
function recover(given: Given): Obeyed {
  const { rollout } = given.before;
  if (!rollout || rollout.kind === "heal") return recoverFromPinned(given);
  if (rollout.state.kind === "rejected") return refuse(`it is going back already: ${rollout.state.why}`);
  if (rollout.kind !== "deploy") return refuse(`it is going back already: ${rollout.kind}`);
  return rollout.stable ? recoverFrom(given, rollout) : refuse("no version ran here before it; `pinion abort` stops it");
}

function recoverFrom({ before, desired, seen, order }: Given, rollout: Rollout): Obeyed {
  const reason = { trigger: "emergency", why: emergency(order) };
  const step = reject(rollout, reason, seen.now);
  const after = afterRejection(before, { rollout, reason, desired, seen, by: order.by });
  const to = `stops ${rollout.candidate?.version ?? "what is under way"} and goes back to ${rollout.stable?.version ?? "nothing"}`;
  return { ...done(after, { ...rollout, paused: null, state: step.state }, reason.why, step.actions), why: to };
}

function recoverFromPinned(given: Given): Obeyed {
  const { before, desired, seen, order } = given;
  const definition = pinnedDefinition(desired);
  const from = pinnedVersion(desired);
  const target = from === null ? null : otherGood(given, from);
  if (from === null || target === null || definition === null) return refuse("there is no other version that was found good here");
  const gone = whyGone(given, definition);
  if (gone !== null) return refuse(gone);
  const revert = revertBy(order, seen, { process: before.process, from, to: target });
  const after = condemnedHere(before, {
    ...revert,
    quarantine: toQuarantine(before, definition, target),
    trigger: "emergency",
    why: emergency(order),
  });
  return { kind: "done", why: `goes back from ${from} to ${target}`, after, actions: [], story: "" };
}

/** It went back before: a second time would only overwrite what condemned it. */
function whyGone({ before, seen: { routes } }: Given, definition: Digest): string | null {
  const held = findQuarantined(before, definition);
  if (!held || routes.kind === "unknown") return null;
  const shares = routes.value.get(before.process)?.shares ?? [];
  const isServed = shares.some(({ version, weight }) => weight > 0 && version === held.version);
  return isServed ? null : `it has gone back already: ${held.version} has no traffic and is in quarantine: ${held.why}`;
}

function emergency(order: Order): string {
  return `emergency: ${signature(order)}`;
}

/** The version that was found good last, of those that are neither pinned nor in quarantine. */
function otherGood({ before, seen }: Given, pinned: Version): Version | null {
  return before.knownGood.find((good) => good.version !== pinned && !isInQuarantine(before, good, seen))?.version ?? null;
}

function revertBy(order: Order, seen: Seen, what: Pick<RevertOrder, "process" | "from" | "to">): Omit<RevertOrder, "trigger"> {
  const about = { at: seen.now, commit: seen.commit, deployment: null, by: order.by, quarantine: null, mode: "push" as const };
  return {
    id: `order.${order.id}`,
    environment: seen.environment,
    ...what,
    ...about,
    why: order.why || `rolled back by ${describePerson(order.by)}`,
  };
}

const nothing = "nothing is under way";

function whyNotStoppable(rollout: Rollout | null): string | null {
  if (!rollout) return nothing;
  if (rollout.kind === "heal" || rollout.kind === "retire")
    return `what is under way only keeps the environment in order (${rollout.kind})`;
  if (rollout.state.kind === "rejected") return "it is going back already";
  if (!hasAllTraffic.has(rollout.state.kind) || isBeforeInstalling(rollout)) return null;
  return `${rollout.candidate?.version ?? "it"} has all the traffic already; \`pinion rollback\` takes it back`;
}

const hasAllTraffic: ReadonlySet<RolloutState["kind"]> = new Set(["confirming", "draining", "watching", "removing"]);

function isWaiting({ state, strategy }: Rollout): boolean {
  return state.kind === "shifting" && strategy.kind === "canary" && isWaitingForPerson(strategy, state);
}

/** Time that it stood still for a person does not count: all of a step that waits for one, paused in it or not. */
function promotedAt(rollout: Rollout, now: number): Rollout {
  if (!isWaiting(rollout) || rollout.state.kind !== "shifting") return resumed(rollout, now);
  return { ...rollout, paused: null, deadline: rollout.deadline + (now - rollout.state.since) };
}

/** Where it goes on waiting for a person, its promotion counts the pause. */
function resumed(rollout: Rollout, now: number): Rollout {
  const since = isWaiting(rollout) ? now : (rollout.paused?.at ?? now);
  return { ...rollout, paused: null, deadline: rollout.deadline + (now - since) };
}

function done(before: ProcessState, rollout: Rollout, why: string, actions: readonly Action[] = []): Extract<Obeyed, { kind: "done" }> {
  return { kind: "done", why, after: { ...before, rollout }, actions, story: why };
}

function refuse(why: string): Obeyed {
  return { kind: "refused", why };
}
