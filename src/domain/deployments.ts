/** Opening a deployment, taking it one step further, and closing it with its outcome. */

import type { Action } from "./actions.ts";
import type { Case, ProcessDecision } from "./decision.ts";
import { describeEnded, describeRollout, withStatus } from "./describe-status.ts";
import type { EnvironmentSpec } from "./environment.ts";
import type { Instant, UnitRef } from "./names.ts";
import { keepServing } from "./keep-up.ts";
import type { DeploymentKind, Rollout, StrategyStep } from "./rollout.ts";
import { findInstalled, type ProcessSeen, type Seen, servingUnit, viewProcess } from "./seen.ts";
import type { DeploymentUpdate, ProcessState } from "./state.ts";
import type { DeploymentPhase } from "./status.ts";
import { begin, next } from "./strategies/strategy.ts";
import { watchRollout } from "./watch.ts";

/** How many good versions are remembered of a process, newest first. */
const knownGoodLimit = 10;

interface Opening {
  readonly kind: DeploymentKind;
  /** Null: what runs is taken out. */
  readonly candidate: UnitRef | null;
  readonly fast: boolean;
  readonly why: string;
}

export function open({ before, pass, superseded }: Case, view: ProcessSeen, { why, ...identity }: Opening): ProcessDecision {
  const { seen } = pass;
  if (!seen.spec) throw new Error("no deployment without an environment");
  pass.running += 1;
  const blank = newRollout(before.process, seen, seen.spec, { ...identity, stable: stableFor(view, identity.candidate, superseded) });
  const step = begin(blank, why);
  const rollout: Rollout = { ...blank, state: step.state };
  const process: ProcessState = { ...before, rollout, refused: identity.kind === "heal" ? before.refused : null };
  const after = withStatus(process, describeRollout(before, seen, view, { rollout, why: step.why }));
  return {
    after,
    actions: step.actions,
    replacesOwed: true,
    deployments: [opened(rollout, seen, why), entered(rollout, seen.now, step)],
    wakeAt: step.wakeAt,
  };
}

/**
 * What the traffic goes back to if need be: what has it now, unless that is the candidate itself. A version that had only just
 * been given the traffic when it was superseded was never found good: then it is the one before it, if it is still there.
 */
function stableFor(view: ProcessSeen, candidate: UnitRef | null, superseded: Rollout | null): UnitRef | null {
  const serving = servingUnit(view.route);
  if (!serving || serving.digest === candidate?.digest) return null;
  const verified = superseded ? verifiedBefore(superseded, serving) : null;
  const isThere = verified !== null && verified.digest !== candidate?.digest && findInstalled(view.installed, verified.digest) !== null;
  return isThere ? verified : serving;
}

function verifiedBefore(superseded: Rollout, serving: UnitRef): UnitRef | null {
  return superseded.candidate?.digest === serving.digest && !isAllButOver(superseded) ? superseded.stable : null;
}

function newRollout(
  process: string,
  seen: Seen,
  spec: EnvironmentSpec,
  identity: Pick<Rollout, "kind" | "candidate" | "fast" | "stable">,
): Rollout {
  const version = identity.candidate?.version ?? "out";
  return {
    deployment: `${seen.environment}.${process}.${version}.${seen.now.toString(36)}`,
    process,
    ...identity,
    commit: seen.commit,
    strategy: spec.strategy,
    startedAt: seen.now,
    deadline: seen.now + spec.deploymentTimeoutMs,
    state: { kind: "validating" },
  };
}

export function advance(one: Case, rollout: Rollout): ProcessDecision {
  const { before, owed, pass, desired } = one;
  const { seen, state } = pass;
  const step = next(rollout, watchRollout(rollout, seen, { evidence: state.evidence.get(rollout.deployment) ?? [], owed }));
  if (step.outcome) return close(one, rollout, step);
  const isSame = JSON.stringify(step.state) === JSON.stringify(rollout.state);
  const after: Rollout = isSame ? rollout : { ...rollout, state: step.state };
  const status = describeRollout(before, seen, viewProcess(before.process, seen, desired), { rollout: after, why: step.why });
  const process = withStatus(isSame ? before : { ...before, rollout: after }, status);
  return {
    after: process,
    actions: [...step.actions, ...whileWaiting(one, after)],
    replacesOwed: !isSame,
    deployments: isSame ? [] : [entered(after, seen.now, step)],
    wakeAt: step.wakeAt,
  };
}

/** Until the candidate is switched to, the stable version must go on to be served wherever it is. */
function whileWaiting(one: Case, { kind, state, strategy }: Rollout): readonly Action[] {
  const isBeforeSwitch =
    state.kind === "validating" || state.kind === "installing" || state.kind === "checking" || state.kind === "waiting";
  if (!isBeforeSwitch || strategy.kind !== "blue-green" || kind === "heal") return [];
  const view = viewProcess(one.before.process, one.pass.seen, null);
  return view ? keepServing(one, view) : [];
}

function close({ before, pass, desired }: Case, rollout: Rollout, step: StrategyStep): ProcessDecision {
  pass.running -= 1;
  const { seen } = pass;
  const phase = phaseOf(rollout, step);
  const ended: ProcessState = {
    ...before,
    rollout: null,
    knownGood: knownGoodAfter(before, rollout, phase),
    refused: refusalAfter(rollout, step, seen.now),
  };
  const update: DeploymentUpdate = {
    id: rollout.deployment,
    phase,
    step: { at: seen.now, state: phase, why: step.why },
    endedAt: seen.now,
  };
  const status = describeEnded(before, seen, viewProcess(before.process, seen, desired), { phase, why: step.why });
  return { after: withStatus(ended, status), actions: [], replacesOwed: true, deployments: [update], wakeAt: seen.now };
}

/** A rejected candidate that ever had traffic was rolled back; one that never had it just failed. */
function phaseOf(rollout: Rollout, step: StrategyStep): DeploymentPhase {
  if (step.outcome === "succeeded") return "Succeeded";
  return rollout.state.kind === "rejected" && rollout.state.hadTraffic ? "RolledBack" : "Failed";
}

/** Validated with all the traffic: only the version before it is still being let go. */
export function isAllButOver({ state, strategy, candidate }: Rollout): boolean {
  return candidate !== null && (state.kind === "draining" || (state.kind === "removing" && strategy.kind === "blue-green"));
}

/** What is known to be good once a deployment has ended so. */
export function knownGoodAfter(before: ProcessState, { candidate, kind }: Rollout, phase: DeploymentPhase): readonly UnitRef[] {
  if (phase !== "Succeeded" || !candidate || kind === "heal") return before.knownGood;
  return [candidate, ...before.knownGood.filter((good) => good.digest !== candidate.digest)].slice(0, knownGoodLimit);
}

function refusalAfter({ candidate }: Rollout, step: StrategyStep, now: Instant): ProcessState["refused"] {
  return step.outcome === "failed" && candidate ? { unit: candidate, why: step.why, at: now } : null;
}

function opened(rollout: Rollout, seen: Seen, why: string): DeploymentUpdate {
  const { deployment, process, kind, candidate, stable, strategy, commit, startedAt } = rollout;
  const about = {
    environment: seen.environment,
    process,
    kind,
    version: candidate?.version ?? null,
    digest: candidate?.digest ?? null,
    from: stable?.version ?? null,
  };
  const how = kind === "deploy" || kind === "rollback" ? strategy.kind : kind;
  return {
    id: deployment,
    opened: { ...about, strategy: how, commit, startedAt },
    phase: "Running",
    step: { at: seen.now, state: "started", why },
    endedAt: null,
  };
}

function entered(rollout: Rollout, now: Instant, step: StrategyStep): DeploymentUpdate {
  return { id: rollout.deployment, phase: "Running", step: { at: now, state: step.state.kind, why: step.why }, endedAt: null };
}
